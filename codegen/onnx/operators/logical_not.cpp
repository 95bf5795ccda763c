// SPDX-License-Identifier: MIT
// Not, of constants.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void logical_not(call& c) {
    c.set(mapped(c, c.known(0, "its input"), [](double x) { return x == 0.0 ? 1.0 : 0.0; }));
}

} // namespace laminate::codegen::onnx::rules
