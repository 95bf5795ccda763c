// SPDX-License-Identifier: MIT
#pragma once

// Matrix products of two values: y = s a b, Count times, with a [Rows, Inner], b [Inner, Columns]
// and y [Rows, Columns], each in rows one behind the other. Reads exactly these floats, and writes
// them.
//
// The contract on bits: each element of y is one chain of fma over Inner in rising order, from 0
// on, times s.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Height rows of y, of which Registers registers from where y points; of the last one only the
// first Tail floats, if Tail isn't 0.
template <class P, std::size_t Height, std::size_t Registers, std::size_t Tail, std::size_t Inner,
          std::size_t Columns>
LAMINATE_INLINE void product_block(const float* a, const float* b, float* y, float scale) {
    typename P::reg sum[Height][Registers] = {};
    LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h)
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) sum[h][r] = P::splat(0.0f);
    for (std::size_t k = 0; k < Inner; ++k) {
        const float* const row = b + k * Columns;
        typename P::reg right[Registers] = {};
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) {
            const bool partly = Tail > 0 && r + 1 == Registers;
            right[r] =
                partly ? P::load_first(row + r * P::lanes, Tail) : P::load(row + r * P::lanes);
        }
        LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h) {
            const typename P::reg left = P::splat(a[h * Inner + k]);
            LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) sum[h][r] =
                P::accumulate(sum[h][r], left, right[r]);
        }
    }
    LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h) {
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) {
            float* const to = y + h * Columns + r * P::lanes;
            const typename P::reg scaled = P::mul(sum[h][r], P::splat(scale));
            if (Tail > 0 && r + 1 == Registers)
                P::store_first(to, scaled, Tail);
            else
                P::store(to, scaled);
        }
    }
}

// Height rows of y.
template <class P, std::size_t Height, std::size_t Inner, std::size_t Columns>
LAMINATE_INLINE void product_rows(const float* a, const float* b, float* y, float scale) {
    constexpr std::size_t tail = Columns % P::lanes;
    constexpr std::size_t whole = Columns / P::lanes;
    for (std::size_t r = 0; r + 2 <= whole; r += 2)
        product_block<P, Height, 2, 0, Inner, Columns>(a, b + r * P::lanes, y + r * P::lanes,
                                                       scale);
    constexpr std::size_t left = whole % 2 + (tail > 0 ? 1 : 0);
    constexpr std::size_t done = whole / 2 * 2 * P::lanes;
    if constexpr (left > 0)
        product_block<P, Height, left, tail, Inner, Columns>(a, b + done, y + done, scale);
}

template <class P, std::size_t Units, std::size_t Count, std::size_t Rows, std::size_t Inner,
          std::size_t Columns>
constexpr void matmul(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                      std::size_t rows, const float* second, std::size_t second_stride,
                      float scale) {
    static_assert(Units == Count * Rows * Columns, "Laminate: a product writes all units");
    // As many rows at once as hide the latency of FMA, with two registers of each.
    constexpr std::size_t height = 4;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t c = 0; c < Count; ++c) {
            const float* const a = x + row * x_stride + c * Rows * Inner;
            const float* const b = second + row * second_stride + c * Inner * Columns;
            float* const to = y + row * y_stride + c * Rows * Columns;
            std::size_t i = 0;
            for (; i + height <= Rows; i += height)
                product_rows<P, height, Inner, Columns>(a + i * Inner, b, to + i * Columns, scale);
            for (; i < Rows; ++i)
                product_rows<P, 1, Inner, Columns>(a + i * Inner, b, to + i * Columns, scale);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
