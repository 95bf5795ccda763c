// SPDX-License-Identifier: MIT
// Add and Sub, of constants, of a flow with constants, of flows over one and the same value.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void add(call& c) {
    expect_one_type(c);
    const value b = second(c);
    c.set(onnx::sum(c, {{&c.in(0), 1.0}, {&b, c.name() == "Sub" ? -1.0 : 1.0}}));
}

} // namespace laminate::codegen::onnx::rules
