// SPDX-License-Identifier: MIT
// Unsqueeze: axes of extent 1 added where the result has them.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void unsqueeze(call& c) {
    const dims& from = c.shape(0);
    const std::optional<integers> axes = c.integers_by_opset("axes", 1, 13);
    if (!axes) refuse("expected axes, found none");
    if (axes->size() > c.spent().most().rank) refuse("expected fewer axes, found ", axes->size());
    const std::vector<bool> added = axes_of(*axes, from.size() + axes->size());
    const flow* const x = c.flow_at(0);
    dims shape;
    std::size_t next = 0;
    std::size_t batch = no_axis;
    for (bool is_new : added) {
        if (!is_new && x != nullptr && x->batch == next) batch = shape.size();
        shape.push_back(is_new ? 1 : from[next]);
        if (!is_new) ++next;
    }
    c.set(reshaped(c.in(0), std::move(shape), batch));
}

} // namespace laminate::codegen::onnx::rules
