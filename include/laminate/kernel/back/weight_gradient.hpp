// SPDX-License-Identifier: MIT
#pragma once

// The gradient of a dense layer's weights and bias: dW[i][o] = sum over rows of x[row][i] *
// dy[row][o], db[o] = sum of dy[row][o]. Needs dy in whole lines, zeros in its padding. Reads
// exactly Inputs floats of each row of x; writes weights as packed (base/panel.hpp), zeros in the
// padding, so that a step of an optimiser is one pass over all parameters.
//
// The contract on bits: each sum is one chain of fma (of add for the bias) over the rows in rising
// order, from 0 on.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "../forward/dense_rows.hpp"
#include "../forward/sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// A few inputs, the first of them x, times the gradients of a few outputs. Rows may lie in lines,
// as the positions of a map do.
struct weight_block {
    std::size_t x_stride;
    const float* dy; // of the first row, and of the first output
    std::size_t dy_stride;
    std::size_t rows;  // of a line
    std::size_t width; // floats from the weights of an input to those of the next
    bool adds;         // to what is there: rows before these
    std::size_t lines = 1;
    std::size_t x_line = 0; // floats from a line to the next
    std::size_t dy_line = 0;
};

// What the sums of the first rows start from, instead of what is there.
template <std::size_t Floats>
struct zero_line {
    alignas(64) float at[Floats] = {};
};
template <std::size_t Floats>
inline constexpr zero_line<Floats> zeros = {};

// A function of its own, for the reason that dense_tile is one.
template <class P, std::size_t Inputs, std::size_t Registers, std::size_t... At>
LAMINATE_NOINLINE constexpr void weight_tile(const weight_block& b, const float* x, float* dw,
                                             std::index_sequence<At...>) {
    const std::size_t x_stride = b.x_stride;
    const std::size_t dy_stride = b.dy_stride;
    const std::size_t width = b.width;
    const float* const start = b.adds ? dw : zeros<Registers * P::lanes>.at;
    const std::size_t start_width = b.adds ? width : 0;
    register_sums<P, sizeof...(At)> sum = {
        {P::load(start + At / Registers * start_width + At % Registers * P::lanes)...}};
    for (std::size_t line = 0; line < b.lines; ++line) {
        const float* in = x + line * b.x_line;
        const float* dy = b.dy + line * b.dy_line;
        std::size_t left = b.rows;
        LAMINATE_ROLLED for (; left >= 2; left -= 2, in += 2 * x_stride, dy += 2 * dy_stride) {
            add_input<P>(sum.at, in, 1, dy, indices<Inputs>{}, indices<Registers>{});
            add_input<P>(sum.at, in + x_stride, 1, dy + dy_stride, indices<Inputs>{},
                         indices<Registers>{});
        }
        if (left > 0) add_input<P>(sum.at, in, 1, dy, indices<Inputs>{}, indices<Registers>{});
    }
    (P::store(dw + At / Registers * width + At % Registers * P::lanes, sum.at[At]), ...);
}

// `tiles` tiles of `size` inputs, Inputs at most.
template <class P, std::size_t Inputs, std::size_t Registers>
LAMINATE_INLINE void weight_tiles(const weight_block& b, std::size_t size, std::size_t tiles,
                                  const float* x, float* dw) {
    if (Inputs > 1 && size < Inputs) {
        if constexpr (Inputs > 1) weight_tiles<P, Inputs - 1, Registers>(b, size, tiles, x, dw);
        return;
    }
    for (; tiles > 0; --tiles, x += Inputs, dw += Inputs * b.width)
        weight_tile<P, Inputs, Registers>(b, x, dw, indices<Inputs * Registers>{});
}

// `inputs` inputs from x on, at least one, in tiles of nearly equal size.
template <class P, std::size_t Accumulators, std::size_t Registers>
LAMINATE_INLINE void weight_all_inputs(const weight_block& b, std::size_t inputs, const float* x,
                                       float* dw) {
    constexpr std::size_t most = rows_that_fit(Registers, Accumulators, most_tile_rows);
    const std::size_t tiles = (inputs + most - 1) / most;
    const std::size_t size = inputs / tiles;
    const std::size_t larger = inputs % tiles;
    if (larger > 0) weight_tiles<P, most, Registers>(b, size + 1, larger, x, dw);
    const std::size_t done = larger * (size + 1);
    weight_tiles<P, most, Registers>(b, size, tiles - larger, x + done, dw + done * b.width);
}

// Against a panel of Width floats, of which Registers registers are computed, in chunks.
template <class P, std::size_t Accumulators, std::size_t Registers>
LAMINATE_INLINE void weight_panel(weight_block b, std::size_t inputs, const float* x, float* dw) {
    constexpr std::size_t chunks = choose_tile(Registers, Accumulators, most_tile_rows).chunks;
    constexpr std::size_t larger = Registers % chunks;
    const float* const dy = b.dy;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        const std::size_t offset = split_begin(Registers, chunks, chunk) * P::lanes;
        b.dy = dy + offset;
        if constexpr (larger > 0)
            if (chunk < larger) {
                weight_all_inputs<P, Accumulators, Registers / chunks + 1>(b, inputs, x,
                                                                           dw + offset);
                continue;
            }
        weight_all_inputs<P, Accumulators, Registers / chunks>(b, inputs, x, dw + offset);
    }
}

// Rows that are taken together: what they read stays in the L1 cache while all tiles use it.
inline constexpr std::size_t gradient_rows = 64;

