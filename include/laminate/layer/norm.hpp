// SPDX-License-Identifier: MIT
#pragma once

// sum, mean and mean_square make one unit of a row. rsqrt(epsilon<E>) is 1 / sqrt(x + E); E is 0
// unless given. Needs nothing. Promises the order of sums that kernel/forward/reduction.hpp states.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
struct sum : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sum};
};
struct mean : layer_base {
    static constexpr ir::node node = {.kind = ir::op::mean};
};
// The mean of squares.
struct mean_square : layer_base {
    static constexpr ir::node node = {.kind = ir::op::mean_square};
};

template <activation_options Options = activation_options{}>
struct rsqrt : layer_base {
    static constexpr ir::node node = {.kind = ir::op::rsqrt, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return rsqrt<detail::with<rsqrt, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::rsqrt<O>, layers::epsilon<V>> = true;
} // namespace detail

inline constexpr layers::sum sum{};
inline constexpr layers::mean mean{};
inline constexpr layers::mean_square mean_square{};
inline constexpr layers::rsqrt<> rsqrt{};

} // namespace laminate::inline LAMINATE_ISA
