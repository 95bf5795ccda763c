// SPDX-License-Identifier: MIT
#pragma once

// Shapes of any rank and the arithmetic of indices in row-major order. Needs shapes whose number of
// elements was checked. Promises plain functions without memory of their own.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace laminate::codegen::onnx {

using dims = std::vector<std::size_t>;
using indices = std::vector<std::size_t>;

std::size_t count(const dims& shape); // saturates
std::string text(const dims& shape);  // [2, 3]

// How far apart neighbours along each axis are.
dims strides(const dims& shape);

// Where an element is along each axis.
dims coordinates(std::size_t element, const dims& shape);

// NumPy's broadcasting; refuses what doesn't fit.
dims broadcast(const dims& a, const dims& b);

// An axis counted from the end if negative; refuses what lies outside of [-rank, rank).
std::size_t axis_of(std::int64_t axis, std::size_t rank);

// The axes, each once.
std::vector<bool> axes_of(const std::vector<std::int64_t>& axes, std::size_t rank);

} // namespace laminate::codegen::onnx
