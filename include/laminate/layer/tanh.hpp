// SPDX-License-Identifier: MIT
#pragma once

// The hyperbolic tangent, within the error that kernel/forward/tanh.hpp states.
// Needs nothing. Promises that NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
struct tanh : layer_base {
    static constexpr ir::node node = {.kind = ir::op::tanh};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::tanh tanh{};

} // namespace laminate::inline LAMINATE_ISA
