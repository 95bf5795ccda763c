// SPDX-License-Identifier: MIT
#pragma once

// Dense layer of at most 8 outputs, y = epilogue(W x + b), for one row or many. Needs what
// kernel/dense.hpp needs, with weights in rows of 1, 2, 4 or 8 floats (base/panel.hpp), so that a
// line holds the weights of several inputs. Reads and writes what it does, and gives the bits that
// it promises, where inputs are taken to be zeros up to a whole line of weights.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "../base/tile.hpp"
#include "dense_shape.hpp"

namespace laminate::kernel {

// The lanes of a line are chains: chain c of output o is lane (c * row + o) % 16 of the line's
// registers, in the accumulator of every line l with l % in_flight == c * row / 16.
template <class P, class Shape>
struct narrow_layout {
    static constexpr std::size_t row = narrow_row(Shape::outputs);
    static constexpr std::size_t inputs_in_line = line_floats / row;
    static constexpr std::size_t in_flight = Shape::chains / inputs_in_line; // lines
    static constexpr std::size_t registers = line_floats / P::lanes;         // of a line
    // Inputs are read in blocks of 16, which meet `row` lines of weights.
    static constexpr std::size_t block = line_floats;
    // Blocks after which the accumulators come round again.
    static constexpr std::size_t round = in_flight > row ? in_flight / row : 1;
};

template <class P, class Shape, std::size_t Rows>
using narrow_sums =
    typename P::reg[narrow_layout<P, Shape>::in_flight][Rows][narrow_layout<P, Shape>::registers];

// The inputs of a block: Count of them, and zeros behind.
template <class P>
using narrow_inputs = typename P::reg[line_floats / P::lanes];

template <class P, std::size_t Count>
LAMINATE_INLINE void narrow_load(narrow_inputs<P>& in, const float* x) {
    LAMINATE_UNROLL for (std::size_t g = 0; g < line_floats / P::lanes; ++g) {
        const std::size_t first = g * P::lanes;
        if (first + P::lanes <= Count)
            in[g] = P::keep(P::load(x + first));
        else if (first < Count)
            in[g] = P::load_first(x + first, Count - first);
        else
            in[g] = P::splat(0.0f);
    }
}

// What register Q of a block's weights is multiplied with: those inputs that belong to its lanes.
template <class P, class Shape, std::size_t Count, std::size_t Q>
LAMINATE_INLINE typename P::reg narrow_input(const narrow_inputs<P>& in, const float* x) {
    constexpr std::size_t row = narrow_layout<P, Shape>::row;
    if constexpr (P::lanes > row && row > 1)
        return P::template spread<row, Q % row>(in[Q / row]);
    else if constexpr (P::lanes > row)
        return in[Q];
    else if constexpr (Q * P::lanes / row < Count)
        return P::splat(x[Q * P::lanes / row]);
    else
        return P::splat(0.0f);
}

// Adds Count inputs, the block number Block of a round, to the sums.
template <class P, class Shape, std::size_t Rows, std::size_t Block, std::size_t Count,
          std::size_t... Q>
LAMINATE_INLINE void narrow_block(narrow_sums<P, Shape, Rows>& sum, const float* x,
                                  std::size_t x_stride, const float* weights,
                                  std::index_sequence<Q...>) {
    using layout = narrow_layout<P, Shape>;
    constexpr std::size_t first_line = Block * layout::row;
    const float* const at = weights + first_line * line_floats;
    LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r) {
        const float* const from = x + r * x_stride + Block * layout::block;
        narrow_inputs<P> in = {};
        if constexpr (P::lanes > layout::row) narrow_load<P, Count>(in, from);
        const auto add = [&](auto q) LAMINATE_INLINE_LAMBDA {
            constexpr std::size_t n = decltype(q)::value;
            auto& s = sum[(first_line + n / layout::registers) % layout::in_flight][r]
                         [n % layout::registers];
            s = P::fma(narrow_input<P, Shape, Count, n>(in, from), P::load(at + n * P::lanes), s);
        };
        (add(std::integral_constant<std::size_t, Q>{}), ...);
    }
}

template <class P, class Shape, std::size_t Count>
using narrow_registers =
    std::make_index_sequence<(Count + narrow_layout<P, Shape>::inputs_in_line - 1) /
                             narrow_layout<P, Shape>::inputs_in_line *
                             narrow_layout<P, Shape>::registers>;

// The blocks of what a round leaves over.
template <class P, class Shape, std::size_t Rows, std::size_t Block, std::size_t Count>
LAMINATE_INLINE void narrow_rest(narrow_sums<P, Shape, Rows>& sum, const float* x,
                                 std::size_t x_stride, const float* weights) {
    constexpr std::size_t now = Count < line_floats ? Count : line_floats;
    if constexpr (now > 0) {
        narrow_block<P, Shape, Rows, Block, now>(sum, x, x_stride, weights,
                                                 narrow_registers<P, Shape, now>{});
        narrow_rest<P, Shape, Rows, Block + 1, Count - now>(sum, x, x_stride, weights);
    }
}

