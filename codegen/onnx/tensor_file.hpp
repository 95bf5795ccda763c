// SPDX-License-Identifier: MIT
#pragma once

// A TensorProto by itself, as ONNX's own test vectors are stored. Needs its bytes. Promises the
// tensor's numbers, or what is wrong with it; external data is refused.

#include <laminate/base/error.hpp>

#include <string_view>

#include "import.hpp"

namespace laminate::codegen::onnx {

// `name` stands for the bytes in messages.
result<array> parse_tensor(std::string_view bytes, std::string_view name);

} // namespace laminate::codegen::onnx
