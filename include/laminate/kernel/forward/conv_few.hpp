// SPDX-License-Identifier: MIT
#pragma once

// Convolution to few outputs at stride 1, with positions in lanes: a register of outputs would be
// half empty. Channels are moved apart before, a few lines at a time. Needs what
// kernel/forward/conv.hpp needs. Reads and writes what it does, and gives the bits that it
// promises.
//
// A tile is a few registers of positions, and of each the sums of all outputs. They are transposed
// in registers before they are stored.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "chain.hpp"
#include "conv_shape.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Floats of the stack for the channels of a few lines, side by side no longer.
inline constexpr std::size_t conv_few_scratch = 8192;

// Rows of positions that are computed together, for which the lines that they read fit the scratch;
// a map of one channel is read where it lies.
template <class Shape>
constexpr std::size_t conv_few_rows() {
    if (Shape::channels == 1) return Shape::out_height;
    constexpr std::size_t lines = conv_few_scratch / (Shape::channels * Shape::reach);
    constexpr std::size_t first = (Shape::kernel_height - 1) * Shape::dilation_height + 1;
    if (lines < first) return 0;
    constexpr std::size_t rows = (lines - first) / Shape::stride_height + 1;
    return rows < Shape::out_height ? rows : Shape::out_height;
}

// Whether that takes less time than the lanes that outputs leave empty: estimates for a position,
// in parts of a cycle, where moving a channel takes 90 and transposing what remains.
template <class P, class Shape>
constexpr bool conv_is_few() {
    constexpr std::size_t left = Shape::out_width % P::lanes;
    constexpr std::size_t rows = conv_few_rows<Shape>();
    constexpr bool halves = left > 0 && left * 2 <= P::lanes && rows > 1;
    constexpr std::size_t computed = Shape::out_width - left +
                                     (left == 0 ? 0
                                      : halves  ? P::lanes / 2
                                                : P::lanes);
    constexpr std::size_t products = Shape::inputs * Shape::outputs * 70 * computed;
    constexpr std::size_t more =
        (Shape::channels > 1 ? Shape::channels * 90 : 0) + 80 + Shape::outputs * 12;
    return P::lanes >= 4 && Shape::groups == 1 && Shape::chains == 1 && Shape::stride_width == 1 &&
           Shape::outputs != 2 && Shape::outputs <= 8 && Shape::outputs * 2 <= P::lanes &&
           rows > 0 && (rows > 1 || Shape::out_height == 1) &&
           (Shape::out_width >= P::lanes || (halves && left * 2 == P::lanes)) &&
           products / (P::lanes * Shape::out_width) + more < Shape::inputs * 64;
}

// Rows rows of positions of a map whose channels lie in planes.
template <class Shape, std::size_t Rows>
struct conv_few_shape {
    static constexpr std::size_t channels = Shape::channels;
    static constexpr std::size_t line = channels == 1 ? Shape::line : Shape::reach;
    static constexpr std::size_t lines =
        (Rows - 1) * Shape::stride_height + (Shape::kernel_height - 1) * Shape::dilation_height + 1;
    static constexpr std::size_t plane = lines * line;
    static constexpr std::size_t out_height = Rows;
    static constexpr std::size_t out_width = Shape::out_width;
    static constexpr std::size_t outputs = Shape::outputs;
    static constexpr std::size_t kernel_height = Shape::kernel_height;
    static constexpr std::size_t kernel_width = Shape::kernel_width;
    static constexpr std::size_t dilation_height = Shape::dilation_height;
    static constexpr std::size_t dilation_width = Shape::dilation_width;
    static constexpr std::size_t window_begin(std::size_t row, std::size_t column) {
        return row * Shape::stride_height * line + column;
    }
    static constexpr std::size_t position_begin(std::size_t row, std::size_t column) {
        return Shape::position_begin(row, column);
    }
};

