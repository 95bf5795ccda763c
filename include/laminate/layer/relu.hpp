// SPDX-License-Identifier: MIT
#pragma once

// Rectified linear unit, max(x, 0) (Nair and Hinton, 2010), with the options of Keras' ReLU:
// relu(max_value<6.0f>, negative_slope<0.1f>, threshold<1.0f>) is max_value where x >= max_value,
// x where x >= threshold, else negative_slope * (x - threshold). NaN stays NaN, relu(-0) is -0.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{}>
struct relu : layer_base {
    static_assert(Options.alpha >= 0.0f && Options.threshold >= 0.0f &&
                      Options.threshold <= Options.max_value,
                  "Laminate: relu needs negative_slope >= 0 and 0 <= threshold <= max_value, as "
                  "Keras does; for a negative slope on the other side write leaky_relu or prelu");
    static constexpr ir::node node = {.kind = ir::op::relu,
                                      .alpha = Options.alpha,
                                      .max_value = Options.max_value,
                                      .threshold = Options.threshold};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return relu<detail::with<relu, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::relu<O>, layers::max_value<V>> = true;
template <activation_options O, float V>
inline constexpr bool takes<layers::relu<O>, layers::negative_slope<V>> = true;
template <activation_options O, float V>
inline constexpr bool takes<layers::relu<O>, layers::threshold<V>> = true;
} // namespace detail

inline constexpr layers::relu<> relu{};
inline constexpr auto relu6 = relu(max_value<6.0f>);

} // namespace laminate::inline LAMINATE_ISA
