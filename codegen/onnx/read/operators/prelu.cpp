// SPDX-License-Identifier: MIT
// PRelu: one slope for all, or as broadcast; before opset 7 one per channel.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void prelu(call& c) {
    expect_real(c);
    constant slope = c.known(1, "slope");
    const dims& x = c.shape(0);
    if (c.opset() < 7 && slope.size() > 1 && x.size() > 1 && slope.shape == dims{x[1]}) {
        slope.shape = dims(x.size(), 1);
        slope.shape[1] = x[1];
    }
    if (const constant* const k = c.constant_at(0))
        return c.set(
            paired(c, *k, slope, k->type, [](double a, double s) { return a < 0.0 ? a * s : a; }));
    if (broadcast(x, slope.shape) != x)
        refuse("expected slopes that broadcast to ", text(x), ", found ", text(slope.shape));
    std::vector<double> slopes = *slope.numbers;
    if (slope.size() > 1) slopes = *std::get<constant>(expanded(c, slope, x)).numbers;
    c.set(c.network().prelu(*c.flow_at(0), std::move(slopes)));
}

} // namespace laminate::codegen::onnx::rules
