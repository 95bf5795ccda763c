// SPDX-License-Identifier: MIT
#pragma once

// Dropout with the probability Rate of dropping a unit in training (Srivastava et al., 2014);
// the identity otherwise. Needs 0 <= Rate < 1. Promises to cost nothing at run time.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {
// (Not in the descriptor itself: Clang would then say a second time that it is no layer.)
template <float Rate>
consteval float dropout_rate() {
    static_assert(Rate >= 0.0f && Rate < 1.0f,
                  "Laminate: dropout's rate is the probability of dropping a unit; write a number "
                  "from 0 up to, but not including, 1, such as dropout<0.5f>");
    return Rate;
}
} // namespace detail

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
template <float Rate>
struct dropout : layer_base {
    static constexpr ir::node node = {.kind = ir::op::dropout,
                                      .alpha = detail::dropout_rate<Rate>()};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <float Rate>
inline constexpr layers::dropout<Rate> dropout{};

} // namespace laminate::inline LAMINATE_ISA
