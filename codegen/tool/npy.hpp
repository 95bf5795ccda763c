// SPDX-License-Identifier: MIT
#pragma once

// NumPy's NPY files, versions 1 to 3.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html Needs files that fit in
// memory. Promises that a file is hostile until checked, that real numbers, whole numbers and
// booleans of either byte order and either memory order are read, and that what is written is
// little-endian, row by row.

#include <laminate/base/error.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../onnx/import.hpp"

namespace laminate::codegen::tool {

// `name` stands for the bytes in messages.
result<onnx::array> parse_npy(std::string_view bytes, std::string_view name);

// Of type float32 or float64.
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const float> numbers);
std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const double> numbers);

} // namespace laminate::codegen::tool
