// SPDX-License-Identifier: MIT
#pragma once

// x where x > alpha, else 0 (Konda et al., 2015), as ONNX's ThresholdedRelu. alpha is 1 unless
// given: thresholded_relu(alpha<0.5f>). NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 1.0f}>
struct thresholded_relu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::thresholded_relu, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return thresholded_relu<detail::with<thresholded_relu, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::thresholded_relu<O>, layers::alpha<V>> = true;
} // namespace detail

inline constexpr layers::thresholded_relu<> thresholded_relu{};

} // namespace laminate::inline LAMINATE_ISA
