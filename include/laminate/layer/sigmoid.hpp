// SPDX-License-Identifier: MIT
#pragma once

// 1 / (1 + exp(-x)), within the error that kernel/forward/sigmoid.hpp states.
// Needs nothing. Promises that NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
struct sigmoid : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sigmoid};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::sigmoid sigmoid{};

} // namespace laminate::inline LAMINATE_ISA
