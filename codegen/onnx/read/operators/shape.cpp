// SPDX-License-Identifier: MIT
// Shape, which is known also for what flows. The extent of a free batch is marked: it stands for
// itself only.
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

std::size_t bound(std::int64_t at, std::size_t rank) {
    const auto extent = static_cast<std::int64_t>(rank);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(at < 0 ? at + extent : at, 0, extent));
}

} // namespace

void shape(call& c) {
    const dims& of = c.shape(0);
    const std::size_t start = c.opset() < 15 ? 0 : bound(c.integer("start", 0), of.size());
    const std::size_t end =
        c.opset() < 15 ? of.size()
                       : bound(c.integer("end", static_cast<std::int64_t>(of.size())), of.size());
    const std::size_t batch = batch_of(c.in(0));
    std::vector<double> extents;
    std::vector<bool> from_batch;
    for (std::size_t axis = start; axis < end; ++axis) {
        extents.push_back(static_cast<double>(of[axis]));
        from_batch.push_back(batch == axis);
    }
    const dims length = {extents.size()};
    constant found = make_constant(length, element::int64, std::move(extents));
    if (batch != no_axis) found.from_batch = std::move(from_batch);
    c.set(std::move(found));
}

} // namespace laminate::codegen::onnx::rules
