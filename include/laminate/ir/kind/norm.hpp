// SPDX-License-Identifier: MIT
#pragma once

// layer_norm and rms_norm: a row, or each of node::groups parts of it, by its own mean and
// variance, then a learned scale and shift.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct norm {
    static constexpr shape output(const node&, operands in) { return in[0]; }

    static constexpr refusal check(const node& n, operands in) {
        if (n.groups == 0) return {mistake_kind::zero_units, 1, 0};
        if (width(in[0]) % n.groups != 0)
            return {mistake_kind::norm_indivisible, n.groups, width(in[0])};
        return {};
    }

    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }

    static constexpr spelling spelled(const node& n) {
        spelling s = {name(n.kind)};
        if (n.groups != 1) s.options.push(count("groups", n.groups));
        s.add("epsilon", n.alpha, 1e-5f);
        return s;
    }

    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node& n, operands, std::size_t, bool) {
        return {n.groups};
    }
};

struct layer_norm : norm {
    static constexpr traits is = {.role = role::layer, .run = kernel::layer_norm, .finishes = true};

    static constexpr tensor_list learned(const node&, operands in) {
        return {scale_of(in[0]), shift_of(in[0])};
    }
};
struct rms_norm : norm {
    static constexpr traits is = {.role = role::layer, .run = kernel::rms_norm, .finishes = true};

    static constexpr tensor_list learned(const node&, operands in) { return {scale_of(in[0])}; }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
