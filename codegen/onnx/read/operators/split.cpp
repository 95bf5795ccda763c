// SPDX-License-Identifier: MIT
// Split: into given lengths (an attribute before opset 13), else into equal parts.
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

integers lengths_of(const call& c, std::size_t extent) {
    std::int64_t parts = static_cast<std::int64_t>(c.outputs());
    if (c.opset() >= 18) parts = c.integer("num_outputs", parts);
    if (auto given = c.integers_by_opset("split", 1, 13)) return *given;
    if (parts != static_cast<std::int64_t>(c.outputs()) || parts < 1)
        refuse("expected as many parts as outputs, found ", parts, " and ", c.outputs());
    const auto whole = static_cast<std::int64_t>(extent);
    const std::int64_t each = (whole + parts - 1) / parts;
    integers lengths(c.outputs(), each);
    lengths.back() = whole - each * (parts - 1);
    return lengths;
}

} // namespace

void split(call& c) {
    const dims& from = c.shape(0);
    const std::size_t axis = axis_of(c.integer("axis", 0), from.size());
    const integers lengths = lengths_of(c, from[axis]);
    if (lengths.size() != c.outputs())
        refuse("expected as many lengths as outputs, found ", lengths.size(), " and ", c.outputs());
    const dims apart = strides(from);
    const flow* const x = c.flow_at(0);
    const std::size_t batch = x != nullptr && x->batch != axis ? x->batch : no_axis;
    std::size_t done = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] < 0 || static_cast<std::size_t>(lengths[i]) > from[axis] - done)
            refuse("expected lengths that add up to ", from[axis], ", found ", lengths[i],
                   " after ", done);
        dims shape = from;
        shape[axis] = static_cast<std::size_t>(lengths[i]);
        c.move(std::move(shape), integers(apart.begin(), apart.end()),
               static_cast<std::int64_t>(done * apart[axis]), batch, i);
        done += static_cast<std::size_t>(lengths[i]);
    }
    if (done != from[axis])
        refuse("expected lengths that add up to ", from[axis], ", found ", done);
}

} // namespace laminate::codegen::onnx::rules
