// SPDX-License-Identifier: MIT
#pragma once

// Dense layer of at most 8 outputs, y = epilogue(W x + b), for one row or many. Needs what
// kernel/forward/dense.hpp needs, with weights of a group of inputs in each line (base/panel.hpp).
// Reads and writes what it does, and gives the bits that it promises, where inputs are taken to be
// zeros up to a whole group.
//
// A line of weights is multiplied with its group of inputs, loaded again and again side by side: no
// lanes move until the sums are complete.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "dense_shape.hpp"
#include "fold.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Chain c of output o is lane o * group + c % group of a line, in the accumulator of every line l
// with l % in_flight == c / group.
template <class P, class Shape>
struct narrow_layout {
    static constexpr std::size_t row = narrow_row(Shape::outputs);
    static constexpr std::size_t group = narrow_group(Shape::outputs);
    static constexpr std::size_t in_flight = Shape::chains / group;  // lines
    static constexpr std::size_t registers = line_floats / P::lanes; // of a line
    // Registers of a group of inputs, and outputs in a register of a line.
    static constexpr std::size_t parts = group > P::lanes ? group / P::lanes : 1;
    static constexpr std::size_t outputs = group < P::lanes ? P::lanes / group : 1;

    // Whether inputs are loaded once, and groups of them repeated in registers: loading takes as
    // long as loading a line of weights, which more rows share.
    static constexpr bool in_registers(std::size_t rows) {
        return rows == 1 && registers == 1 && group < P::lanes;
    }
    // Lines of weights in a turn of the loop, a multiple of those in flight.
    static constexpr std::size_t lines_at_once(std::size_t rows) {
        return in_registers(rows) && outputs > 4 ? outputs : 4;
    }
};

// Sums of Rows rows: [line in flight][row][register].
template <class P, class Shape, std::size_t Rows>
using narrow_sums = register_sums<P, narrow_layout<P, Shape>::in_flight * Rows *
                                         narrow_layout<P, Shape>::registers>;

// Register Part of a group of inputs at x, of which Count exist, with zeros behind them.
template <class P, std::size_t Group, std::size_t Count, std::size_t Part>
LAMINATE_INLINE typename P::reg narrow_input(const float* x) {
    constexpr std::size_t at = Part * P::lanes;
    if constexpr (Group <= P::lanes && Count < Group)
        return P::template repeated<Group, 0>(P::load_first(x, Count));
    else if constexpr (Group <= P::lanes)
        return P::template load_repeated<Group>(x);
    else if constexpr (at + P::lanes <= Count)
        return P::load(x + at);
    else if constexpr (at < Count)
        return P::load_first(x + at, Count - at);
    else
        return P::splat(0.0f);
}

// Adds the products of a line of weights with a group of inputs of a row.
template <class P, std::size_t... Part, std::size_t... G>
LAMINATE_INLINE void narrow_add(typename P::reg* sum, const typename P::reg* input,
                                const typename P::reg* weight, std::index_sequence<Part...>,
                                std::index_sequence<G...>) {
    ((sum[G] = P::fma(input[G % sizeof...(Part)], weight[G], sum[G])), ...);
}
template <class P, class Shape, std::size_t Count, std::size_t... Part, std::size_t... G>
LAMINATE_INLINE void
narrow_add_row(typename P::reg* sum, const float* x, const typename P::reg* weight,
               std::index_sequence<Part...> parts, std::index_sequence<G...> registers) {
    const typename P::reg input[] = {
        narrow_input<P, narrow_layout<P, Shape>::group, Count, Part>(x)...};
    narrow_add<P>(sum, input, weight, parts, registers);
}

// The same for all rows; the line is number Line of a turn, where Count inputs are left.
template <class P, class Shape, std::size_t Line, std::size_t Count, std::size_t... R,
          std::size_t... G>
LAMINATE_INLINE void narrow_add_line(typename P::reg* sum, const float* x, std::size_t x_stride,
                                     const float* weights, std::index_sequence<R...>,
                                     std::index_sequence<G...> registers) {
    using layout = narrow_layout<P, Shape>;
    constexpr std::size_t group = layout::group;
    constexpr std::size_t done = Line * group;
    constexpr std::size_t first = Line % layout::in_flight * sizeof...(R);
    const typename P::reg weight[] = {P::load(weights + done * layout::row + G * P::lanes)...};
    if constexpr (layout::in_registers(sizeof...(R))) {
        constexpr std::size_t block = done / P::lanes * P::lanes;
        const typename P::reg inputs = narrow_input<P, P::lanes, Count - block, 0>(x + block);
        const typename P::reg input = P::template repeated<group, done % P::lanes / group>(inputs);
        narrow_add<P>(sum + first, &input, weight, indices<1>{}, registers);
    } else {
        (narrow_add_row<P, Shape, Count - done>(sum + (first + R) * sizeof...(G),
                                                x + done + R * x_stride, weight,
                                                indices<layout::parts>{}, registers),
         ...);
    }
}

