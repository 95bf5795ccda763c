// SPDX-License-Identifier: MIT
// Trilu: the part of each matrix above its k-th diagonal, or below it, and 0 elsewhere.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void trilu(call& c) {
    const dims shape = c.shape(0);
    if (shape.size() < 2) refuse("expected a matrix, found shape ", text(shape));
    const bool upper = c.integer("upper", 1) != 0;
    const integers given = c.has(1) ? c.known_integers(1, "k") : integers{0};
    if (given.size() != 1) refuse("expected one number as k, found ", given.size());
    const std::size_t columns = shape.back(), rows = shape[shape.size() - 2];
    c.allow(shape);
    std::vector<origin> origins;
    for (std::size_t i = 0; i < count(shape); ++i) {
        const auto column = static_cast<std::int64_t>(i % columns);
        const auto row = static_cast<std::int64_t>(i / columns % rows);
        const bool kept = upper ? column - row >= given[0] : column - row <= given[0];
        origins.push_back(kept ? origin{0, i} : origin{1, 0});
    }
    const value zero = make_constant({1}, type_of(c.in(0)), {0.0});
    if (const flow* const x = c.flow_at(0)) {
        const bool mixes = x->batch != no_axis && x->batch + 2 >= shape.size();
        return c.set(gathered(c, {&c.in(0), &zero}, origins,
                              {shape, x->type, 0, {}, mixes ? no_axis : x->batch}));
    }
    std::vector<double> numbers;
    for (const origin& o : origins)
        numbers.push_back(o.of == 0 ? (*c.constant_at(0))[o.element] : 0.0);
    c.set(make_constant(shape, type_of(c.in(0)), std::move(numbers)));
}

} // namespace laminate::codegen::onnx::rules
