// SPDX-License-Identifier: MIT
#pragma once

// softmax, and its logarithm: of a row, or of each of node::groups parts of it.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

// All but the kernel.
struct distribution {
    static constexpr shape output(const node&, operands in) { return in[0]; }

    static constexpr refusal check(const node& n, operands in) {
        const std::size_t inputs = width(in[0]);
        if (n.groups == 0) return {mistake_kind::zero_units, 1, 0};
        if (inputs % n.groups != 0) return {mistake_kind::groups_indivisible, n.groups, inputs};
        if (inputs / n.groups < 2) return {mistake_kind::softmax_of_scalar, 2, inputs / n.groups};
        return {};
    }

    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }

    static constexpr spelling spelled(const node& n) {
        spelling s = {name(n.kind)};
        if (n.groups != 1) s.options.push(count("groups", n.groups));
        return s;
    }

    static constexpr double second_moment(const node&) { return 1.0; }

    static constexpr arguments arguments_of(const node& n, operands, std::size_t, bool) {
        return {n.groups};
    }
};

struct softmax : distribution {
    static constexpr traits is = {.role = role::layer, .run = kernel::softmax};
};
struct log_softmax : distribution {
    static constexpr traits is = {.role = role::layer, .run = kernel::log_softmax};
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind

namespace laminate::ir {
inline namespace LAMINATE_ISA {

constexpr bool is_softmax(op kind) { return kind == op::softmax || kind == op::log_softmax; }

} // namespace LAMINATE_ISA
} // namespace laminate::ir
