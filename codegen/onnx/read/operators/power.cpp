// SPDX-License-Identifier: MIT
// Pow of constants, or of a flow by one number.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {

void power(call& c) {
    const constant& exponent = c.known(1, "the exponent");
    if (const constant* const x = c.constant_at(0)) {
        const element type = x->type;
        return c.set(paired(c, *x, exponent, type, [type](double a, double b) {
            return is_whole(type) ? std::trunc(std::pow(a, b)) : std::pow(a, b);
        }));
    }
    expect_real(c);
    if (exponent.size() != 1 || broadcast(c.shape(0), exponent.shape) != c.shape(0))
        refuse("expected one number as the exponent, found shape ", text(exponent.shape));
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
