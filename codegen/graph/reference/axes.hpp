// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of kinds that see the axes of a row: element by element, by its place.

#include <laminate/ir/node.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "layers.hpp"

namespace laminate::codegen::reference {

// The place of an element, an index for each axis.
using element = std::array<std::size_t, max_rank>;

inline element element_at(const shape& s, std::size_t index) {
    element at = {};
    for (std::size_t axis = s.rank; axis-- > 0; index /= s.extent[axis])
        at[axis] = index % s.extent[axis];
    return at;
}
inline std::size_t index_of(const shape& s, const element& at) {
    std::size_t index = 0;
    for (std::size_t axis = 0; axis < s.rank; ++axis)
        index = index * s.extent[axis] + at[axis];
    return index;
}

// Which element of a value meets element `index` of one of shape `all`.
inline std::size_t counterpart(const shape& s, const shape& all, std::size_t index) {
    if (s.size() == all.size()) return index;
    if (s.size() == 1) return 0;
    return positions(s) == 1 ? index % width(all) : index / width(all);
}

// The axis that a node names, or the last.
inline std::size_t axis_named(const ir::node& n, const shape& s) {
    return n.axis == ir::none ? s.rank - 1 : n.axis;
}

namespace kind {

struct with_axes {};

struct concat : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node& n, const Parameters&, operands<Row> in,
                     std::span<const shape> shapes) {
        const std::size_t axis = axis_named(n, shapes[0]);
        Row y;
        y.reserve(n.output.size());
        for (std::size_t i = 0; i < n.output.size(); ++i) {
            element at = element_at(n.output, i);
            std::size_t part = 0;
            for (; at[axis] >= shapes[part].extent[axis]; ++part)
                at[axis] -= shapes[part].extent[axis];
            y.push_back((*in[part])[index_of(shapes[part], at)]);
        }
        return y;
    }
};

// What elements of the result are, each by its place: Source says where it comes from.
template <class Source>
struct picked : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node& n, const Parameters&, operands<Row> in,
                     std::span<const shape> shapes) {
        Row y;
        y.reserve(n.output.size());
        for (std::size_t i = 0; i < n.output.size(); ++i)
            y.push_back((*in[0])[index_of(shapes[0],
                                          Source::source(n, shapes[0], element_at(n.output, i)))]);
        return y;
    }
};

struct slice : picked<slice> {
    static element source(const ir::node& n, const shape& s, element at) {
        at[axis_named(n, s)] += n.begin;
        return at;
    }
};

struct transpose : picked<transpose> {
    static element source(const ir::node& n, const shape&, const element& at) {
        element from = {};
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            from[n.axes.extent[k]] = at[k];
        return from;
    }
};

struct as_strided : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node& n, const Parameters&, operands<Row> in,
                     std::span<const shape>) {
        Row y;
        y.reserve(n.output.size());
        for (std::size_t i = 0; i < n.output.size(); ++i) {
            const element at = element_at(n.output, i);
            std::size_t from = n.begin;
            for (std::size_t k = 0; k < n.axes.rank; ++k)
                from += at[k] * n.after.extent[k];
            y.push_back((*in[0])[from]);
        }
        return y;
    }
};

struct reshape : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node&, const Parameters&, operands<Row> in,
                     std::span<const shape>) {
        return *in[0];
    }
};

struct pad : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p, operands<Row> in,
                     std::span<const shape> shapes) {
        const shape& s = shapes[0];
        // A sum of nothing is its bias.
        const std::remove_cvref_t<decltype(p.scale())> none;
        const auto filling = by.sum(none, static_cast<double>(n.alpha), Row());
        Row y;
        y.reserve(n.output.size());
        for (std::size_t i = 0; i < n.output.size(); ++i) {
            element at = element_at(n.output, i);
            bool inside = true;
            for (std::size_t k = 0; k < n.axes.rank; ++k) {
                const std::size_t axis = s.rank - n.axes.rank + k;
                at[axis] -= n.axes.extent[k]; // wraps around in front of the first
                inside = inside && at[axis] < s.extent[axis];
            }
            y.push_back(inside ? (*in[0])[index_of(s, at)] : filling);
        }
        return y;
    }
};

// In the words of smaller kinds.
struct matmul : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p, operands<Row> in,
                     std::span<const shape> shapes) {
        using weights = std::remove_cvref_t<decltype(p.scale())>;
        const std::size_t inner = width(shapes[0]);
        const std::size_t columns = width(shapes[1]);
        const std::size_t rows = shapes[0].extent[shapes[0].rank - 2];
        const weights ones(inner, 1.0);
        const weights scale(1, static_cast<double>(n.alpha));
        Row y;
        y.reserve(n.output.size());
        for (std::size_t i = 0; i < n.output.size(); ++i) {
            const std::size_t of_left = i / columns * inner;
            const std::size_t of_right = i / columns / rows * inner * columns + i % columns;
            Row terms;
            terms.reserve(inner);
            for (std::size_t k = 0; k < inner; ++k)
                terms.push_back(by.template pair<multiply>((*in[0])[of_left + k],
                                                           (*in[1])[of_right + k * columns]));
            const Row sum = {by.sum(ones, 0.0, terms)};
            y.push_back(n.alpha == 1.0f ? sum[0] : by.sum(scale, 0.0, sum));
        }
        return y;
    }
};

} // namespace kind

template <class Kind>
inline constexpr bool sees_axes = std::is_base_of_v<kind::with_axes, Kind>;

} // namespace laminate::codegen::reference