// Adds the upper half of the first 2 N lanes to the lower, until Row lanes are left.
template <class P, std::size_t N, std::size_t Row>
LAMINATE_INLINE typename P::reg fold_lanes(typename P::reg a) {
    if constexpr (N < Row || N == 0)
        return a;
    else
        return fold_lanes<P, N / 2, Row>(P::add(a, P::template shifted<N>(a)));
}

// The first line in flight starts from the bias.
template <class P, class Shape, std::size_t Rows>
LAMINATE_INLINE void narrow_start(narrow_sums<P, Shape, Rows>& sum, const float* bias) {
    using layout = narrow_layout<P, Shape>;
    LAMINATE_UNROLL for (std::size_t a = 0; a < layout::in_flight; ++a)
        LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
            LAMINATE_UNROLL for (std::size_t g = 0; g < layout::registers; ++g) sum[a][r][g] =
                a == 0 ? P::load(bias + g * P::lanes) : P::splat(0.0f);
}

template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void narrow_finish(narrow_sums<P, Shape, Rows>& sum, float* y, std::size_t y_stride,
                                   const Epilogue& epilogue) {
    using layout = narrow_layout<P, Shape>;
    constexpr std::size_t registers = layout::registers;
    LAMINATE_UNROLL for (std::size_t n = layout::in_flight / 2; n > 0; n /= 2)
        LAMINATE_UNROLL for (std::size_t a = 0; a < n; ++a)
            LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
                LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[a][r][g] =
                    P::add(sum[a][r][g], sum[a + n][r][g]);
    constexpr std::size_t last = layout::row > P::lanes ? layout::row / P::lanes : 1;
    LAMINATE_UNROLL for (std::size_t n = registers / 2; n >= last; n /= 2)
        LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
            LAMINATE_UNROLL for (std::size_t g = 0; g < n; ++g) sum[0][r][g] =
                P::add(sum[0][r][g], sum[0][r][g + n]);
    LAMINATE_UNROLL for (std::size_t r = 0; r < Rows; ++r)
        LAMINATE_UNROLL for (std::size_t g = 0; g * P::lanes < Shape::outputs; ++g)
            store_outputs<P, Shape::stores_whole(P::lanes), Shape::skips_zeros>(
                y + r * y_stride + g * P::lanes, g * P::lanes, Shape::outputs,
                fold_lanes<P, P::lanes / 2, layout::row>(sum[0][r][g]), epilogue);
}

// Rows rows of x.
template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void dense_narrow_tile(const float* x, std::size_t x_stride, const float* weights,
                                       const float* bias, float* y, std::size_t y_stride,
                                       const Epilogue& epilogue) {
    using layout = narrow_layout<P, Shape>;
    constexpr std::size_t at_once = layout::round * layout::block;
    constexpr std::size_t whole = Shape::inputs / at_once * at_once;
    narrow_sums<P, Shape, Rows> sum = {};
    narrow_start<P, Shape, Rows>(sum, bias);
    LAMINATE_ROLLED for (std::size_t i = 0; i < whole; i += at_once)
        narrow_rest<P, Shape, Rows, 0, at_once>(sum, x + i, x_stride, weights + i * layout::row);
    narrow_rest<P, Shape, Rows, 0, Shape::inputs - whole>(sum, x + whole, x_stride,
                                                          weights + whole * layout::row);
    narrow_finish<P, Shape, Rows>(sum, y, y_stride, epilogue);
}

template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void dense_narrow_rows(const float* x, std::size_t x_stride, const float* weights,
                                       const float* bias, float* y, std::size_t y_stride,
                                       std::size_t rows, const Epilogue& epilogue) {
    std::size_t row = 0;
    for (; row + Rows <= rows; row += Rows)
        dense_narrow_tile<P, Shape, Rows>(x + row * x_stride, x_stride, weights, bias,
                                          y + row * y_stride, y_stride, epilogue);
    if constexpr (Rows > 1)
        dense_narrow_rows<P, Shape, Rows / 2>(x + row * x_stride, x_stride, weights, bias,
                                              y + row * y_stride, y_stride, rows - row, epilogue);
}

// `rows` rows, MaxRows at most; with MaxRows 1 exactly one.
template <class P, class Shape, std::size_t MaxRows, class Epilogue>
LAMINATE_INLINE void dense_narrow(const float* x, std::size_t x_stride, const float* weights,
                                  const float* bias, float* y, std::size_t y_stride,
                                  std::size_t rows, const Epilogue& epilogue) {
    constexpr std::size_t most = largest_tile(Shape::inputs, Shape::outputs, Shape::panels,
                                              Shape::chains, P::lanes, P::registers)
                                     .rows;
    if constexpr (MaxRows == 1)
        dense_narrow_tile<P, Shape, 1>(x, x_stride, weights, bias, y, y_stride, epilogue);
    else
        dense_narrow_rows<P, Shape, most>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
}

} // namespace laminate::kernel
