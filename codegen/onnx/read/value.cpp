// SPDX-License-Identifier: MIT
#include "value.hpp"

namespace laminate::codegen::onnx {
namespace {

value pick_from(const constant& from, dims shape, const selection& sources, std::size_t) {
    std::vector<double> numbers;
    numbers.reserve(sources.size());
    for (std::size_t source : sources)
        numbers.push_back(from[source]);
    constant picked = make_constant(std::move(shape), from.type, std::move(numbers));
    if (!from.from_batch.empty())
        for (std::size_t source : sources)
            picked.from_batch.push_back(from.from_batch[source]);
    if (!from.counts_rows.empty())
        for (std::size_t source : sources)
            picked.counts_rows.push_back(from.counts_rows[source]);
    return picked;
}

value pick_from(const flow& from, dims shape, const selection& sources, std::size_t batch) {
    return flow{std::move(shape), from.type, from.node, from.units.picked(sources), batch};
}

} // namespace

value pick(const value& from, dims shape, const selection& sources, std::size_t batch) {
    return std::visit([&](const auto& x) { return pick_from(x, std::move(shape), sources, batch); },
                      from);
}

std::size_t batch_of_shape(const constant& shape) {
    for (std::size_t axis = 0; axis < shape.from_batch.size(); ++axis)
        if (shape.from_batch[axis] && shape[axis] == 1.0) return axis;
    return no_axis;
}

value reshaped(const value& from, dims shape, std::size_t batch) {
    value same = from;
    std::visit([&](auto& x) { x.shape = std::move(shape); }, same);
    if (flow* const f = std::get_if<flow>(&same))
        f->batch = batch;
    else
        std::get<constant>(same).batch = no_axis;
    return same;
}

} // namespace laminate::codegen::onnx
