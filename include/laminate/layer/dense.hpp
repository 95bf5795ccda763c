// SPDX-License-Identifier: MIT
#pragma once

// Dense (fully connected) layer: y = W x + b, with W [Units, inputs] and b [Units].
// dense<Units, Inputs> also states the width it expects and is refused where another arrives.
// dense<Units>(no_bias) has no b.

#include <cstddef>

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

struct no_bias_t {};
inline constexpr no_bias_t no_bias{};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
template <std::size_t Units, std::size_t Inputs = 0, bool Bias = true>
struct dense : layer_base {
    static constexpr ir::node node = {
        .kind = ir::op::dense, .units = Units, .declared_in = Inputs, .bias = Bias};

    constexpr dense<Units, Inputs, false> operator()(no_bias_t) const { return {}; }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <std::size_t Units, std::size_t Inputs = 0>
inline constexpr layers::dense<Units, Inputs> dense{};

} // namespace laminate::inline LAMINATE_ISA
