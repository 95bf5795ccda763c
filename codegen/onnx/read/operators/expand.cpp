// SPDX-License-Identifier: MIT
// Expand: broadcasting to a shape, which may also be smaller at some axes.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void expand(call& c) {
    dims shape;
    for (std::int64_t extent : c.known_integers(1, "the shape")) {
        if (extent < 0) refuse("expected extents of 0 and more, found ", extent);
        shape.push_back(static_cast<std::size_t>(extent));
    }
    const dims out = broadcast(c.shape(0), shape);
    value y = expanded(c, c.in(0), out);
    const std::size_t batch = batch_of_shape(c.known(1, "the shape"));
    if (constant* const k = std::get_if<constant>(&y); k != nullptr && batch != no_axis)
        k->batch = batch + out.size() - shape.size();
    c.set(std::move(y));
}

} // namespace laminate::codegen::onnx::rules
