// SPDX-License-Identifier: MIT
// Tile: the tensor repeated along each axis.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void tile(call& c) {
    const dims& from = c.shape(0);
    const integers repeats = c.known_integers(1, "repeats");
    if (repeats.size() != from.size())
        refuse("expected ", from.size(), " repeats, found ", repeats.size());
    // Walked with two axes for each: which copy, and where in it.
    const dims apart = strides(from);
    const flow* const x = c.flow_at(0);
    std::size_t batch = x != nullptr ? x->batch : no_axis;
    dims shape, copies;
    integers step;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        if (repeats[axis] < 0) refuse("expected repeats of 0 and more, found ", repeats[axis]);
        const auto times = static_cast<std::size_t>(repeats[axis]);
        shape.push_back(count(dims{times, from[axis]}));
        copies.insert(copies.end(), {times, from[axis]});
        step.insert(step.end(), {0, static_cast<std::int64_t>(apart[axis])});
        if (axis == batch && times != 1) batch = no_axis;
    }
    const selection sources = walk(copies, step);
    c.set(c.picked(c.in(0), std::move(shape), sources, batch));
}

} // namespace laminate::codegen::onnx::rules
