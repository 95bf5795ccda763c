// SPDX-License-Identifier: MIT
#pragma once

// The elementwise functions that have neither options nor parameters, but for those with a file of
// their own. Needs nothing. Promises the errors that kernel/ states, and that NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
// log(1 + exp(x)).
struct softplus : layer_base {
    static constexpr ir::node node = {.kind = ir::op::softplus};
};
// x / (1 + |x|).
struct softsign : layer_base {
    static constexpr ir::node node = {.kind = ir::op::softsign};
};
// x * min(1, max(0, x / 6 + 1 / 2))  (Howard et al., 2019)
struct hard_swish : layer_base {
    static constexpr ir::node node = {.kind = ir::op::hard_swish};
};
// 1.0507 x where x >= 0, else 1.7581 (exp(x) - 1): the scaled ELU  (Klambauer et al., 2017)
struct selu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::selu};
};
// x * tanh(softplus(x))  (Misra, 2019)
struct mish : layer_base {
    static constexpr ir::node node = {.kind = ir::op::mish};
};
// The error function.
struct erf : layer_base {
    static constexpr ir::node node = {.kind = ir::op::erf};
};
// |x|
struct abs : layer_base {
    static constexpr ir::node node = {.kind = ir::op::abs};
};
// e^x
struct exp : layer_base {
    static constexpr ir::node node = {.kind = ir::op::exp};
};
// The natural logarithm; NaN of negative numbers, -inf of zeros.
struct log : layer_base {
    static constexpr ir::node node = {.kind = ir::op::log};
};
// The square root; NaN of negative numbers.
struct sqrt : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sqrt};
};
// -x
struct neg : layer_base {
    static constexpr ir::node node = {.kind = ir::op::neg};
};
// 1 / x
struct reciprocal : layer_base {
    static constexpr ir::node node = {.kind = ir::op::reciprocal};
};
// x^2
struct square : layer_base {
    static constexpr ir::node node = {.kind = ir::op::square};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::softplus softplus{};
inline constexpr layers::softsign softsign{};
inline constexpr layers::hard_swish hard_swish{};
inline constexpr layers::selu selu{};
inline constexpr layers::mish mish{};
inline constexpr layers::erf erf{};
inline constexpr layers::abs abs{};
inline constexpr layers::exp exp{};
inline constexpr layers::log log{};
inline constexpr layers::sqrt sqrt{};
inline constexpr layers::neg neg{};
inline constexpr layers::reciprocal reciprocal{};
inline constexpr layers::square square{};

} // namespace laminate::inline LAMINATE_ISA
