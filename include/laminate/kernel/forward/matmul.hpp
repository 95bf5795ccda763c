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
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Height rows of y, of which Registers registers from where y points; of the last one only the
// first Tail floats, if Tail isn't 0.
template <class P, std::size_t Height, std::size_t Registers, std::size_t Tail, class Inner,
          class Columns>
LAMINATE_INLINE void product_block(Inner inner, Columns columns, const float* a, const float* b,
                                   float* y, float scale) {
    typename P::reg sum[Height][Registers] = {};
    LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h)
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) sum[h][r] = P::splat(0.0f);
    for (std::size_t k = 0; k < inner; ++k) {
        const float* const row = b + k * columns;
        typename P::reg right[Registers] = {};
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) {
            const bool partly = Tail > 0 && r + 1 == Registers;
            right[r] =
                partly ? P::load_first(row + r * P::lanes, Tail) : P::load(row + r * P::lanes);
        }
        LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h) {
            const typename P::reg left = P::splat(a[h * inner + k]);
            LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) sum[h][r] =
                P::accumulate(sum[h][r], left, right[r]);
        }
    }
    LAMINATE_UNROLL for (std::size_t h = 0; h < Height; ++h) {
        LAMINATE_UNROLL for (std::size_t r = 0; r < Registers; ++r) {
            float* const to = y + h * columns + r * P::lanes;
            const typename P::reg scaled = P::mul(sum[h][r], P::splat(scale));
            if (Tail > 0 && r + 1 == Registers)
                P::store_first(to, scaled, Tail);
            else
                P::store(to, scaled);
        }
    }
}

// Height rows of y.
template <class P, std::size_t Height, class Inner, class Columns>
LAMINATE_INLINE void product_rows(Inner inner, Columns columns, const float* a, const float* b,
                                  float* y, float scale) {
    constexpr std::size_t tail = units_left<P, Columns>;
    const std::size_t whole = columns / P::lanes;
    for (std::size_t r = 0; r + 2 <= whole; r += 2)
        product_block<P, Height, 2, 0>(inner, columns, a, b + r * P::lanes, y + r * P::lanes,
                                       scale);
    const std::size_t done = whole / 2 * 2 * P::lanes;
    constexpr std::size_t part = tail > 0 ? 1 : 0; // of a register
    if (whole % 2 == 1)
        product_block<P, Height, 1 + part, tail>(inner, columns, a, b + done, y + done, scale);
    else if constexpr (part == 1)
        product_block<P, Height, 1, tail>(inner, columns, a, b + done, y + done, scale);
}

template <class P, class Sizes>
LAMINATE_INLINE void matmul(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                            std::size_t y_stride, std::size_t rows, const float* second,
                            std::size_t second_stride, float scale) {
    const auto count = sizes.template get<1>();
    const auto height = sizes.template get<2>();
    const auto inner = sizes.template get<3>();
    const auto columns = sizes.template get<4>();
    // As many rows at once as hide the latency of FMA, with two registers of each.
    constexpr std::size_t at_once = 4;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t c = 0; c < count; ++c) {
            const float* const a = x + row * x_stride + c * height * inner;
            const float* const b = second + row * second_stride + c * inner * columns;
            float* const to = y + row * y_stride + c * height * columns;
            std::size_t i = 0;
            for (; i + at_once <= height; i += at_once)
                product_rows<P, at_once>(inner, columns, a + i * inner, b, to + i * columns, scale);
            for (; i < height; ++i)
                product_rows<P, 1>(inner, columns, a + i * inner, b, to + i * columns, scale);
        }
    }
}

template <class P, std::size_t Units, std::size_t Count, std::size_t Rows, std::size_t Inner,
          std::size_t Columns>
constexpr void matmul(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                      std::size_t rows, const float* second, std::size_t second_stride,
                      float scale) {
    static_assert(Units == Count * Rows * Columns, "Laminate: a product writes all units");
    matmul<P>(constants<Units, Count, Rows, Inner, Columns>{}, x, x_stride, y, y_stride, rows,
              second, second_stride, scale);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
