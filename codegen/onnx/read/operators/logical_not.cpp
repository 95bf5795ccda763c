// SPDX-License-Identifier: MIT
// Not, of a constant or of a truth about what flows.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void logical_not(call& c) {
    if (c.flow_at(0) != nullptr)
        return c.set(combined(c, step::is_not, {c.in(0)}, element::boolean));
    c.set(mapped(c, c.known(0, "its input"), [](double x) { return x == 0.0 ? 1.0 : 0.0; }));
}

} // namespace laminate::codegen::onnx::rules
