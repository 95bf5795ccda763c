// SPDX-License-Identifier: MIT
#pragma once

// input: a row of the caller's.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct input {
    static constexpr traits is = {.role = role::input, .operands = 0};
    static constexpr shape output(const node& n, operands) { return n.output; }

    static constexpr refusal check(const node& n, operands) {
        if (n.output.size() == 0) return {mistake_kind::zero_units, 1, 0};
        return {};
    }

    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"input"};
        for (std::size_t k = 0; k < n.output.rank; ++k)
            s.argument.push(count("", n.output.extent[k]));
        return s;
    }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
