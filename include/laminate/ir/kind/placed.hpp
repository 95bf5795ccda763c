// SPDX-License-Identifier: MIT
#pragma once

// What only says where values lie: concat, several values one behind the other; slice, node::units
// units of a value from node::begin on.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct placed {
    static constexpr traits is = {.role = role::placed};
    static constexpr refusal check(const node&, operands) { return {}; }
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

struct concat : placed {
    static constexpr shape output(const node&, operands in) {
        std::size_t units = 0;
        for (const shape& s : in)
            units += width(s);
        return vector_shape(units);
    }
    static constexpr spelling spelled(const node&) { return {"concat"}; }
};

struct slice : placed {
    static constexpr shape output(const node& n, operands) { return vector_shape(n.units); }
    static constexpr refusal check(const node& n, operands in) {
        if (n.units == 0) return {mistake_kind::zero_units, 1, 0};
        if (n.begin > width(in[0]) || n.units > width(in[0]) - n.begin)
            return {mistake_kind::slice_outside, n.begin + n.units, width(in[0])};
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"slice", count("", n.begin)};
        s.argument.push(count("", n.begin + n.units));
        return s;
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
