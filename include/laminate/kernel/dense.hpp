// SPDX-License-Identifier: MIT
#pragma once

// Dense layer, y = epilogue(W x + b), for one row or many. Needs weights in panels and bias in
// whole lines (base/panel.hpp). Reads exactly Inputs floats of each row of x; writes Outputs floats
// of each row of y, and unless Exact whole registers, so up to the end of a line. Padding is
// written here and read by nobody.
//
// The contract on bits: output o is the sum of Chains chains of fma. Chain c runs over the inputs
// i with i % Chains == c in rising order; chain 0 starts from the bias, the others from 0; then
// chain c + n is added to chain c for n = Chains/2, ..., 2, 1.

#include <cstddef>
#include <type_traits>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "dense_narrow.hpp"
#include "dense_row.hpp"
#include "dense_shape.hpp"
#include "tile.hpp"

namespace laminate::kernel {

// One tile: Rows rows of x against Registers registers of outputs, which start at `unit`, of a
// panel whose rows are Width floats. `weights` points at the first of them.
template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Width,
          class Epilogue>
LAMINATE_INLINE void dense_tile(const float* x, std::size_t x_stride, const float* weights,
                                const float* bias, float* y, std::size_t y_stride, std::size_t unit,
                                const Epilogue& epilogue) {
    constexpr std::size_t chains = Shape::chains;
    constexpr std::size_t unrolled = chains < 4 ? 4 : chains;
    constexpr std::size_t whole = Shape::inputs / unrolled * unrolled;
    typename P::reg sum[chains][Rows][Registers] = {};
    LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c)
        LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
            LAMINATE_UNROLL for (std::size_t g = 0; g < Registers; ++g) sum[c][r][g] =
                c == 0 ? P::load(bias + unit + g * P::lanes) : P::splat(0.0f);

    const auto multiply_add = [&](std::size_t i, std::size_t c) LAMINATE_INLINE_LAMBDA {
        typename P::reg input[Rows] = {};
        LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r) input[r] =
            P::splat(x[r * x_stride + i]);
        LAMINATE_UNROLL for (std::size_t g = 0; g < Registers; ++g) {
            typename P::reg weight = P::load(weights + i * Width + g * P::lanes);
            if constexpr (Rows > 1) weight = P::keep(weight);
            LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r) sum[c][r][g] =
                P::fma(input[r], weight, sum[c][r][g]);
        }
    };
    LAMINATE_ROLLED for (std::size_t i = 0; i < whole; i += unrolled)
        LAMINATE_UNROLL for (std::size_t u = 0; u < unrolled; ++u) multiply_add(i + u, u % chains);
    LAMINATE_UNROLL for (std::size_t i = whole; i < Shape::inputs; ++i) multiply_add(i, i % chains);

    LAMINATE_UNROLL for (std::size_t n = chains / 2; n > 0; n /= 2)
        LAMINATE_UNROLL for (std::size_t c = 0; c < n; ++c)
            LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
                LAMINATE_UNROLL for (std::size_t g = 0; g < Registers; ++g) sum[c][r][g] =
                    P::add(sum[c][r][g], sum[c + n][r][g]);

    LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
        LAMINATE_UNROLL for (std::size_t g = 0; g < Registers; ++g)
            store_outputs<P, Shape>(y + r * y_stride, unit + g * P::lanes, sum[0][r][g], epilogue);
}

// All rows against one chunk of a panel: tiles of Rows rows, then the rest in smaller ones.
template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Width,
          class Epilogue>
LAMINATE_INLINE void dense_rows(const float* x, std::size_t x_stride, const float* weights,
                                const float* bias, float* y, std::size_t y_stride, std::size_t rows,
                                std::size_t unit, const Epilogue& epilogue) {
    std::size_t row = 0;
    for (; row + Rows <= rows; row += Rows)
        dense_tile<P, Shape, Rows, Registers, Width>(x + row * x_stride, x_stride, weights, bias,
                                                     y + row * y_stride, y_stride, unit, epilogue);
    if constexpr (Rows > 1)
        dense_rows<P, Shape, Rows / 2, Registers, Width>(x + row * x_stride, x_stride, weights,
                                                         bias, y + row * y_stride, y_stride,
                                                         rows - row, unit, epilogue);
}

// The panels [First, Last), all of Width floats, of which Registers registers are computed.
template <class P, class Shape, std::size_t MaxRows, std::size_t First, std::size_t Last,
          std::size_t Registers, std::size_t Width, class Epilogue>
LAMINATE_INLINE void dense_panels(const float* x, std::size_t x_stride, const float* weights,
                                  const float* bias, float* y, std::size_t y_stride,
                                  std::size_t rows, const Epilogue& epilogue) {
    constexpr tile choice = choose_tile(Registers, Shape::chains, P::registers, MaxRows);
    constexpr std::size_t larger = Registers % choice.chunks;
    constexpr std::size_t smaller_width = Registers / choice.chunks;
    for (std::size_t p = First; p < Last; ++p) {
        const std::size_t begin = panel_begin(Shape::outputs, Shape::panels, p);
        const float* const panel = weights + begin * Shape::inputs;
        for (std::size_t chunk = 0; chunk < choice.chunks; ++chunk) {
            const std::size_t offset = split_begin(Registers, choice.chunks, chunk) * P::lanes;
            const auto run = [&](auto width) LAMINATE_INLINE_LAMBDA {
                dense_rows<P, Shape, choice.rows, width.value, Width>(
                    x, x_stride, panel + offset, bias, y, y_stride, rows, begin + offset, epilogue);
            };
            if constexpr (larger > 0)
                if (chunk < larger) {
                    run(std::integral_constant<std::size_t, smaller_width + 1>{});
                    continue;
                }
            run(std::integral_constant<std::size_t, smaller_width>{});
        }
    }
}

// y[r] = epilogue(W x[r] + b) for `rows` rows, MaxRows at most; with MaxRows 1 for exactly one.
// Not forced inline: equal layers of a network share one instance.
template <class P, class Shape, std::size_t MaxRows, class Epilogue>
constexpr void dense(const float* x, std::size_t x_stride, const float* weights, const float* bias,
                     float* y, std::size_t y_stride, std::size_t rows, const Epilogue& epilogue) {
    if constexpr (is_narrow(Shape::outputs)) {
        dense_narrow<P, Shape, MaxRows>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
    } else if constexpr (MaxRows == 1) {
        dense_row<P, Shape>(x, weights, bias, y, epilogue);
    } else {
        constexpr std::size_t all = lines(Shape::outputs);
        constexpr std::size_t larger = all % Shape::panels;
        constexpr std::size_t width = all / Shape::panels * line_floats;
        constexpr std::size_t registers =
            Shape::panels == 1 ? (Shape::outputs + P::lanes - 1) / P::lanes : width / P::lanes;
        if constexpr (larger > 0)
            dense_panels<P, Shape, MaxRows, 0, larger, (width + line_floats) / P::lanes,
                         width + line_floats>(x, x_stride, weights, bias, y, y_stride, rows,
                                              epilogue);
        dense_panels<P, Shape, MaxRows, larger, Shape::panels, registers, width>(
            x, x_stride, weights, bias, y, y_stride, rows, epilogue);
    }
}

} // namespace laminate::kernel
