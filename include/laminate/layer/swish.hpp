// SPDX-License-Identifier: MIT
#pragma once

// x / (1 + exp(-alpha * x)) (Ramachandran et al., 2017), within the error that
// kernel/forward/swish.hpp states. Needs 2^-30 <= alpha <= 2^30; it is 1 unless given, which has a
// name of its own, silu. NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 1.0f}>
struct swish : layer_base {
    static_assert(
        Options.alpha >= 0x1p-30f && Options.alpha <= 0x1p30f,
        "Laminate: swish needs alpha above 0 (from 2^-30 to 2^30): it is x * sigmoid(alpha "
        "* x); for the mirror image write neg | swish(alpha<...>) | neg");
    static constexpr ir::node node = {.kind = ir::op::swish, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return swish<detail::with<swish, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::swish<O>, layers::alpha<V>> = true;
} // namespace detail

inline constexpr layers::swish<> swish{};
inline constexpr auto silu = swish;

} // namespace laminate::inline LAMINATE_ISA
