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
// The largest whole number that isn't above x.
struct floor : layer_base {
    static constexpr ir::node node = {.kind = ir::op::floor};
};
// The smallest whole number that isn't below x.
struct ceil : layer_base {
    static constexpr ir::node node = {.kind = ir::op::ceil};
};
// The nearest whole number, of two the even one.
struct round : layer_base {
    static constexpr ir::node node = {.kind = ir::op::round};
};
// 1 above 0, -1 below it, else 0.
struct sign : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sign};
};
// The sine of radians.
struct sin : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sin};
};
// The cosine of radians.
struct cos : layer_base {
    static constexpr ir::node node = {.kind = ir::op::cos};
};
// The tangent of radians.
struct tan : layer_base {
    static constexpr ir::node node = {.kind = ir::op::tan};
};
// The inverse of the sine; NaN outside of [-1, 1].
struct asin : layer_base {
    static constexpr ir::node node = {.kind = ir::op::asin};
};
// The inverse of the cosine; NaN outside of [-1, 1].
struct acos : layer_base {
    static constexpr ir::node node = {.kind = ir::op::acos};
};
// The inverse of the tangent.
struct atan : layer_base {
    static constexpr ir::node node = {.kind = ir::op::atan};
};
// The hyperbolic sine.
struct sinh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sinh};
};
// The hyperbolic cosine.
struct cosh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::cosh};
};
// The inverse of the hyperbolic sine.
struct asinh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::asinh};
};
// The inverse of the hyperbolic cosine; NaN below 1.
struct acosh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::acosh};
};
// The inverse of the hyperbolic tangent; NaN outside of [-1, 1].
struct atanh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::atanh};
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
inline constexpr layers::floor floor{};
inline constexpr layers::ceil ceil{};
inline constexpr layers::round round{};
inline constexpr layers::sign sign{};
inline constexpr layers::sin sin{};
inline constexpr layers::cos cos{};
inline constexpr layers::tan tan{};
inline constexpr layers::asin asin{};
inline constexpr layers::acos acos{};
inline constexpr layers::atan atan{};
inline constexpr layers::sinh sinh{};
inline constexpr layers::cosh cosh{};
inline constexpr layers::asinh asinh{};
inline constexpr layers::acosh acosh{};
inline constexpr layers::atanh atanh{};

} // namespace laminate::inline LAMINATE_ISA