// Registers of positions of a tile.
template <class P, class Shape>
constexpr std::size_t conv_few_registers() {
    constexpr std::size_t all = accumulator_budget(P::registers) / Shape::outputs;
    return all < 1 ? 1 : all > 8 ? 8 : all;
}

// Rows times Columns registers of positions, which lie side by side in a row; or, where Halves, one
// column of registers that hold half a register of positions from each of two rows.
template <class P, class Shape, std::size_t Rows, std::size_t Columns, bool Halves>
struct conv_few_kind {
    using shape = Shape;
    static constexpr std::size_t registers = Rows * Columns;
    static constexpr bool halves = Halves;
    static constexpr std::size_t row(std::size_t v) { return v / Columns * (Halves ? 2 : 1); }
    static constexpr std::size_t column(std::size_t v) { return v % Columns * P::lanes; }
};

template <class P, class Kind, std::size_t V>
LAMINATE_INLINE typename P::reg conv_few_load(const float* x) {
    using shape = typename Kind::shape;
    const float* const first = x + shape::window_begin(Kind::row(V), Kind::column(V));
    if constexpr (Kind::halves) {
        constexpr std::size_t half = P::lanes / 2;
        return P::template joined<half>(P::load_first(first, half),
                                        P::load_first(first + shape::window_begin(1, 0), half));
    } else {
        return P::load(first);
    }
}

// A tap of all positions, times its weights: sum[output][register].
template <class P, class Kind, std::size_t... V, std::size_t... O>
LAMINATE_INLINE void conv_few_add(typename P::reg* sum, const float* x, const float* weights,
                                  std::index_sequence<V...> registers, std::index_sequence<O...>) {
    const typename P::reg input[] = {P::keep(conv_few_load<P, Kind, V>(x))...};
    const auto add = [&](typename P::reg* to, typename P::reg weight) LAMINATE_INLINE_LAMBDA {
        ((to[V] = P::accumulate(to[V], input[V], weight)), ...);
    };
    (add(sum + O * registers.size(), P::template load_repeated<1>(weights + O)), ...);
}
// So many taps of a row, or channels of a tap, Step floats apart.
template <class P, class Kind, std::size_t Step, std::size_t... N>
LAMINATE_INLINE void
conv_few_add_next([[maybe_unused]] typename P::reg* sum, [[maybe_unused]] const float* x,
                  [[maybe_unused]] const float* weights, std::index_sequence<N...>) {
    using shape = typename Kind::shape;
    (conv_few_add<P, Kind>(sum, x + N * Step, weights + N * whole_lines(shape::outputs),
                           indices<Kind::registers>{}, indices<shape::outputs>{}),
     ...);
}
template <class P, class Kind>
LAMINATE_INLINE void conv_few_add_row(typename P::reg* sum, const float* x, const float* weights) {
    using shape = typename Kind::shape;
    constexpr std::size_t width = whole_lines(shape::outputs);
    if constexpr (shape::channels == 1) {
        conv_few_add_next<P, Kind, shape::dilation_width>(sum, x, weights,
                                                          indices<shape::kernel_width>{});
    } else {
        constexpr std::size_t at_once = shape::channels < 4 ? shape::channels : 4;
        constexpr std::size_t whole = shape::channels / at_once * at_once;
        LAMINATE_ROLLED for (std::size_t j = 0; j < shape::kernel_width; ++j) {
            const float* const from = x + j * shape::dilation_width;
            const float* const own = weights + j * shape::channels * width;
            LAMINATE_ROLLED for (std::size_t k = 0; k < whole; k += at_once)
                conv_few_add_next<P, Kind, shape::plane>(sum, from + k * shape::plane,
                                                         own + k * width, indices<at_once>{});
            conv_few_add_next<P, Kind, shape::plane>(sum, from + whole * shape::plane,
                                                     own + whole * width,
                                                     indices<shape::channels - whole>{});
        }
    }
}

