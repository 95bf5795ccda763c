// SPDX-License-Identifier: MIT
#pragma once

// How a result's elements are found in what they are moved from: a walk over the axes of the
// result, each with a stride. Needs shapes of at most three axes.

#include <array>
#include <cstddef>
#include <optional>

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

inline constexpr std::size_t max_axes = 3; // of a row

// The axis that a node names, from 0 on, or the last one.
constexpr std::size_t axis_of(const node& n, const shape& s) {
    return n.axis != none ? n.axis : s.rank == 0 ? 0 : s.rank - 1;
}

// What is in front of an axis, and behind it.
constexpr std::size_t outer(const shape& s, std::size_t axis) {
    return shape{axis, s.extent}.size();
}
constexpr std::size_t inner(const shape& s, std::size_t axis) {
    std::size_t floats = 1;
    for (std::size_t behind = axis + 1; behind < s.rank; ++behind)
        floats *= s.extent[behind];
    return floats;
}

struct walk {
    struct axis {
        std::size_t extent = 1; // of the result
        std::size_t stride = 0; // floats to the next element, where they come from
        std::size_t before = 0; // elements that are filled in, before those that come from there
        std::size_t inside = 1; // how many of these
    };
    std::size_t begin = 0; // where the first one lies
    std::array<axis, max_axes> axes = {};
};

// That of each element of `to` from the one of the same place in `from`.
constexpr walk walk_over(const shape& from, const shape& to) {
    walk w;
    for (std::size_t k = 0; k < to.rank && to.rank <= max_axes; ++k)
        w.axes[max_axes - to.rank + k] = {to.extent[k], inner(from, k), 0, to.extent[k]};
    return w;
}

// Floats of the result.
constexpr std::size_t floats_of(const walk& w) {
    std::size_t floats = 1;
    for (const walk::axis& a : w.axes)
        floats *= a.extent;
    return floats;
}

// As kernel::move has them.
constexpr arguments arguments_for(const walk& w) {
    arguments all = {w.begin};
    for (const walk::axis& a : w.axes) {
        all.push(a.extent);
        all.push(a.stride);
        all.push(a.before);
        all.push(a.inside);
    }
    return all;
}
constexpr walk walk_of(const arguments& all) {
    walk w;
    w.begin = all[0];
    for (std::size_t k = 0; k < max_axes; ++k)
        w.axes[k] = {all[4 * k + 1], all[4 * k + 2], all[4 * k + 3], all[4 * k + 4]};
    return w;
}

// Two walks as one: `outer` reads the result of `inner` from float `first` on. Not where `inner`
// fills in, or a step of `outer` would go over the end of an axis of it.
constexpr std::optional<walk> composed(const walk& outer, std::size_t first, const walk& inner) {
    few<walk::axis, max_axes> middle = {}; // from the last axis on; neighbours in one line are one
    for (std::size_t k = max_axes; k-- > 0;) {
        const walk::axis& a = inner.axes[k];
        if (a.inside != a.extent) return std::nullopt;
        if (a.extent == 1) continue;
        if (middle.size() > 0 && middle.back().stride * middle.back().extent == a.stride)
            middle.back().extent *= a.extent;
        else
            middle.push({a.extent, a.stride});
    }
    std::array<std::size_t, max_axes> furthest = {}; // index that `outer` reaches on each axis
    // So many floats of `inner`'s result are so many of what that reads.
    const auto distance = [&](std::size_t floats, std::size_t times) {
        std::size_t d = 0;
        for (std::size_t k = 0; k < middle.size(); ++k) {
            const bool is_outermost = k + 1 == middle.size();
            const std::size_t steps = is_outermost ? floats : floats % middle[k].extent;
            furthest[k] += steps * times;
            d += steps * middle[k].stride;
            floats /= middle[k].extent;
        }
        return d;
    };
    walk w = outer;
    w.begin = inner.begin + distance(outer.begin + first, 1);
    for (walk::axis& a : w.axes)
        a.stride = a.inside > 1 ? distance(a.stride, a.inside - 1) : 0;
    for (std::size_t k = 0; k < middle.size(); ++k)
        if (furthest[k] >= middle[k].extent) return std::nullopt;
    return w;
}

// Where element `index` of the result comes from; none of what is filled in.
constexpr std::size_t source(const walk& w, std::size_t index) {
    std::size_t at = w.begin;
    for (std::size_t k = max_axes; k-- > 0;) {
        const walk::axis& a = w.axes[k];
        const std::size_t i = index % a.extent - a.before; // wraps around in front of the first
        if (i >= a.inside) return none;
        at += i * a.stride;
        index /= a.extent;
    }
    return at;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
