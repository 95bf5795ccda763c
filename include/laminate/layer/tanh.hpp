// SPDX-License-Identifier: MIT
#pragma once

// The hyperbolic tangent, within the error that kernel/tanh.hpp states.
// Needs nothing. Promises that NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace layers {
struct tanh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::tanh};
};
} // namespace layers

inline constexpr layers::tanh tanh{};

} // namespace laminate::inline LAMINATE_ISA
