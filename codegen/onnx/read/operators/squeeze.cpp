// SPDX-License-Identifier: MIT
// Squeeze: without axes of extent 1, all or those named.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void squeeze(call& c) {
    const dims& from = c.shape(0);
    const std::optional<integers> axes = c.integers_by_opset("axes", 1, 13);
    std::vector<bool> gone = axes ? axes_of(*axes, from.size()) : std::vector<bool>(from.size());
    const flow* const x = c.flow_at(0);
    const std::size_t before = x != nullptr ? x->batch : no_axis;
    dims shape;
    std::size_t batch = no_axis;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        // A free batch may have any extent, so it isn't squeezed unless it is named.
        if (!axes) gone[axis] = from[axis] == 1 && axis != before;
        if (gone[axis] && from[axis] != 1)
            refuse("expected extent 1 at axis ", axis, " of ", text(from), ", found ", from[axis]);
        if (!gone[axis] && axis == before) batch = shape.size();
        if (!gone[axis]) shape.push_back(from[axis]);
    }
    c.set(reshaped(c.in(0), std::move(shape), batch));
}

} // namespace laminate::codegen::onnx::rules
