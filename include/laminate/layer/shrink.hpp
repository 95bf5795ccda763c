// SPDX-License-Identifier: MIT
#pragma once

// x + bias where x < -lambd, x - bias where x > lambd, else 0. lambd is 0.5 and bias 0 unless
// given, as in ONNX: with these it is PyTorch's hardshrink, with bias = lambd its softshrink. Needs
// lambd >= 0. NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.beta = 0.0f, .threshold = 0.5f}>
struct shrink : layer_base {
    static_assert(
        Options.threshold >= 0.0f,
        "Laminate: shrink's lambd is how far from 0 a number must be to remain; write one "
        "of at least 0");
    static constexpr ir::node node = {
        .kind = ir::op::shrink, .beta = Options.beta, .threshold = Options.threshold};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return shrink<detail::with<shrink, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::shrink<O>, layers::lambd<V>> = true;
template <activation_options O, float V>
inline constexpr bool takes<layers::shrink<O>, layers::bias<V>> = true;
} // namespace detail

inline constexpr layers::shrink<> shrink{};

} // namespace laminate::inline LAMINATE_ISA
