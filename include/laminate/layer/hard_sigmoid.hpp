// SPDX-License-Identifier: MIT
#pragma once

// min(1, max(0, alpha * x + beta)). alpha is 0.2 and beta 0.5 unless given, as in ONNX; PyTorch and
// Keras 3 have alpha 1/6: hard_sigmoid(alpha<1.0f / 6>). NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 0.2f, .beta = 0.5f}>
struct hard_sigmoid : layer_base {
    static constexpr ir::node node = {
        .kind = ir::op::hard_sigmoid, .alpha = Options.alpha, .beta = Options.beta};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return hard_sigmoid<detail::with<hard_sigmoid, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::hard_sigmoid<O>, layers::alpha<V>> = true;
template <activation_options O, float V>
inline constexpr bool takes<layers::hard_sigmoid<O>, layers::beta<V>> = true;
} // namespace detail

inline constexpr layers::hard_sigmoid<> hard_sigmoid{};

} // namespace laminate::inline LAMINATE_ISA
