// SPDX-License-Identifier: MIT
#pragma once

// Maxout<Pieces>: each output is the maximum of Pieces neighbouring inputs, the linear pieces of
// one unit (Goodfellow et al., 2013): y[u] = max of x[u * Pieces ... u * Pieces + Pieces - 1].
// Needs a width that Pieces divides. Promises NaN where a piece is NaN.

#include <cstddef>

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::layers {
template <std::size_t Pieces>
struct maxout : layer_base {
    static constexpr ir::node node = {.kind = ir::op::maxout, .pieces = Pieces};
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <std::size_t Pieces>
inline constexpr layers::maxout<Pieces> maxout{};

} // namespace laminate::inline LAMINATE_ISA
