// SPDX-License-Identifier: MIT
// Gather along an axis, with constant indices.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void gather(call& c) {
    const dims& from = c.shape(0);
    const std::size_t axis = axis_of(c.integer("axis", 0), from.size());
    const constant& wanted = c.known(1, "indices");
    if (!is_whole(wanted.type)) refuse("expected integers as indices, found ", name(wanted.type));
    const auto extent = static_cast<std::int64_t>(from[axis]);
    indices chosen;
    for (double number : *wanted.numbers) {
        if (!(number >= -static_cast<double>(extent) && number < static_cast<double>(extent)))
            refuse("expected indices from ", -extent, " to ", extent - 1, ", found ",
                   std::to_string(number));
        const auto at = static_cast<std::int64_t>(number);
        chosen.push_back(static_cast<std::size_t>(at < 0 ? at + extent : at));
    }
    const auto cut = from.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::size_t outer = count(dims(from.begin(), cut));
    const std::size_t inner = count(dims(cut + 1, from.end()));
    dims shape(from.begin(), cut);
    shape.insert(shape.end(), wanted.shape.begin(), wanted.shape.end());
    shape.insert(shape.end(), cut + 1, from.end());
    c.allow(shape);
    indices sources;
    sources.reserve(count(shape));
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t k : chosen)
            for (std::size_t i = 0; i < inner; ++i)
                sources.push_back((o * from[axis] + k) * inner + i);
    const flow* const x = c.flow_at(0);
    std::size_t batch = x != nullptr ? x->batch : no_axis;
    if (batch == axis)
        batch = no_axis;
    else if (batch != no_axis && batch > axis)
        batch = batch + wanted.shape.size() - 1;
    c.set(pick(c.in(0), std::move(shape), sources, batch));
}

} // namespace laminate::codegen::onnx::rules
