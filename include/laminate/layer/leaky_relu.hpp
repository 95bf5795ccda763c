// SPDX-License-Identifier: MIT
#pragma once

// x where x >= 0, else negative_slope * x (Maas et al., 2013). The slope is 0.01, as in PyTorch and
// ONNX, unless given: leaky_relu(negative_slope<0.2f>). NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 0.01f}>
struct leaky_relu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::leaky_relu, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return leaky_relu<detail::with<leaky_relu, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::leaky_relu<O>, layers::negative_slope<V>> = true;
} // namespace detail

inline constexpr layers::leaky_relu<> leaky_relu{};

} // namespace laminate::inline LAMINATE_ISA
