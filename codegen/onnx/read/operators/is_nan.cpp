// SPDX-License-Identifier: MIT
// IsNaN: what doesn't equal itself; IsInf: what equals an unlimited.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <cmath>
#include <limits>

namespace laminate::codegen::onnx::rules {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

flow is_number(const call& c, const flow& x, double number) {
    return c.network().binary(
        ir::op::equal, x, c.network().steady_like(x, std::vector<double>(x.units.size(), number)));
}

flow truth(flow y) {
    y.type = element::boolean;
    return y;
}

} // namespace

void is_nan(call& c) {
    if (c.flow_at(0) == nullptr)
        return c.set(paired(c, c.known(0, "its input"), c.known(0, "its input"), element::boolean,
                            [](double x, double) { return std::isnan(x) ? 1.0 : 0.0; }));
    const flow& x = *c.flow_at(0);
    const std::vector<double> ones(x.units.size(), 1.0), minus(x.units.size(), -1.0);
    c.set(truth(c.network().affine(c.network().binary(ir::op::equal, x, x), minus, ones)));
}

void is_inf(call& c) {
    const bool below = c.integer("detect_negative", 1) != 0;
    const bool above = c.integer("detect_positive", 1) != 0;
    if (c.flow_at(0) == nullptr || (!below && !above))
        return c.set(paired(c, c.known(0, "its input, or something to detect,"), c.known(0, ""),
                            element::boolean, [below, above](double x, double) {
                                return (below && x == -unlimited) || (above && x == unlimited)
                                           ? 1.0
                                           : 0.0;
                            }));
    const flow& x = *c.flow_at(0);
    const flow size = below && above ? c.network().elementwise(x, node_of(ir::op::abs)) : x;
    c.set(truth(is_number(c, size, above ? unlimited : -unlimited)));
}

} // namespace laminate::codegen::onnx::rules
