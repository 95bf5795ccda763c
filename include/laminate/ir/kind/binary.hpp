// SPDX-License-Identifier: MIT
#pragma once

// Functions of two values, unit by unit; a value of one unit counts as one of that unit everywhere.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct binary {
    static constexpr traits is = {.role = role::binary, .operands = 2};

    static constexpr shape output(const node&, operands in) {
        return in.size() > 1 && in[0].size() == 1 ? in[1] : in[0];
    }

    static constexpr refusal check(const node&, operands in) {
        if (in[0] != in[1] && in[0].size() != 1 && in[1].size() != 1)
            return {mistake_kind::operands_differ, width(in[0]), width(in[1])};
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
