// SPDX-License-Identifier: MIT
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void identity(call& c) { c.set(c.in(0)); }

} // namespace laminate::codegen::onnx::rules
