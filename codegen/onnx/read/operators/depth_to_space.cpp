// SPDX-License-Identifier: MIT
// DepthToSpace and SpaceToDepth: blocks of a picture as channels, and back.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {
namespace {

// Walks the value as of shape `split` with its axes in the given order.
void reorder(call& c, const dims& split, const std::vector<std::size_t>& order, dims shape) {
    const dims apart = strides(split);
    dims walked;
    integers step;
    for (const std::size_t axis : order) {
        walked.push_back(split[axis]);
        step.push_back(static_cast<std::int64_t>(apart[axis]));
    }
    const flow* const x = c.flow_at(0);
    const std::size_t batch = x != nullptr && x->batch == 0 ? 0 : no_axis;
    c.set(c.picked(c.in(0), std::move(shape), walk(walked, step), batch));
}

} // namespace

void depth_to_space(call& c) {
    const dims& from = c.shape(0);
    const std::int64_t given = c.integer("blocksize", 0);
    if (from.size() != 4) refuse("expected rank 4, found shape ", text(from));
    const auto b = static_cast<std::size_t>(given);
    const bool opens = c.name() == "DepthToSpace";
    const bool divides =
        given > 0 && (opens ? b <= from[1] && from[1] % b == 0 && from[1] / b % b == 0
                            : from[2] % b == 0 && from[3] % b == 0);
    if (!divides)
        refuse("expected a blocksize that divides ", opens ? "the channels twice" : "the extents",
               " of ", text(from), ", found ", given);
    if (!opens)
        return reorder(c, {from[0], from[1], from[2] / b, b, from[3] / b, b}, {0, 3, 5, 1, 2, 4},
                       {from[0], from[1] * b * b, from[2] / b, from[3] / b});
    const std::string mode = c.opset() < 11 ? "DCR" : c.text("mode", "DCR");
    if (mode != "DCR" && mode != "CRD") refuse("expected mode 'DCR' or 'CRD', found ", quote(mode));
    const std::size_t channels = from[1] / b / b;
    const dims shape = {from[0], channels, from[2] * b, from[3] * b};
    if (mode == "DCR")
        return reorder(c, {from[0], b, b, channels, from[2], from[3]}, {0, 3, 4, 1, 5, 2}, shape);
    reorder(c, {from[0], channels, b, b, from[2], from[3]}, {0, 1, 4, 2, 5, 3}, shape);
}

} // namespace laminate::codegen::onnx::rules
