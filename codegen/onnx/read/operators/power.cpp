// SPDX-License-Identifier: MIT
// Pow of constants, of a flow by one number, which may be a layer, and of flows.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {

namespace {

constant power_of_constants(const call& c, const constant& x, const constant& exponent) {
    const element type = x.type;
    return paired(c, x, exponent, type, [type](double a, double b) {
        return is_whole(type) ? std::trunc(std::pow(a, b)) : std::pow(a, b);
    });
}

// Of integers a power is one where the exponent is one that isn't negative.
void expect_whole_result(const call& c) {
    if (is_real(type_of(c.in(0)))) return;
    const constant* const k = c.constant_at(1);
    if (k == nullptr ? is_real(type_of(c.in(1)))
                     : std::any_of(k->numbers->begin(), k->numbers->end(),
                                   [](double n) { return n < 0.0 || n != std::floor(n); }))
        refuse("expected whole exponents of ", name(type_of(c.in(0))),
               ", found others, whose powers would be cut to integers");
}

} // namespace

void power(call& c) {
    const constant* const given = c.constant_at(1);
    if (given != nullptr && c.constant_at(0) != nullptr)
        return c.set(power_of_constants(c, *c.constant_at(0), *given));
    expect_whole_result(c);
    if (given == nullptr || given->size() != 1 || broadcast(c.shape(0), given->shape) != c.shape(0))
        return c.set(combined(c, step::power, {c.in(0), c.in(1)}, type_of(c.in(0))));
    const constant& exponent = *given;
    const double by = exponent[0];
    if (by == 1.0) return c.set(c.in(0));
    const ir::op kind = by == 2.0    ? ir::op::square
                        : by == 0.5  ? ir::op::sqrt
                        : by == -1.0 ? ir::op::reciprocal
                                     : ir::op::input;
    if (kind == ir::op::input)
        return c.set(combined(c, step::power, {c.in(0), exponent}, type_of(c.in(0))));
    c.set(c.network().elementwise(*c.flow_at(0), node_of(kind)));
}

} // namespace laminate::codegen::onnx::rules
