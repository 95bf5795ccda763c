// SPDX-License-Identifier: MIT
#pragma once

// 1 / (1 + exp(-x)), within the error that kernel/sigmoid.hpp states.
// Needs nothing. Promises that NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace layers {
struct sigmoid : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sigmoid};
};
} // namespace layers

inline constexpr layers::sigmoid sigmoid{};

} // namespace laminate::inline LAMINATE_ISA
