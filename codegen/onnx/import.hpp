// SPDX-License-Identifier: MIT
#pragma once

// Reads an ONNX file. Needs protobuf and ONNX's own message definitions. Promises a right graph of
// a dense network, or one error that names file, node and operator, what was expected and found,
// and that lists all unsupported operators at once, with counts and names. A file is hostile until
// checked: see limits.hpp.

#include <laminate/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../graph/graph.hpp"
#include "limits.hpp"

namespace laminate::codegen::onnx {

// A dense numeric array, in double or int64 by what the file had.
struct array {
    std::vector<std::int64_t> shape;
    std::vector<double> numbers;
    bool whole = false; // integers: shapes, indices
};

struct import_options {
    std::map<std::string, std::int64_t> symbols; // --set name=N
    std::optional<std::int64_t> batch;           // --batch N: fixes a free leading extent
    std::map<std::string, array> constants;      // --constant name=x.npy: inputs bound to a value
    std::optional<std::string> output;           // --model-output name: of several, that one only
    limits most;                                 // what the file may ask for
};

struct imported {
    graph network;
    std::int64_t opset = 0;
    std::int64_t ir_version = 0;
    std::string producer;
    std::map<std::string, std::size_t> operators; // how many of each were read
    std::vector<std::string> notes;               // conversions, what was taken to be a row
    std::vector<std::string> files;               // with external data, beside the model
    std::vector<std::string> class_name;          // metadata "class_names", if they fit the outputs
    bool batch_is_free = false;                   // the leading extent is symbolic or 1
};

result<imported> import_model(const std::string& path, const import_options& options = {});

// A model in memory, called `name` in messages. External data is refused: there is no folder.
result<imported> import_model_bytes(std::string_view bytes, const std::string& name,
                                    const import_options& options = {});

// The outputs of a model all of whose inputs are given as constants, in order: what folding makes.
result<std::vector<array>> fold_model(const std::string& path, const import_options& options);

struct operator_support {
    std::string name;          // "Gemm"
    int since = 6, until = 24; // opsets whose meaning of it is known
    std::string restriction;   // "" or what of it is read
};

// From the importer's own list.
std::vector<operator_support> supported_operators();

} // namespace laminate::codegen::onnx
