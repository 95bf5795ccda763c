// SPDX-License-Identifier: MIT
#pragma once

// x where x >= 0, else alpha * (exp(x) - 1) (Clevert et al., 2016). alpha is 1 unless given:
// elu(alpha<0.5f>). NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 1.0f}>
struct elu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::elu, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return elu<detail::with<elu, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::elu<O>, layers::alpha<V>> = true;
} // namespace detail

inline constexpr layers::elu<> elu{};

} // namespace laminate::inline LAMINATE_ISA
