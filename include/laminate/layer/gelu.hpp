// SPDX-License-Identifier: MIT
#pragma once

// x * P(a normal number is below x) = x / 2 * (1 + erf(x / sqrt(2)))  (Hendrycks and Gimpel, 2016),
// or gelu(tanh_approximation): x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))). Both within
// the errors that kernel/forward/gelu.hpp states. NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

struct tanh_approximation_t {};
inline constexpr tanh_approximation_t tanh_approximation{};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
struct gelu_tanh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::gelu_tanh};
};
struct gelu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::gelu};

    constexpr gelu_tanh operator()(tanh_approximation_t) const { return {}; }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::gelu gelu{};

} // namespace laminate::inline LAMINATE_ISA
