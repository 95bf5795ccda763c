// SPDX-License-Identifier: MIT
#pragma once

// x where x >= 0, else alpha * (exp(x / alpha) - 1): an ELU whose slope has no jump (Barron, 2017).
// alpha is 1 unless given: celu(alpha<0.5f>). Needs alpha > 0. NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{.alpha = 1.0f}>
struct celu : layer_base {
    static_assert(Options.alpha > 0.0f,
                  "Laminate: celu divides by alpha, which must be above 0; for the mirror image "
                  "write neg | celu | neg");
    static constexpr ir::node node = {.kind = ir::op::celu, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return celu<detail::with<celu, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::celu<O>, layers::alpha<V>> = true;
} // namespace detail

inline constexpr layers::celu<> celu{};

} // namespace laminate::inline LAMINATE_ISA
