// SPDX-License-Identifier: MIT
#pragma once

// What only says where values lie, if it is one piece of memory, and else copies: concat, several
// values one behind the other along an axis; slice, node::units of it from node::begin on.

#include "../../base/compiler.hpp"
#include "facts.hpp"
#include "walk.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct placed {
    static constexpr traits is = {.role = role::placed, .of_axes = true};
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr double second_moment(const node&) { return 1.0; }
};

struct concat : placed {
    static constexpr shape output(const node& n, operands in) {
        shape all = in[0];
        const std::size_t axis = axis_of(n, all);
        if (axis >= all.rank) return all;
        for (const shape& s : in.subspan(1))
            all.extent[axis] += s.extent[axis];
        return all;
    }
    static constexpr refusal check(const node& n, operands in) {
        const std::size_t axis = axis_of(n, in[0]);
        if (axis >= in[0].rank) return {mistake_kind::axis_outside, axis, in[0].rank};
        for (const shape& s : in) {
            shape alike = in[0];
            alike.extent[axis] = s.extent[axis];
            if (s != alike)
                return {mistake_kind::parts_differ, outer(in[0], axis) * inner(in[0], axis),
                        s.rank > axis ? outer(s, axis) * inner(s, axis) : s.size()};
        }
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        if (n.axis == none) return {"concat"};
        return {"concat", count("", n.axis)};
    }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

struct slice : placed {
    static constexpr traits is = {.role = role::placed, .run = kernel::move, .of_axes = true};
    static constexpr shape output(const node& n, operands in) {
        shape part = in[0];
        const std::size_t axis = axis_of(n, part);
        if (axis < part.rank) part.extent[axis] = n.units;
        return part;
    }
    static constexpr refusal check(const node& n, operands in) {
        const std::size_t axis = axis_of(n, in[0]);
        if (n.units == 0) return {mistake_kind::zero_units, 1, 0};
        if (axis >= in[0].rank) return {mistake_kind::axis_outside, axis, in[0].rank};
        const std::size_t extent = in[0].extent[axis];
        if (n.begin > extent || n.units > extent - n.begin)
            return {mistake_kind::slice_outside, n.begin + n.units, extent};
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"slice", count("", n.begin)};
        s.argument.push(count("", n.begin + n.units));
        if (n.axis != none) s.argument.push(count("", n.axis));
        return s;
    }
    static constexpr arguments arguments_of(const node& n, operands in, std::size_t, bool) {
        walk w = walk_over(in[0], output(n, in));
        w.begin = n.begin * inner(in[0], axis_of(n, in[0]));
        return arguments_for(w);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
