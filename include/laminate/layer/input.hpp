// SPDX-License-Identifier: MIT
#pragma once

// The input of a network: input<Units> takes rows of Units floats. Needs to stand first, once.
// Promises nothing but its shape.

#include <cstddef>

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
template <std::size_t Units>
struct input : layer_base {
    static constexpr ir::node node = {.kind = ir::op::input, .output = vector_shape(Units)};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <std::size_t Units>
inline constexpr layers::input<Units> input{};

} // namespace laminate::inline LAMINATE_ISA
