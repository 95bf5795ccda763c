// SPDX-License-Identifier: MIT
#pragma once

// y = x: says that nothing is meant to follow, as Keras' linear activation does.
// Needs nothing. Promises to cost nothing at run time.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
struct linear : layer_base {
    static constexpr ir::node node = {.kind = ir::op::linear};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::linear linear{};

} // namespace laminate::inline LAMINATE_ISA
