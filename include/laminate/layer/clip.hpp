// SPDX-License-Identifier: MIT
#pragma once

// min(max_value, max(min_value, x)): clip(min_value<-1.0f>, max_value<1.0f>). A side that isn't
// given is open. NaN stays NaN.

#include "../base/compiler.hpp"
#include "options.hpp"

namespace laminate::layers {
template <activation_options Options = activation_options{}>
struct clip : layer_base {
    static_assert(Options.min_value <= Options.max_value,
                  "Laminate: clip needs min_value <= max_value; exchange the two numbers");
    static constexpr ir::node node = {
        .kind = ir::op::clip, .min_value = Options.min_value, .max_value = Options.max_value};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return clip<detail::with<clip, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::clip<O>, layers::min_value<V>> = true;
template <activation_options O, float V>
inline constexpr bool takes<layers::clip<O>, layers::max_value<V>> = true;
} // namespace detail

inline constexpr layers::clip<> clip{};

} // namespace laminate::inline LAMINATE_ISA
