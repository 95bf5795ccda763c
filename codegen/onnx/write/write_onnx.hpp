// SPDX-License-Identifier: MIT
#pragma once

// A graph as an ONNX model, for other tools and for Laminate's own importer. Needs a right graph.
// Promises operators of opset 14 and IR version 7, which ONNX 1.9 and all newer read; weights as
// floats, as Laminate runs them; a free leading extent "batch"; that the same graph gives the same
// bytes; and that a file is written whole or not at all. docs/onnx.md says what each layer becomes.

#include <laminate/base/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../graph/graph.hpp"

namespace laminate::codegen {

struct onnx_options {
    std::string name = {};   // of the graph; empty: the network's own, or "network"
    std::string input = {};  // of its only input and output; empty: as the network's file has them,
    std::string output = {}; // or "input" and "output", numbered where there are several
    std::size_t most_bytes = 2'000'000'000; // protobuf itself ends at 2^31
    // Written as the file's metadata "class_names", a JSON array: one for each output, or two where
    // one output tells two classes apart. `laminate run` prints them.
    std::vector<std::string> class_name = {};
};

// The file's bytes, or what is wrong: a mistake in the graph, weights that aren't finite as floats,
// numbers that don't fit in options.most_bytes.
result<std::string> onnx_bytes(const graph& network, const onnx_options& options = {});

// Writes them, atomically. Returns nothing, or what failed; then an old file is unchanged.
std::optional<error> write_onnx(const graph& network, const std::string& path,
                                const onnx_options& options = {});

} // namespace laminate::codegen
