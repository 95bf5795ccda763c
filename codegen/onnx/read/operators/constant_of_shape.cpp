// SPDX-License-Identifier: MIT
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void constant_of_shape(call& c) {
    const constant filling =
        c.tensor("value").value_or(make_constant({1}, element::float32, {0.0}));
    if (filling.size() != 1) refuse("expected one number as the value, found ", filling.size());
    dims shape;
    for (std::int64_t extent : c.known_integers(0, "the shape")) {
        if (extent < 0) refuse("expected extents of 0 and more, found ", extent);
        shape.push_back(static_cast<std::size_t>(extent));
    }
    c.allow(shape);
    const std::size_t size = count(shape);
    constant all =
        make_constant(std::move(shape), filling.type, std::vector<double>(size, filling[0]));
    all.batch = batch_of_shape(c.known(0, "the shape"));
    c.set(std::move(all));
}

} // namespace laminate::codegen::onnx::rules
