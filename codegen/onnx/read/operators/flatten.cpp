// SPDX-License-Identifier: MIT
// Flatten: a matrix of what is before the axis and what follows it.
#include "../moves.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void flatten(call& c) {
    const dims& from = c.shape(0);
    const std::int64_t given = c.integer("axis", 1);
    const std::size_t axis =
        given == static_cast<std::int64_t>(from.size()) ? from.size() : axis_of(given, from.size());
    const auto middle = from.begin() + static_cast<std::ptrdiff_t>(axis);
    dims shape = {count(dims(from.begin(), middle)), count(dims(middle, from.end()))};
    const flow* const x = c.flow_at(0);
    const std::size_t batch = batch_after_reshape(c.in(0), shape, 0);
    const bool stays = x != nullptr && x->batch < axis;
    c.set(reshaped(c.in(0), std::move(shape), stays ? batch : no_axis));
}

} // namespace laminate::codegen::onnx::rules