// Exchanges the bit Step of the registers' numbers with that of the lanes'.
template <class P, std::size_t Step, std::size_t... At>
LAMINATE_INLINE void conv_few_exchange(typename P::reg* a, std::index_sequence<At...>) {
    const auto first = P::template first_of_each<2 * Step>(Step);
    const auto exchange = [&](typename P::reg& low, typename P::reg& high) LAMINATE_INLINE_LAMBDA {
        const typename P::reg upper = P::template swapped<Step>(low);
        low = P::select(first, low, P::template swapped<Step>(high));
        high = P::select(first, upper, high);
    };
    (exchange(a[At / Step * 2 * Step + At % Step], a[At / Step * 2 * Step + At % Step + Step]),
     ...);
}
template <class P, std::size_t Count, std::size_t Step = 1>
LAMINATE_INLINE void conv_few_transpose([[maybe_unused]] typename P::reg* a) {
    if constexpr (Step < Count) {
        conv_few_exchange<P, Step>(a, indices<Count / 2>{});
        conv_few_transpose<P, Count, 2 * Step>(a);
    }
}

// Position Block * count + o of a register lies, when it is transposed, in the lanes from
// Block * count on of register o. Of one output all positions lie side by side.
template <class P, class Kind, std::size_t V, std::size_t Count, std::size_t Position>
LAMINATE_INLINE void conv_few_store_position(const typename P::reg* result, float* y) {
    using shape = typename Kind::shape;
    constexpr std::size_t half = P::lanes / 2;
    constexpr std::size_t block = Position / Count * Count;
    constexpr std::size_t row = Kind::row(V) + (Kind::halves && Position >= half ? 1 : 0);
    constexpr std::size_t column = Kind::column(V) + (Kind::halves ? Position % half : Position);
    typename P::reg from = result[Position % Count];
    if constexpr (block > 0) from = P::template shifted<block>(from);
    P::store_first(y + shape::position_begin(row, column), from,
                   shape::outputs > 1 ? shape::outputs : half);
}
template <class P, class Kind, std::size_t V, std::size_t Count, std::size_t Step,
          std::size_t... At>
LAMINATE_INLINE void conv_few_store_positions(const typename P::reg* result, float* y,
                                              std::index_sequence<At...>) {
    (conv_few_store_position<P, Kind, V, Count, At * Step>(result, y), ...);
}
template <class P, class Kind, std::size_t V, class Epilogue, std::size_t... O>
LAMINATE_INLINE void conv_few_store(const typename P::reg* sum, float* y, const Epilogue& epilogue,
                                    std::index_sequence<O...>) {
    constexpr std::size_t outputs = Kind::shape::outputs;
    constexpr std::size_t count = sizeof...(O); // `outputs`, up to a power of two
    constexpr std::size_t step = outputs > 1 ? 1 : P::lanes / 2;
    typename P::reg result[] = {
        finished<P>(epilogue, sum[(O < outputs ? O : 0) * Kind::registers + V], y, 0)...};
    conv_few_transpose<P, count>(result);
    conv_few_store_positions<P, Kind, V, count, step>(result, y, indices<P::lanes / step>{});
}

constexpr std::size_t conv_few_count(std::size_t outputs) {
    return outputs > 4 ? 8 : outputs > 2 ? 4 : outputs;
}

template <class P, std::size_t Registers, std::size_t... At>
LAMINATE_INLINE register_sums<P, sizeof...(At)> conv_few_start(const float* bias,
                                                               std::index_sequence<At...>) {
    return {{P::template load_repeated<1>(bias + At / Registers)...}};
}
template <class P, class Kind, class Epilogue, std::size_t... V>
LAMINATE_INLINE void conv_few_store_all(const typename P::reg* sum, float* y,
                                        const Epilogue& epilogue, std::index_sequence<V...>) {
    (conv_few_store<P, Kind, V>(sum, y, epilogue, indices<conv_few_count(Kind::shape::outputs)>{}),
     ...);
}

