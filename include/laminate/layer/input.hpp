// SPDX-License-Identifier: MIT
#pragma once

// The input of a network: input<Units> takes rows of Units floats; input<28, 28, 1> has rows of up
// to three axes, of which the last ones are next to each other. Needs to stand first. Promises
// nothing but its shape.

#include <cstddef>

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
template <std::size_t... Extents>
struct input : layer_base {
    static constexpr ir::node node = {.kind = ir::op::input,
                                      .output = detail::shape_of<Extents...>()};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <std::size_t... Extents>
inline constexpr layers::input<Extents...> input{};

} // namespace laminate::inline LAMINATE_ISA
