// SPDX-License-Identifier: MIT
#pragma once

// An elementwise pass of its own: y = f(x) over rows. Needs the width of a row. Reads and writes
// exactly Width floats of each row, so it serves padded rows and the caller's alike; y may be x.

#include <cstddef>

#include "../base/compiler.hpp"

namespace laminate::kernel {

template <class P, std::size_t Width, class Function>
constexpr void activation(const float* x, std::size_t x_stride, float* y,
                                std::size_t y_stride, std::size_t rows, const Function& f) {
    constexpr std::size_t tail = Width % P::lanes;
    for (std::size_t row = 0; row < rows; ++row, x += x_stride, y += y_stride) {
        for (std::size_t i = 0; i + P::lanes <= Width; i += P::lanes)
            P::store(y + i, f(P{}, P::load(x + i), i));
        if constexpr (tail > 0) {
            constexpr std::size_t i = Width - tail;
            P::store_first(y + i, f(P{}, P::load_first(x + i, tail), i), tail);
        }
    }
}

}  // namespace laminate::kernel