// The weights from inputs [first, first + inputs) to the outputs of panel p.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels>
constexpr void weight_gradient(const float* x, std::size_t x_stride, const float* dy,
                               std::size_t dy_stride, std::size_t rows, float* dw, std::size_t p,
                               std::size_t first, std::size_t inputs) {
    constexpr std::size_t all = lines(Outputs);
    constexpr std::size_t larger = all % Panels;
    constexpr std::size_t narrower = all / Panels * (line_floats / P::lanes);
    constexpr std::size_t accumulators =
        tile_accumulators(1, P::registers, weights_stream(Inputs, Outputs));
    const std::size_t begin = panel_begin(Outputs, Panels, p);
    const std::size_t width = panel_begin(Outputs, Panels, p + 1) - begin;
    float* const to = dw + begin * Inputs + first * width;
    for (std::size_t row = 0; row < rows; row += gradient_rows) {
        const std::size_t now = rows - row < gradient_rows ? rows - row : gradient_rows;
        const weight_block b = {x_stride, dy + row * dy_stride + begin, dy_stride, now, width,
                                row > 0};
        const float* const from = x + row * x_stride + first;
        if constexpr (larger > 0)
            if (p < larger) {
                weight_panel<P, accumulators, narrower + line_floats / P::lanes>(b, inputs, from,
                                                                                 to);
                continue;
            }
        weight_panel<P, accumulators, narrower>(b, inputs, from, to);
    }
}

// Of a layer whose weights are stored narrow: few outputs, whose products with a row of inputs fill
// registers along the inputs.
template <class P, std::size_t Inputs, std::size_t Outputs>
constexpr void narrow_weight_gradient(const float* x, std::size_t x_stride, const float* dy,
                                      std::size_t dy_stride, std::size_t rows, float* dw) {
    for (std::size_t i = 0; i < Inputs; i += P::lanes) {
        const std::size_t count = Inputs - i < P::lanes ? Inputs - i : P::lanes;
        typename P::reg sum[Outputs] = {};
        LAMINATE_UNROLL for (std::size_t o = 0; o < Outputs; ++o) sum[o] = P::splat(0.0f);
        for (std::size_t row = 0; row < rows; ++row) {
            const float* const from = x + row * x_stride + i;
            const typename P::reg in =
                count == P::lanes ? P::load(from) : P::load_first(from, count);
            LAMINATE_UNROLL for (std::size_t o = 0; o < Outputs; ++o) sum[o] =
                P::fma(in, P::splat(dy[row * dy_stride + o]), sum[o]);
        }
        LAMINATE_UNROLL for (std::size_t o = 0; o < Outputs; ++o) {
            float lane[P::lanes] = {};
            P::store(lane, sum[o]);
            for (std::size_t l = 0; l < count; ++l)
                dw[narrow_position(Outputs, o, i + l)] = lane[l];
        }
    }
}

// Sums over rows for Lines lines of units from `unit` on: add(sum, place in the rows) adds to one.
template <class P, std::size_t Lines, class Add>
LAMINATE_INLINE void line_sums(std::size_t stride, std::size_t rows, std::size_t unit, float* sums,
                               const Add& add) {
    constexpr std::size_t registers = Lines * line_floats / P::lanes;
    typename P::reg sum[registers] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
    for (std::size_t row = 0; row < rows; ++row)
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] =
            add(sum[g], row * stride + unit + g * P::lanes);
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g)
        P::store(sums + g * P::lanes, sum[g]);
}

template <class P>
constexpr void bias_gradient(const float* dy, std::size_t dy_stride, std::size_t rows, float* db,
                             std::size_t floats) {
    constexpr std::size_t together = P::lanes / 4 > 0 ? P::lanes / 4 : 1; // lines
    const auto add = [dy](typename P::reg sum, std::size_t at)
                         LAMINATE_INLINE_LAMBDA { return P::add(sum, P::load(dy + at)); };
    std::size_t u = 0;
    for (; u + together * line_floats <= floats; u += together * line_floats)
        line_sums<P, together>(dy_stride, rows, u, db + u, add);
    for (; u < floats; u += line_floats)
        line_sums<P, 1>(dy_stride, rows, u, db + u, add);
}

// The gradient of slopes that are learned, one for each unit: sums of dy * f.slope_derivative(x),
// where rows of x and dy lie alike. One slope for all units has the sum of theirs: unit u in
// partial sum u % 16 in rising order, added as a tree.
template <class P, bool Shared, class Function>
constexpr void slope_gradient(const float* x, const float* dy, std::size_t stride, std::size_t rows,
                              float* slopes, const Function& f) {
    float partial[line_floats] = {};
    for (std::size_t u = 0; u < stride; u += line_floats) {
        float sums[line_floats] = {};
        line_sums<P, 1>(stride, rows, u, Shared ? sums : slopes + u,
                        [&](typename P::reg sum, std::size_t at) LAMINATE_INLINE_LAMBDA {
                            const typename P::reg g = P::load(dy + at);
                            return P::select(
                                P::less(P::splat(0.0f), P::abs(g)),
                                P::fma(g, f.slope_derivative(P{}, P::load(x + at)), sum),
                                P::add(sum, g)); // 0, whatever x is in padding
                        });
        for (std::size_t i = 0; i < line_floats; ++i)
            partial[i] += sums[i];
    }
    for (std::size_t n = line_floats / 2; n > 0; n /= 2)
        for (std::size_t i = 0; i < n; ++i)
            partial[i] += partial[i + n];
    if (Shared) slopes[0] = partial[0];
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
