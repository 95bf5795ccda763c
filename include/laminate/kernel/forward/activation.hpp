// SPDX-License-Identifier: MIT
#pragma once

// An elementwise pass of its own: y = f(x) over rows. Needs the width of a row. Reads and writes
// exactly Width floats of each row, so it serves padded rows and the caller's alike; y may be x. f
// is called with a pack, or with a group of its registers.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/group.hpp"
#include "chain.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, std::size_t Width, class Function>
constexpr void activation(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                          std::size_t rows, const Function& f) {
    using several = pack::group<P, pack::at_once<P>>;
    constexpr std::size_t tail = Width % P::lanes;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride;
        float* const to = y + row * y_stride;
        std::size_t i = 0;
        for (; i + several::lanes <= Width; i += several::lanes)
            several::store(to + i, finished<several>(f, several::load(from + i), to + i, i));
        for (; i + P::lanes <= Width; i += P::lanes)
            P::store(to + i, finished<P>(f, P::load(from + i), to + i, i));
        if constexpr (tail > 0) {
            P::store_first(to + i, finished<P>(f, P::load_first(from + i, tail), to + i, i), tail);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
