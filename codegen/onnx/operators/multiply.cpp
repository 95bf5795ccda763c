// SPDX-License-Identifier: MIT
// Mul: a constant with anything, and what exporters make of an activation that multiplies.
#include "arithmetic.hpp"
#include "gate.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void multiply(call& c) {
    expect_one_type(c);
    const value b = second(c);
    if (const constant* const factor = std::get_if<constant>(&b))
        return c.set(scaled(c, c.in(0), *factor));
    if (const constant* const factor = c.constant_at(0)) return c.set(scaled(c, b, *factor));
    const std::optional<flow> gated = gate(c.network(), *c.flow_at(0), *c.flow_at(1));
    if (!gated)
        refuse("branches: it multiplies two values that both depend on the network's input, which "
               "isn't supported");
    c.set(*gated);
}

} // namespace laminate::codegen::onnx::rules
