// SPDX-License-Identifier: MIT
// ArgMax and ArgMin along an axis, and Hardmax, which is 1 there and else 0. Of a flow: what isn't
// less than the largest has a rank, the first or the last the highest; the index follows from the
// highest rank. Of NaN nothing is less, so among them the first, or the last, is it.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

// Element k of line l is element (l / inner * wide + k) * inner + l % inner of the value.
struct lines {
    std::size_t count;
    std::size_t wide;
    std::size_t inner;

    std::size_t at(std::size_t line, std::size_t k) const {
        return (line / inner * wide + k) * inner + line % inner;
    }
    selection sources() const { // line by line
        const auto apart = static_cast<std::int64_t>(inner);
        return walk({count / inner, inner, wide},
                    {static_cast<std::int64_t>(wide) * apart, 1, apart});
    }
    selection back() const {
        const auto apart = static_cast<std::int64_t>(wide);
        return walk({count / inner, wide, inner},
                    {static_cast<std::int64_t>(inner) * apart, 1, apart});
    }
};

// Of all axes from `axis` on, or of that alone.
lines lines_of(const call& c, std::size_t axis, bool to_the_end) {
    const dims& shape = c.shape(0);
    const auto cut = shape.begin() + static_cast<std::ptrdiff_t>(axis);
    const auto end = to_the_end ? shape.end() : cut + 1;
    const std::size_t wide = count(dims(cut, end));
    if (count(shape) == 0) refuse("expected at least one element, found shape ", text(shape));
    const std::size_t inner = count(dims(end, shape.end()));
    return {count(shape) / wide, wide, inner};
}

// The largest of each line.
flow largest(const call& c, const flow& x, const lines& of) {
    flow like{{of.count}, x.type, x.node, {}, no_axis};
    if (of.wide > 1) return c.network().largest(x, of.wide, std::move(like));
    like.units = x.units;
    return like;
}

flow repeated_numbers(flow y, const lines& of) {
    y.units = y.units.repeated(of.wide);
    return y;
}

std::size_t rank(const lines& of, std::size_t k, bool last) { return last ? k + 1 : of.wide - k; }

// Of each element its rank, or 0; x line by line.
flow ranks(const call& c, const flow& x, const lines& of, bool last) {
    const flow less = c.network().binary(ir::op::less, x, repeated_numbers(largest(c, x, of), of));
    std::vector<double> scale, shift;
    for (std::size_t i = 0; i < x.units.size(); ++i) {
        shift.push_back(static_cast<double>(rank(of, i % of.wide, last)));
        scale.push_back(-shift.back());
    }
    return c.network().affine(less, scale, shift);
}

std::size_t index_of(const constant& x, const lines& of, std::size_t line, bool least, bool last) {
    std::size_t found = 0;
    for (std::size_t k = 1; k < of.wide; ++k) {
        const double here = x[of.at(line, k)], best = x[of.at(line, found)];
        if (least ? here < best : here > best || (last && here == best)) found = k;
        if (least && last && here == best) found = k;
    }
    return found;
}

flow line_by_line(const call& c, const flow& x, const lines& of) {
    return std::get<flow>(c.picked(x, {count(x.shape)}, of.sources(), no_axis));
}

} // namespace

void arg_max(call& c) {
    const std::size_t axis = axis_of(c.integer("axis", 0), c.shape(0).size());
    const bool last = c.integer("select_last_index", 0) != 0;
    const bool least = c.name() == "ArgMin";
    const lines of = lines_of(c, axis, false);
    dims kept = c.shape(0);
    const bool keeps = c.integer("keepdims", 1) != 0;
    kept[axis] = 1;
    if (!keeps) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(axis));
    if (const constant* const x = c.constant_at(0)) {
        std::vector<double> found;
        for (std::size_t l = 0; l < of.count; ++l)
            found.push_back(static_cast<double>(index_of(*x, of, l, least, last)));
        return c.set(make_constant(std::move(kept), element::int64, std::move(found)));
    }
    const flow& given = *c.flow_at(0);
    flow x = line_by_line(c, given, of);
    if (least) x = c.network().elementwise(x, node_of(ir::op::neg));
    const flow best = largest(c, ranks(c, x, of, last), of);
    const auto wide = static_cast<double>(of.wide);
    flow y = c.network().affine(best, std::vector<double>(of.count, last ? 1.0 : -1.0),
                                std::vector<double>(of.count, last ? -1.0 : wide));
    const std::size_t batch = given.batch == no_axis || given.batch == axis ? no_axis
                              : given.batch > axis && !keeps                ? given.batch - 1
                                                                            : given.batch;
    y.type = element::int64;
    c.set(reshaped(y, std::move(kept), batch));
}

void hardmax(call& c) {
    expect_real(c);
    const dims& shape = c.shape(0);
    const bool old = c.opset() < 13;
    const std::size_t axis = axis_of(c.integer("axis", old ? 1 : -1), shape.size());
    const lines of = lines_of(c, axis, old);
    if (const constant* const x = c.constant_at(0)) {
        std::vector<double> y(x->size(), 0.0);
        for (std::size_t l = 0; l < of.count; ++l)
            y[of.at(l, index_of(*x, of, l, false, false))] = 1.0;
        return c.set(make_constant(shape, x->type, std::move(y)));
    }
    const flow& x = *c.flow_at(0);
    const flow all = ranks(c, line_by_line(c, x, of), of, false);
    const flow less =
        c.network().binary(ir::op::less, all, repeated_numbers(largest(c, all, of), of));
    const std::vector<double> ones(count(shape), 1.0);
    const flow y = c.network().affine(less, std::vector<double>(ones.size(), -1.0), ones);
    const bool mixes = old ? x.batch >= axis : x.batch == axis;
    c.set(pick(y, shape, of.back(), x.batch == no_axis || mixes ? no_axis : x.batch));
}

} // namespace laminate::codegen::onnx::rules
