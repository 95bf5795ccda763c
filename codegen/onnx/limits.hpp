// SPDX-License-Identifier: MIT
#pragma once

// What a model file may ask for, in one place. Needs nothing. Promises that each number is checked
// before anything of that size is made.

#include <cstddef>

namespace laminate::codegen::onnx {

struct limits {
    std::size_t file_bytes = 2'000'000'000;      // protobuf itself ends at 2^31
    std::size_t message_bytes = 4'000'000'000;   // what the parsed file takes, as estimated
    std::size_t recursion = 32;                  // messages within messages
    std::size_t nodes = 100'000;                 // of the graph
    std::size_t tensors = 100'000;               // initialisers
    std::size_t name_bytes = 4096;               // of a node, a value, an operator
    std::size_t rank = 16;                       // of a tensor
    std::size_t row = std::size_t{1} << 24;      // elements of a value that flows
    std::size_t elements = std::size_t{3} << 27; // numbers made while importing, all together
    std::size_t work = std::size_t{1} << 34;     // multiply-adds while folding
    std::size_t products = std::size_t{1} << 28; // multiply-adds of a row, in windows
};

} // namespace laminate::codegen::onnx