// The positions of a tile, the window of the first of which begins at x.
template <class P, class Kind, class Epilogue>
LAMINATE_NOINLINE constexpr void conv_few_tile(const float* x, const float* weights,
                                               const float* bias, float* y,
                                               const Epilogue& epilogue) {
    using shape = typename Kind::shape;
    constexpr std::size_t width =
        shape::kernel_width * shape::channels * whole_lines(shape::outputs);
    auto sum =
        conv_few_start<P, Kind::registers>(bias, indices<shape::outputs * Kind::registers>{});
    LAMINATE_ROLLED for (std::size_t i = 0; i < shape::kernel_height; ++i)
        conv_few_add_row<P, Kind>(sum.at, x + i * shape::dilation_height * shape::line,
                                  weights + i * width);
    conv_few_store_all<P, Kind>(sum.at, y, epilogue, indices<Kind::registers>{});
}

// Columns registers of positions of each row, from `column` on; or half a register, of pairs of
// rows. Every row is computed, the last two again where there is no pair for the last.
template <class P, class Shape, std::size_t Columns, bool Halves, class Epilogue>
LAMINATE_INLINE void conv_few_columns(const float* x, const float* weights, const float* bias,
                                      float* y, std::size_t column, const Epilogue& epilogue) {
    constexpr std::size_t all = conv_few_registers<P, Shape>();
    constexpr std::size_t most = all > Columns ? all / Columns : 1;
    constexpr std::size_t pitch = Halves ? 2 : 1; // rows of a row of registers
    constexpr std::size_t rows = Shape::out_height / pitch;
    constexpr std::size_t tiles = (rows + most - 1) / most;
    constexpr std::size_t tall = rows / tiles;
    constexpr std::size_t taller = rows % tiles;
    const auto compute = [&](auto kind, std::size_t row) LAMINATE_INLINE_LAMBDA {
        conv_few_tile<P, decltype(kind)>(x + Shape::window_begin(row, column), weights, bias,
                                         y + Shape::position_begin(row, column), epilogue);
    };
    std::size_t row = 0;
    if constexpr (taller > 0)
        for (; row < taller * (tall + 1) * pitch; row += (tall + 1) * pitch)
            compute(conv_few_kind<P, Shape, tall + 1, Columns, Halves>{}, row);
    for (; row < rows * pitch; row += tall * pitch)
        compute(conv_few_kind<P, Shape, tall, Columns, Halves>{}, row);
    if constexpr (rows * pitch < Shape::out_height)
        compute(conv_few_kind<P, Shape, 1, Columns, Halves>{}, Shape::out_height - 2);
}

// All rows of a conv_few_shape.
template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void conv_few_rows_of(const float* x, const float* weights, const float* bias,
                                      float* y, const Epilogue& epilogue) {
    constexpr std::size_t whole = Shape::out_width / P::lanes;
    constexpr std::size_t left = Shape::out_width % P::lanes;
    if constexpr (whole > 0) {
        constexpr std::size_t most = conv_few_registers<P, Shape>();
        constexpr std::size_t tiles = (whole + most - 1) / most;
        constexpr std::size_t wide = whole / tiles;
        constexpr std::size_t wider = whole % tiles;
        std::size_t column = 0;
        if constexpr (wider > 0)
            for (; column < wider * (wide + 1) * P::lanes; column += (wide + 1) * P::lanes)
                conv_few_columns<P, Shape, wide + 1, false>(x, weights, bias, y, column, epilogue);
        for (; column < whole * P::lanes; column += wide * P::lanes)
            conv_few_columns<P, Shape, wide, false>(x, weights, bias, y, column, epilogue);
    }
    if constexpr (left > 0 && left <= P::lanes / 2 && Shape::out_height > 1)
        conv_few_columns<P, Shape, 1, true>(x, weights, bias, y, Shape::out_width - P::lanes / 2,
                                            epilogue);
    else if constexpr (left > 0)
        conv_few_columns<P, Shape, 1, false>(x, weights, bias, y, Shape::out_width - P::lanes,
                                             epilogue);
}

