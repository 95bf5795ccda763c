// SPDX-License-Identifier: MIT
#pragma once

// What a network is compared with: the source that a C++ programmer writes for it without a
// library, and the same steps as Laminate's without fusion.

#include <laminate/base/error.hpp>

#include <optional>
#include <string>

#include "../graph/graph.hpp"
#include "../graph/planned.hpp"

namespace laminate::codegen {

// ports.hpp, which the other sources include: the floats of each input and output, and the
// functions below, with a pointer for each.
std::string ports_header(const graph& network);

// Nested loops over outputs and inputs, weights in [output][input], activations from <cmath>; the
// function loops::infer(in, ..., out, ...). Needs bench/own/plain.hpp.
std::string plain_loops(const graph& network);
// Floats that it keeps between layers.
std::size_t plain_loop_floats(const graph& network);

// The kernels of a plan that was made without fusion, each over all rows before the next:
// unfused::infer and unfused::infer_batch, which take scratch memory as well. Needs the headers
// that generated sources embed, as files.
std::string unfused_source(const planned& network);

} // namespace laminate::codegen
