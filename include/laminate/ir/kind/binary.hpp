// SPDX-License-Identifier: MIT
#pragma once

// Functions of two values, unit by unit. One may be smaller: a single unit counts for all, one of
// each position for all units there, and a row of units, as wide as the other, for all positions.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

constexpr bool counts_for(const shape& smaller, const shape& all) {
    if (smaller.size() == 1) return true;
    if (positions(smaller) == 1) return width(smaller) == width(all);
    return smaller == with_width(all, 1);
}

struct binary {
    static constexpr traits is = {.role = role::binary, .operands = 2};

    static constexpr shape output(const node&, operands in) {
        return in.size() > 1 && in[0].size() < in[1].size() ? in[1] : in[0];
    }

    static constexpr refusal check(const node&, operands in) {
        const bool second = in[0].size() < in[1].size();
        if (in[0] != in[1] && !counts_for(in[second ? 0 : 1], in[second ? 1 : 0]))
            return {mistake_kind::operands_differ, in[0].size(), in[1].size()};
        return {};
    }

    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr spelling spelled(const node& n) { return {name(n.kind)}; }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

struct add : binary {};
struct subtract : binary {};
struct multiply : binary {};
struct divide : binary {};
struct maximum : binary {};
struct minimum : binary {};
struct less : binary {};
struct less_equal : binary {};
struct equal : binary {};
struct when : binary {};
struct unless : binary {};
struct power : binary {};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
