// SPDX-License-Identifier: MIT
// Mul: a constant with anything, two functions of one and the same value, a norm.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void multiply(call& c) {
    expect_one_type(c);
    const value b = second(c);
    if (const constant* const factor = std::get_if<constant>(&b))
        return c.set(scaled(c, c.in(0), *factor));
    if (const constant* const factor = c.constant_at(0)) return c.set(scaled(c, b, *factor));
    for (const auto& [x, by] : {std::pair{&c.in(0), &b}, std::pair{&b, &c.in(0)}})
        if (auto y = normalised(c, *x, *by, true)) return c.set(*std::move(y));
    c.set(combined(c, step::multiply, {c.in(0), b}, type_of(b)));
}

} // namespace laminate::codegen::onnx::rules
