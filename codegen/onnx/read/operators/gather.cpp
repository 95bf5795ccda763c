// SPDX-License-Identifier: MIT
// Gather along an axis, with constant indices; of a constant also with indices that flow, which is
// a product: a row of each index that is 1 where it points to. One that points nowhere gives 0.
#include "arithmetic.hpp"
#include "places.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {
namespace {

// [indices, extent]: 1 where an index is the place, or is that many before the end.
flow pointers(const call& c, const flow& wanted, std::size_t extent) {
    flow each{{wanted.units.size(), extent}, wanted.type, wanted.node, {}, no_axis};
    std::vector<double> places, from_end;
    c.allow(each.shape);
    each.units = wanted.units.repeated(extent);
    for (std::size_t i = 0; i < wanted.units.size(); ++i)
        for (std::size_t k = 0; k < extent; ++k) {
            places.push_back(static_cast<double>(k));
            from_end.push_back(static_cast<double>(k) - static_cast<double>(extent));
        }
    builder& to = c.network();
    const flow is_place = to.binary(ir::op::equal, each, to.steady_like(each, places));
    const flow is_before_end = to.binary(ir::op::equal, each, to.steady_like(each, from_end));
    return to.binary(ir::op::add, is_place, is_before_end);
}

void gather_by_flow(call& c, const flow& wanted, std::size_t axis) {
    const constant& table = c.known(0, "the data, where the indices aren't one,");
    expect_finite(c, 0);
    const dims& from = table.shape;
    const std::size_t extent = from[axis];
    const auto cut = from.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::size_t outer = count(dims(from.begin(), cut));
    const std::size_t inner = count(dims(cut + 1, from.end()));
    std::vector<double> rows; // [extent, outer, inner]
    for (std::size_t k = 0; k < extent; ++k)
        for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t i = 0; i < inner; ++i)
                rows.push_back(table[(o * extent + k) * inner + i]);
    const value chosen = matrix_product(c, pointers(c, wanted, extent),
                                        make_constant({extent, outer * inner}, table.type, rows));
    dims shape(from.begin(), cut);
    shape.insert(shape.end(), wanted.shape.begin(), wanted.shape.end());
    shape.insert(shape.end(), cut + 1, from.end());
    const auto apart = static_cast<std::int64_t>(inner);
    const selection sources = walk({outer, wanted.units.size(), inner},
                                   {apart, static_cast<std::int64_t>(outer) * apart, 1});
    const std::size_t batch = wanted.batch == no_axis ? no_axis : axis + wanted.batch;
    value y = c.picked(chosen, std::move(shape), sources, batch);
    std::get<flow>(y).type = table.type;
    c.set(std::move(y));
}

} // namespace

void gather(call& c) {
    const dims& from = c.shape(0);
    const std::size_t axis = axis_of(c.integer("axis", 0), from.size());
    if (const flow* const wanted = c.flow_at(1)) {
        if (!is_whole(wanted->type))
            refuse("expected integers as indices, found ", name(wanted->type));
        return gather_by_flow(c, *wanted, axis);
    }
    const constant& wanted = expect_indices(c);
    indices chosen;
    for (const double number : *wanted.numbers)
        chosen.push_back(place_of(number, from[axis]));
    const auto cut = from.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::size_t outer = count(dims(from.begin(), cut));
    const std::size_t inner = count(dims(cut + 1, from.end()));
    dims shape(from.begin(), cut);
    shape.insert(shape.end(), wanted.shape.begin(), wanted.shape.end());
    shape.insert(shape.end(), cut + 1, from.end());
    c.expect_room(shape);
    selection sources;
    if (count(shape) != 0)
        sources = onnx::identity(outer)
                      .nested(from[axis], std::move(chosen))
                      .nested(inner, onnx::identity(inner));
    const flow* const x = c.flow_at(0);
    std::size_t batch = x != nullptr ? x->batch : no_axis;
    if (batch == axis)
        batch = no_axis;
    else if (batch != no_axis && batch > axis)
        batch = batch + wanted.shape.size() - 1;
    c.set(c.picked(c.in(0), std::move(shape), sources, batch));
}

} // namespace laminate::codegen::onnx::rules