// Adds Count inputs, whose weights are as many lines as there are L.
template <class P, class Shape, std::size_t Rows, std::size_t Count, std::size_t... L>
LAMINATE_INLINE void
narrow_add_lines([[maybe_unused]] typename P::reg* sum, [[maybe_unused]] const float* x,
                 [[maybe_unused]] std::size_t x_stride, [[maybe_unused]] const float* weights,
                 std::index_sequence<L...>) {
    (narrow_add_line<P, Shape, L, Count>(sum, x, x_stride, weights, indices<Rows>{},
                                         indices<narrow_layout<P, Shape>::registers>{}),
     ...);
}

// Register G of a line of sums that start from the bias: chain 0 of each output does.
template <class P, class Shape, std::size_t G>
LAMINATE_INLINE typename P::reg narrow_bias(const float* bias) {
    constexpr std::size_t group = narrow_layout<P, Shape>::group;
    constexpr std::size_t lane = G * P::lanes;
    const typename P::reg zero = P::splat(0.0f);
    if constexpr (group <= P::lanes)
        return P::select(P::template first_of_each<group>(1),
                         P::template spread<group, G % group>(P::load(bias + G / group * P::lanes)),
                         zero);
    else if constexpr (lane % group == 0)
        return P::select(P::first(1), P::splat(bias[lane / group]), zero);
    else
        return zero;
}

template <class P, class Shape, std::size_t Rows, std::size_t... G, std::size_t... At>
LAMINATE_INLINE narrow_sums<P, Shape, Rows>
narrow_start(const float* bias, std::index_sequence<G...>, std::index_sequence<At...>) {
    constexpr std::size_t registers = sizeof...(G);
    const typename P::reg biased[] = {narrow_bias<P, Shape, G>(bias)...};
    return {{(At < Rows * registers ? biased[At % registers] : P::splat(0.0f))...}};
}
template <class P, class Shape, std::size_t Rows>
LAMINATE_INLINE narrow_sums<P, Shape, Rows> narrow_start(const float* bias) {
    using layout = narrow_layout<P, Shape>;
    return narrow_start<P, Shape, Rows>(bias, indices<layout::registers>{},
                                        indices<layout::in_flight * Rows * layout::registers>{});
}

// The outputs [First, First + Count) of a line of sums, in the first lanes.
template <class P, class Shape, std::size_t First, std::size_t Count>
LAMINATE_INLINE typename P::reg narrow_outputs(typename P::reg* line) {
    using layout = narrow_layout<P, Shape>;
    if constexpr (Count > layout::outputs) {
        constexpr std::size_t half = Count / 2;
        return P::template joined<half>(narrow_outputs<P, Shape, First, half>(line),
                                        narrow_outputs<P, Shape, First + half, half>(line));
    } else {
        const typename P::reg sum =
            fold_sum<P, layout::group>(line + First * layout::group / P::lanes);
        if constexpr (Count > 1)
            return P::template every<layout::group>(sum);
        else
            return sum;
    }
}

template <class P, class Shape, std::size_t First = 0, class Epilogue>
LAMINATE_INLINE void narrow_store(typename P::reg* line, float* y, const Epilogue& epilogue) {
    constexpr std::size_t row = narrow_layout<P, Shape>::row;
    constexpr std::size_t count = row < P::lanes ? row : P::lanes;
    store_outputs<P, Shape::stores_whole(P::lanes), Shape::skips_zeros>(
        y + First, First, Shape::outputs, narrow_outputs<P, Shape, First, count>(line), epilogue);
    if constexpr (First + count < Shape::outputs)
        narrow_store<P, Shape, First + count>(line, y, epilogue);
}

template <class P, class Shape, class Epilogue, std::size_t... R>
LAMINATE_INLINE void narrow_finish(typename P::reg* sum, float* y, std::size_t y_stride,
                                   const Epilogue& epilogue, std::index_sequence<R...>) {
    using layout = narrow_layout<P, Shape>;
    add_chains<P, layout::in_flight, sizeof...(R) * layout::registers>(sum);
    (narrow_store<P, Shape>(sum + R * layout::registers, y + R * y_stride, epilogue), ...);
}

// Rows rows of x.
template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void dense_narrow_tile(const float* x, std::size_t x_stride, const float* weights,
                                       const float* bias, float* y, std::size_t y_stride,
                                       const Epilogue& epilogue) {
    using layout = narrow_layout<P, Shape>;
    constexpr std::size_t lines = layout::lines_at_once(Rows);
    constexpr std::size_t at_once = lines * layout::group;
    constexpr std::size_t rest = Shape::inputs % at_once;
    auto sum = narrow_start<P, Shape, Rows>(bias);
    std::size_t i = 0;
    LAMINATE_ROLLED for (; i < Shape::inputs - rest; i += at_once)
        narrow_add_lines<P, Shape, Rows, at_once>(sum.at, x + i, x_stride,
                                                  weights + i * layout::row, indices<lines>{});
    narrow_add_lines<P, Shape, Rows, rest>(sum.at, x + i, x_stride, weights + i * layout::row,
                                           indices<(rest + layout::group - 1) / layout::group>{});
    narrow_finish<P, Shape>(sum.at, y, y_stride, epilogue, indices<Rows>{});
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

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
