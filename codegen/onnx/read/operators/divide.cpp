// SPDX-License-Identifier: MIT
// Div by a constant, of a constant by a flow, or of two functions of one and the same value.
// Integers are divided as in C++: towards zero.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {

void divide(call& c) {
    expect_one_type(c);
    const constant* const above = c.constant_at(0);
    const value divisor = second(c);
    const constant* const below = std::get_if<constant>(&divisor);
    if (below != nullptr && is_whole(below->type)) {
        const auto by = [](double a, double b) {
            if (b == 0.0) refuse("expected an integer other than 0 to divide by, found 0");
            return std::trunc(a / b);
        };
        return c.set(paired(c, c.known(0, "the integers"), *below, below->type, by));
    }
    if (above != nullptr && below != nullptr)
        return c.set(
            paired(c, *above, *below, above->type, [](double a, double b) { return a / b; }));
    if (below != nullptr)
        return c.set(scaled(c, c.in(0), mapped(c, *below, [](double b) { return 1.0 / b; })));
    if (is_whole(type_of(divisor)))
        refuse("divides integers that depend on the network's input, which isn't supported. Cast "
               "them to float before, and round behind");
    if (above == nullptr)
        if (auto y = normalised(c, c.in(0), divisor, false)) return c.set(*std::move(y));
    if (above == nullptr)
        return c.set(combined(c, step::divide, {c.in(0), divisor}, type_of(divisor)));
    ir::node f;
    f.kind = ir::op::reciprocal;
    c.set(scaled(c, c.network().elementwise(std::get<flow>(divisor), f), *above));
}

} // namespace laminate::codegen::onnx::rules
