// SPDX-License-Identifier: MIT
// Slice, with attributes (before opset 10) or inputs; bounds beyond an axis end at it.
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

struct slices {
    integers starts, ends, axes, steps;
};

slices slices_of(const call& c) {
    slices s;
    if (c.opset() < 10) {
        s.starts = c.integer_list("starts").value_or(integers{});
        s.ends = c.integer_list("ends").value_or(integers{});
        s.axes = c.integer_list("axes").value_or(integers{});
    } else {
        s.starts = c.known_integers(1, "starts");
        s.ends = c.known_integers(2, "ends");
        if (c.has(3)) s.axes = c.known_integers(3, "axes");
        if (c.has(4)) s.steps = c.known_integers(4, "steps");
    }
    for (std::size_t i = s.axes.size(); s.axes.empty() && i < s.starts.size(); ++i)
        s.axes.push_back(static_cast<std::int64_t>(i));
    if (s.axes.size() < s.starts.size() && s.axes.size() < c.shape(0).size())
        for (std::size_t i = s.axes.size(); i < s.starts.size(); ++i)
            s.axes.push_back(static_cast<std::int64_t>(i));
    if (s.steps.empty()) s.steps.assign(s.starts.size(), 1);
    if (s.ends.size() != s.starts.size() || s.axes.size() != s.starts.size() ||
        s.steps.size() != s.starts.size())
        refuse("expected as many ends, axes and steps as starts, found ", s.ends.size(), ", ",
               s.axes.size(), ", ", s.steps.size(), " and ", s.starts.size());
    return s;
}

// Counted from the end if negative, then as far as there is something.
std::int64_t index_bound(std::int64_t at, std::int64_t extent, std::int64_t low,
                         std::int64_t high) {
    return std::clamp(at < 0 ? at + extent : at, low, high);
}

} // namespace

void slice(call& c) {
    const slices s = slices_of(c);
    dims shape = c.shape(0);
    const dims apart = strides(shape);
    integers step(apart.begin(), apart.end());
    const flow* const x = c.flow_at(0);
    std::size_t batch = x != nullptr ? x->batch : no_axis;
    std::int64_t first = 0;
    (void)axes_of(s.axes, shape.size());
    for (std::size_t i = 0; i < s.starts.size(); ++i) {
        const std::size_t axis = axis_of(s.axes[i], shape.size());
        const auto extent = static_cast<std::int64_t>(shape[axis]);
        const std::int64_t by = std::clamp<std::int64_t>(s.steps[i], -extent - 1, extent + 1);
        if (by == 0) refuse("expected steps other than 0, found 0");
        const std::int64_t start = by > 0 ? index_bound(s.starts[i], extent, 0, extent)
                                          : index_bound(s.starts[i], extent, 0, extent - 1);
        const std::int64_t end = by > 0 ? index_bound(s.ends[i], extent, 0, extent)
                                        : index_bound(s.ends[i], extent, -1, extent - 1);
        const std::int64_t length =
            by > 0 ? (end - start + by - 1) / by : (end - start + by + 1) / by;
        shape[axis] = static_cast<std::size_t>(std::max<std::int64_t>(length, 0));
        if (batch == axis && static_cast<std::int64_t>(shape[axis]) != extent) batch = no_axis;
        first += start * step[axis];
        step[axis] *= by;
    }
    c.move(std::move(shape), step, first, batch);
}

} // namespace laminate::codegen::onnx::rules
