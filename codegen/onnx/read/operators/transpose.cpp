// SPDX-License-Identifier: MIT
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void transpose(call& c) {
    const dims& from = c.shape(0);
    integers reversed;
    for (std::size_t axis = from.size(); axis-- > 0;)
        reversed.push_back(static_cast<std::int64_t>(axis));
    const integers order = c.integer_list("perm").value_or(reversed);
    (void)axes_of(order, from.size());
    if (order.size() != from.size())
        refuse("expected perm to name all axes of ", text(from), ", found ", order.size());
    const dims apart = strides(from);
    const flow* const x = c.flow_at(0);
    dims shape;
    integers step;
    std::size_t batch = no_axis;
    for (std::int64_t named : order) {
        const std::size_t axis = axis_of(named, from.size());
        if (x != nullptr && x->batch == axis) batch = shape.size();
        shape.push_back(from[axis]);
        step.push_back(static_cast<std::int64_t>(apart[axis]));
    }
    c.move(std::move(shape), step, 0, batch);
}

} // namespace laminate::codegen::onnx::rules
