// SPDX-License-Identifier: MIT
#pragma once

// Moves numbers: y[i][j][k] = x[Begin + i * stride + j * stride + k * stride] over three axes, of
// which each may begin and end with elements that are filled in. Axes are given by their extent in
// y, their stride in x, how many elements are filled in first, and how many then come from x.
// Writes exactly Units floats of each row, and reads none but those that it moves. Bits stay.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Floats one behind the other, or with a stride.
template <class P, std::size_t Stride, std::size_t Count>
LAMINATE_INLINE void move_line(const float* x, float* y) {
    std::size_t i = 0;
    if constexpr (Stride == 1)
        for (; i + P::lanes <= Count; i += P::lanes)
            P::store(y + i, P::load(x + i));
    for (; i < Count; ++i)
        y[i] = x[i * Stride];
}
LAMINATE_INLINE void fill_line(float* y, std::size_t count, float value) {
    for (std::size_t i = 0; i < count; ++i)
        y[i] = value;
}

template <class P, std::size_t Units, std::size_t Begin, std::size_t Extent0, std::size_t Stride0,
          std::size_t Before0, std::size_t Inside0, std::size_t Extent1, std::size_t Stride1,
          std::size_t Before1, std::size_t Inside1, std::size_t Extent2, std::size_t Stride2,
          std::size_t Before2, std::size_t Inside2>
constexpr void move(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                    std::size_t rows, float filling) {
    static_assert(Units == Extent0 * Extent1 * Extent2, "Laminate: a move writes all units");
    constexpr std::size_t after = Extent2 - Before2 - Inside2;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride + Begin;
        float* to = y + row * y_stride;
        for (std::size_t i = 0; i < Extent0; ++i) {
            for (std::size_t j = 0; j < Extent1; ++j, to += Extent2) {
                // An index before the first wraps around, and is no smaller than any extent.
                const bool inside = i - Before0 < Inside0 && j - Before1 < Inside1;
                if (!inside) {
                    fill_line(to, Extent2, filling);
                    continue;
                }
                const float* const line = from + (i - Before0) * Stride0 + (j - Before1) * Stride1;
                fill_line(to, Before2, filling);
                move_line<P, Stride2, Inside2>(line, to + Before2);
                fill_line(to + Before2 + Inside2, after, filling);
            }
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
