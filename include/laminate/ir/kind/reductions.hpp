// SPDX-License-Identifier: MIT
#pragma once

// What makes one unit of all units: their sum, their mean, the mean of their squares.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct reduction {
    static constexpr shape output(const node&, operands in) { return with_width(in[0], 1); }
    static constexpr refusal check(const node&, operands) { return {}; }
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr spelling spelled(const node& n) { return {name(n.kind)}; }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands in, std::size_t, bool) {
        return {width(in[0])};
    }
};

struct sum : reduction {
    static constexpr traits is = {.role = role::layer, .run = kernel::sum};
};
struct mean : reduction {
    static constexpr traits is = {.role = role::layer, .run = kernel::mean};
};
struct mean_square : reduction {
    static constexpr traits is = {.role = role::layer, .run = kernel::mean_square};
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