// Blocks of Count floats, Step apart, one behind the other.
template <class P, std::size_t Count, std::size_t Step, std::size_t First, std::size_t Blocks>
LAMINATE_INLINE typename P::reg conv_few_load_blocks(const float* x) {
    if constexpr (Blocks == 1) {
        return P::load_first(x + First * Step, Count);
    } else {
        constexpr std::size_t half = Blocks / 2;
        return P::template joined<half * Count>(
            conv_few_load_blocks<P, Count, Step, First, half>(x),
            conv_few_load_blocks<P, Count, Step, First + half, half>(x));
    }
}
// A register of positions: as many channels as there are K go to planes.
template <class P, class Few, std::size_t... K>
LAMINATE_INLINE void conv_few_move_block(const float* x, float* to, std::index_sequence<K...>) {
    constexpr std::size_t count = sizeof...(K);
    constexpr std::size_t step = Few::channels;
    typename P::reg block[] = {
        conv_few_load_blocks<P, count, count * step, 0, P::lanes / count>(x + K * step)...};
    conv_few_transpose<P, count>(block);
    (P::store(to + K * Few::plane, block[K]), ...);
}
template <class P, class Few>
LAMINATE_INLINE void conv_few_move_line(const float* x, float* to) {
    constexpr std::size_t channels = Few::channels;
    constexpr std::size_t count = channels % 8 == 0 && P::lanes >= 8 ? 8 : 4;
    if constexpr (channels % count == 0 && Few::line >= P::lanes) {
        for (std::size_t k = 0; k < channels; k += count)
            for (std::size_t at = 0; at < Few::line; at += P::lanes) {
                constexpr std::size_t last = Few::line - P::lanes;
                const std::size_t column = at < last ? at : last;
                conv_few_move_block<P, Few>(x + column * channels + k, to + k * Few::plane + column,
                                            indices<count>{});
            }
    } else {
        for (std::size_t column = 0; column < Few::line; ++column)
            for (std::size_t k = 0; k < channels; ++k)
                to[k * Few::plane + column] = x[column * channels + k];
    }
}

// Rows rows of the map.
template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void conv_few_band(const float* x, const float* weights, const float* bias,
                                   float* y, const Epilogue& epilogue) {
    using few = conv_few_shape<Shape, Rows>;
    if constexpr (Shape::channels == 1) {
        conv_few_rows_of<P, few>(x, weights, bias, y, epilogue);
    } else {
        alignas(64) float planes[Shape::channels * few::plane];
        for (std::size_t at = 0; at < few::lines; ++at)
            conv_few_move_line<P, few>(x + at * Shape::line * Shape::channels,
                                       planes + at * few::line);
        conv_few_rows_of<P, few>(planes, weights, bias, y, epilogue);
    }
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void conv_few(const float* x, const float* weights, const float* bias, float* y,
                              const Epilogue& epilogue) {
    constexpr std::size_t most = conv_few_rows<Shape>();
    constexpr std::size_t bands = (Shape::out_height + most - 1) / most;
    constexpr std::size_t rows = Shape::out_height / bands;
    constexpr std::size_t taller = Shape::out_height % bands;
    std::size_t row = 0;
    if constexpr (taller > 0)
        for (; row < taller * (rows + 1); row += rows + 1)
            conv_few_band<P, Shape, rows + 1>(x + Shape::window_begin(row, 0), weights, bias,
                                              y + Shape::position_begin(row, 0), epilogue);
    for (; row < Shape::out_height; row += rows)
        conv_few_band<P, Shape, rows>(x + Shape::window_begin(row, 0), weights, bias,
                                      y + Shape::position_begin(row, 0), epilogue);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
