// SPDX-License-Identifier: MIT
#pragma once

// y[u] = scale[u] * x[u] + shift[u], both of them parameters: what batch normalisation is when it
// doesn't train, and a product or sum with constants. One rounding. NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
struct affine : layer_base {
    static constexpr ir::node node = {.kind = ir::op::affine};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::affine affine{};

} // namespace laminate::inline LAMINATE_ISA
