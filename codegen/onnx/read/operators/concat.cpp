// SPDX-License-Identifier: MIT
// Concat of constants, of flows, of both.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

struct layout {
    dims shape;
    std::vector<origin> origins;
};

layout layout_of(const call& c, std::size_t axis) {
    layout l{c.shape(0), {}};
    l.shape[axis] = 0;
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        dims expected = c.shape(i);
        if (expected.size() != l.shape.size())
            refuse("expected inputs of one rank, found ", text(c.shape(0)), " and ",
                   text(expected));
        l.shape[axis] += expected[axis];
        expected[axis] = l.shape[axis];
        if (expected != l.shape)
            refuse("expected inputs that differ only at axis ", axis, ", found ", text(c.shape(0)),
                   " and ", text(c.shape(i)));
    }
    c.allow(l.shape);
    const auto cut = l.shape.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::size_t outer = count(dims(l.shape.begin(), cut));
    const std::size_t inner = count(dims(cut + 1, l.shape.end()));
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t i = 0; i < c.inputs(); ++i) {
            const std::size_t run = c.shape(i)[axis] * inner;
            for (std::size_t k = 0; k < run; ++k)
                l.origins.push_back({i, o * run + k});
        }
    return l;
}

value of_constants(const call& c, const layout& l) {
    std::vector<double> numbers;
    std::vector<bool> from_batch, counts_rows;
    bool any = false;
    for (const origin& o : l.origins) {
        const constant& k = *c.constant_at(o.of);
        numbers.push_back(k[o.element]);
        from_batch.push_back(!k.from_batch.empty() && k.from_batch[o.element]);
        counts_rows.push_back(!k.counts_rows.empty() && k.counts_rows[o.element]);
        any = any || from_batch.back();
    }
    constant joined = make_constant(l.shape, type_of(c.in(0)), std::move(numbers));
    if (any) joined.from_batch = std::move(from_batch);
    if (any) joined.counts_rows = std::move(counts_rows);
    return joined;
}

// The batch of the first flow, if all have it there.
flow shaped(const call& c, const layout& l, std::size_t axis) {
    flow like{l.shape, type_of(c.in(0)), 0, {}, axis};
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        const flow* const x = c.flow_at(i);
        if (x == nullptr) continue;
        if (like.batch == axis)
            like.batch = x->batch != axis ? x->batch : no_axis;
        else if (like.batch != x->batch)
            like.batch = no_axis;
    }
    return like;
}

} // namespace

void concat(call& c) {
    if (c.inputs() == 0) refuse("expected at least one input, found none");
    expect_one_type(c);
    const std::size_t axis = axis_of(c.integer("axis", 1), c.shape(0).size());
    const layout l = layout_of(c, axis);
    if (c.all_constant()) return c.set(of_constants(c, l));
    flow like = shaped(c, l, axis);
    std::vector<const value*> all;
    for (std::size_t i = 0; i < c.inputs(); ++i)
        all.push_back(&c.in(i));
    c.set(gathered(c, all, l.origins, std::move(like)));
}

} // namespace laminate::codegen::onnx::rules
