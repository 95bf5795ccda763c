// SPDX-License-Identifier: MIT
#pragma once

// Where the free batch is after elements were moved. Needs the value before. Promises no_axis where
// rows would mix.

#include "value.hpp"

namespace laminate::codegen::onnx {

// After a change of shape alone: possible where the batch is the outermost axis that counts. The
// hint is the axis that took it, as far as the file says.
std::size_t batch_after_reshape(const value& from, const dims& shape, std::size_t hint);

} // namespace laminate::codegen::onnx
