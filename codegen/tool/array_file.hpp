// SPDX-License-Identifier: MIT
#pragma once

// Arrays from files, and rows of a network from arrays. Needs .npy (NumPy) or .pb (an ONNX
// TensorProto, as ONNX's own test data). Promises whole rows of finite count, or throws
// laminate::exception with what was expected and found.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../onnx/import.hpp"

namespace laminate::codegen::tool {

onnx::array read_array(const std::string& path);
onnx::array array_of_npy(std::string_view bytes, std::string_view name); // in messages

struct rows {
    std::size_t count = 0;
    std::vector<double> numbers;
};

// The file's numbers as rows of `size`. Its shape must end in extents whose product is `size`;
// `shape` is what the model says of one row, and `what` names it in messages.
rows read_rows(const std::string& path, std::size_t size, const std::vector<std::size_t>& shape,
               const std::string& what);

// Rounded to float; exact for what was float.
std::vector<float> to_floats(const std::vector<double>& numbers);

std::string shape_text(const std::vector<std::size_t>& shape);
std::string shape_text(const std::vector<std::int64_t>& shape);

} // namespace laminate::codegen::tool
