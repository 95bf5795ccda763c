// SPDX-License-Identifier: MIT
#pragma once

// Depthwise convolution: each channel of a map that lies channels last by itself, y[r][c][k] =
// epilogue(b[k] + sum over i, j of w[i KernelWidth + j][k] x[r StrideHeight + i DilationHeight]
// [c StrideWidth + j DilationWidth][k]). Needs x [height][Line][Channels] with its padding in
// memory, and the weights of each tap, and the bias, in whole lines. Reads nothing outside of the
// windows, writes exactly y [OutHeight][OutWidth][Channels].
//
// The contract on bits: one chain of fma, from the bias on, taps rising.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "activation.hpp"
#include "chain.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t Line, std::size_t Channels, std::size_t OutHeight, std::size_t OutWidth,
          std::size_t KernelHeight, std::size_t KernelWidth, std::size_t StrideHeight,
          std::size_t StrideWidth, std::size_t DilationHeight, std::size_t DilationWidth>
struct depthwise_shape {
    static constexpr std::size_t channels = Channels;
    static constexpr std::size_t out_height = OutHeight;
    static constexpr std::size_t out_width = OutWidth;
    static constexpr std::size_t kernel_height = KernelHeight;
    static constexpr std::size_t kernel_width = KernelWidth;
    static constexpr std::size_t stride_width = StrideWidth;
    static constexpr std::size_t dilation_width = DilationWidth;
    static constexpr std::size_t tap_floats = whole_lines(Channels);
    static constexpr std::size_t map_line = Line * Channels;
    static constexpr std::size_t tap_row = DilationHeight * map_line; // from one to the next
    static constexpr std::size_t out_row = StrideHeight * map_line;

    // Columns from the first to the last that windows of `columns` positions reach.
    static constexpr std::size_t reach(std::size_t columns) {
        return (columns - 1) * StrideWidth + (KernelWidth - 1) * DilationWidth + 1;
    }
    // The position at which tap j meets column `at`; what isn't one is no smaller than `columns`.
    static constexpr std::size_t position(std::size_t at, std::size_t j, std::size_t columns) {
        const std::size_t before = j * DilationWidth;
        return at < before || (at - before) % StrideWidth != 0 ? columns
                                                               : (at - before) / StrideWidth;
    }
    // The same of rows: the tap of position `row` that meets row `at`, or none.
    static constexpr std::size_t tall_reach(std::size_t rows) {
        return (rows - 1) * StrideHeight + (KernelHeight - 1) * DilationHeight + 1;
    }
    static constexpr std::size_t tap_at(std::size_t at, std::size_t row) {
        const std::size_t before = row * StrideHeight;
        return at < before || (at - before) % DilationHeight != 0 ? KernelHeight
                                                                  : (at - before) / DilationHeight;
    }
    static constexpr bool is_row_read(std::size_t at, std::size_t rows) {
        for (std::size_t row = 0; row < rows; ++row)
            if (tap_at(at, row) < KernelHeight) return true;
        return false;
    }
    static constexpr bool is_read(std::size_t at, std::size_t columns) {
        for (std::size_t j = 0; j < KernelWidth; ++j)
            if (position(at, j, columns) < columns) return true;
        return false;
    }
};

// Rows and columns of positions that are computed together.
struct depthwise_tile {
    std::size_t rows;
    std::size_t columns;
};

// A row of weights and a column of the map stay in registers beside the sums. Each column that is
// read serves several positions, so wide tiles load less; eight or more sums hide the latency of
// fma, and more let it run on while tiles change.
template <class Shape>
constexpr depthwise_tile choose_depthwise_tile(std::size_t registers) {
    const std::size_t all = registers >= 32 ? 28 : 14;
    const std::size_t sums =
        Shape::kernel_width + 2 < all - 6 ? all - Shape::kernel_width : all / 2;
    const std::size_t most = sums < 16 ? sums : 16;
    depthwise_tile best = {1, 1};
    std::size_t least = ~std::size_t{0};
    for (std::size_t rows = 1; rows <= Shape::out_height && rows <= most; ++rows)
        for (std::size_t columns = 1; columns <= Shape::out_width && rows * columns <= most;
             ++columns) {
            std::size_t reads = 0;
            for (std::size_t at = 0; at < Shape::reach(columns); ++at)
                reads += Shape::is_read(at, columns) ? 1 : 0;
            const std::size_t products = rows * columns * Shape::kernel_width;
            const std::size_t loads = rows * reads + Shape::kernel_width;
            std::size_t busy = products > loads ? products : loads;
            if (busy < 8 * Shape::kernel_width) busy = 8 * Shape::kernel_width;
            const std::size_t tiles = ((Shape::out_height + rows - 1) / rows) *
                                      ((Shape::out_width + columns - 1) / columns);
            const std::size_t cost =
                tiles * (Shape::kernel_height * (busy * 8 + loads) + 8 * (rows * columns + 12));
            if (cost < least) {
                least = cost;
                best = {rows, columns};
            }
        }
    return best;
}

// Tail floats, or a register of them if 0.
template <class P, std::size_t Tail>
LAMINATE_INLINE typename P::reg depthwise_load(const float* p) {
    if constexpr (Tail > 0)
        return P::load_first(p, Tail);
    else
        return P::load(p);
}
template <class P, std::size_t Tail, class Epilogue>
LAMINATE_INLINE void depthwise_put(float* y, typename P::reg sum, std::size_t unit,
                                   const Epilogue& epilogue) {
    const typename P::reg result = finished<P>(epilogue, sum, y, unit);
    if constexpr (Tail > 0)
        P::store_first(y, result, Tail);
    else
        P::store(y, result);
}

// Column At of each row of a tile, times the weights that meet it. (Kept, GCC would load the
// columns of all rows before it multiplies one, and spill them.)
template <class P, class Shape, std::size_t Columns, std::size_t At, std::size_t... J>
LAMINATE_INLINE void depthwise_add_read(typename P::reg* sum, typename P::reg x,
                                        const typename P::reg* weight, std::index_sequence<J...>) {
    const auto add = [&](auto tap) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t j = decltype(tap)::value;
        constexpr std::size_t position = Shape::position(At, j, Columns);
        if constexpr (position < Columns)
            sum[position] = P::accumulate(sum[position], x, weight[j]);
    };
    (add(std::integral_constant<std::size_t, J>{}), ...);
}
template <class P, class Shape, std::size_t Columns, std::size_t Tail, std::size_t At,
          std::size_t... R>
LAMINATE_INLINE void depthwise_add_column(typename P::reg* sum, const float* x,
                                          const typename P::reg* weight,
                                          std::index_sequence<R...>) {
    if constexpr (Shape::is_read(At, Columns)) {
        (depthwise_add_read<P, Shape, Columns, At>(
             sum + R * Columns,
             depthwise_load<P, Tail>(x + R * Shape::out_row + At * Shape::channels), weight,
             indices<Shape::kernel_width>{}),
         ...);
    }
}
template <class P, class Shape, std::size_t Rows, std::size_t Columns, std::size_t Tail,
          std::size_t... J, std::size_t... At>
LAMINATE_INLINE void depthwise_add_row(typename P::reg* sum, const float* x, const float* weights,
                                       std::index_sequence<J...>, std::index_sequence<At...>) {
    const typename P::reg weight[] = {P::keep(P::load(weights + J * Shape::tap_floats))...};
    (depthwise_add_column<P, Shape, Columns, Tail, At>(sum, x, weight, indices<Rows>{}), ...);
}

// Tail channels, or a register of them if 0, of the positions of a tile.
template <class P, class Shape, std::size_t Rows, std::size_t Columns, std::size_t Tail,
          class Epilogue, std::size_t... At>
LAMINATE_INLINE void depthwise_store(const typename P::reg* sum, float* y, std::size_t unit,
                                     const Epilogue& epilogue, std::index_sequence<At...>) {
    (depthwise_put<P, Tail>(y + (At / Columns * Shape::out_width + At % Columns) * Shape::channels,
                            sum[At], unit, epilogue),
     ...);
}
template <class P, class Shape, std::size_t Rows, std::size_t Columns, std::size_t Tail,
          class Epilogue>
LAMINATE_NOINLINE constexpr void depthwise_tile_of(const float* x, const float* weights,
                                                   const float* bias, float* y, std::size_t unit,
                                                   const Epilogue& epilogue) {
    auto sum = start_sums<P, Rows * Columns, 1>(bias, indices<Rows * Columns>{});
    LAMINATE_ROLLED for (std::size_t i = 0; i < Shape::kernel_height; ++i)
        depthwise_add_row<P, Shape, Rows, Columns, Tail>(
            sum.at, x + i * Shape::tap_row, weights + i * Shape::kernel_width * Shape::tap_floats,
            indices<Shape::kernel_width>{}, indices<Shape::reach(Columns)>{});
    depthwise_store<P, Shape, Rows, Columns, Tail>(sum.at, y, unit, epilogue,
                                                   indices<Rows * Columns>{});
}

// A row of tiles: Tail channels, or a register of them if 0.
template <class P, class Shape, std::size_t Rows, std::size_t Tail, class Epilogue>
LAMINATE_INLINE void depthwise_row_of_tiles(const float* x, const float* weights, const float* bias,
                                            float* y, std::size_t unit, const Epilogue& epilogue) {
    constexpr std::size_t most = choose_depthwise_tile<Shape>(P::registers).columns;
    constexpr std::size_t tiles = (Shape::out_width + most - 1) / most;
    constexpr std::size_t columns = Shape::out_width / tiles;
    constexpr std::size_t wider = Shape::out_width % tiles;
    constexpr std::size_t step = Shape::stride_width * Shape::channels;
    std::size_t column = 0;
    if constexpr (wider > 0)
        for (; column < wider * (columns + 1); column += columns + 1)
            depthwise_tile_of<P, Shape, Rows, columns + 1, Tail>(
                x + column * step + unit, weights + unit, bias + unit,
                y + column * Shape::channels + unit, unit, epilogue);
    for (; column < Shape::out_width; column += columns)
        depthwise_tile_of<P, Shape, Rows, columns, Tail>(
            x + column * step + unit, weights + unit, bias + unit,
            y + column * Shape::channels + unit, unit, epilogue);
}

// All channels of Rows rows: the next channels find the lines of the map in the L1 cache.
template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void depthwise_rows(const float* x, const float* weights, const float* bias,
                                    float* y, const Epilogue& epilogue) {
    constexpr std::size_t tail = Shape::channels % P::lanes;
    std::size_t unit = 0;
    for (; unit + P::lanes <= Shape::channels; unit += P::lanes)
        depthwise_row_of_tiles<P, Shape, Rows, 0>(x, weights, bias, y, unit, epilogue);
    if constexpr (tail > 0)
        depthwise_row_of_tiles<P, Shape, Rows, tail>(x, weights, bias, y, unit, epilogue);
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void depthwise_image(const float* x, const float* weights, const float* bias,
                                     float* y, const Epilogue& epilogue) {
    constexpr std::size_t most = choose_depthwise_tile<Shape>(P::registers).rows;
    constexpr std::size_t tiles = (Shape::out_height + most - 1) / most;
    constexpr std::size_t rows = Shape::out_height / tiles;
    constexpr std::size_t taller = Shape::out_height % tiles;
    constexpr std::size_t out_row = Shape::out_width * Shape::channels;
    std::size_t row = 0;
    if constexpr (taller > 0)
        for (; row < taller * (rows + 1); row += rows + 1)
            depthwise_rows<P, Shape, rows + 1>(x + row * Shape::out_row, weights, bias,
                                               y + row * out_row, epilogue);
    for (; row < Shape::out_height; row += rows)
        depthwise_rows<P, Shape, rows>(x + row * Shape::out_row, weights, bias, y + row * out_row,
                                       epilogue);
}

// A register of several positions of few channels, whose weights stand in it as often. A row of
// positions is a row of floats then, if columns follow each other. All weights stay in registers,
// so that each load serves a column of taps.
template <class P, class Shape>
inline constexpr bool depthwise_is_flat =
    P::lanes > Shape::channels&& P::lanes % Shape::channels == 0 && Shape::stride_width == 1 &&
    Shape::kernel_height* Shape::kernel_width <= 9 && P::registers >= 32;

template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Tail,
          std::size_t Row, std::size_t J, std::size_t Q, std::size_t... R>
LAMINATE_INLINE void depthwise_add_flat(typename P::reg* sum, const float* x,
                                        const typename P::reg* weight, std::index_sequence<R...>) {
    const float* const from =
        x + Row * Shape::map_line + Q * P::lanes + J * Shape::dilation_width * Shape::channels;
    const typename P::reg at = P::keep(depthwise_load<P, Tail>(from));
    const auto add = [&](auto r) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t row = decltype(r)::value;
        constexpr std::size_t i = Shape::tap_at(Row, row);
        if constexpr (i < Shape::kernel_height)
            sum[row * Registers + Q] =
                P::accumulate(sum[row * Registers + Q], at, weight[i * Shape::kernel_width + J]);
    };
    (add(std::integral_constant<std::size_t, R>{}), ...);
}
template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Tail,
          std::size_t Row, std::size_t... At>
LAMINATE_INLINE void depthwise_add_flat_row(typename P::reg* sum, const float* x,
                                            const typename P::reg* weight,
                                            std::index_sequence<At...>) {
    if constexpr (Shape::is_row_read(Row, Rows))
        (depthwise_add_flat<P, Shape, Rows, Registers, Tail, Row, At / Registers, At % Registers>(
             sum, x, weight, indices<Rows>{}),
         ...);
}
template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Tail,
          std::size_t... Row, std::size_t... Tap>
LAMINATE_INLINE void depthwise_add_flat_rows(typename P::reg* sum, const float* x,
                                             const float* weights, std::index_sequence<Row...>,
                                             std::index_sequence<Tap...>) {
    const typename P::reg weight[] = {
        P::template load_repeated<Shape::channels>(weights + Tap * Shape::tap_floats)...};
    (depthwise_add_flat_row<P, Shape, Rows, Registers, Tail, Row>(
         sum, x, weight, indices<Shape::kernel_width * Registers>{}),
     ...);
}
template <class P, class Shape, std::size_t... At>
LAMINATE_INLINE register_sums<P, sizeof...(At)> depthwise_flat_start(const float* bias,
                                                                     std::index_sequence<At...>) {
    const typename P::reg repeated = P::template load_repeated<Shape::channels>(bias);
    return {{(static_cast<void>(At), repeated)...}};
}
template <class P, class Shape, std::size_t Registers, std::size_t Tail, class Epilogue,
          std::size_t... At>
LAMINATE_INLINE void depthwise_flat_store(const typename P::reg* sum, float* y,
                                          const Epilogue& epilogue, std::index_sequence<At...>) {
    (depthwise_put<P, Tail>(y + At / Registers * Shape::out_width * Shape::channels +
                                At % Registers * P::lanes,
                            sum[At], 0, epilogue),
     ...);
}
template <class P, class Shape, std::size_t Rows, std::size_t Registers, std::size_t Tail,
          class Epilogue>
LAMINATE_NOINLINE constexpr void depthwise_flat_tile(const float* x, const float* weights,
                                                     const float* bias, float* y,
                                                     const Epilogue& epilogue) {
    auto sum = depthwise_flat_start<P, Shape>(bias, indices<Rows * Registers>{});
    depthwise_add_flat_rows<P, Shape, Rows, Registers, Tail>(
        sum.at, x, weights, indices<Shape::tall_reach(Rows)>{},
        indices<Shape::kernel_height * Shape::kernel_width>{});
    depthwise_flat_store<P, Shape, Registers, Tail>(sum.at, y, epilogue,
                                                    indices<Rows * Registers>{});
}

// Rows rows of positions, as rows of floats.
template <class P, class Shape, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void depthwise_flat_rows(const float* x, const float* weights, const float* bias,
                                         float* y, const Epilogue& epilogue) {
    constexpr std::size_t floats = Shape::out_width * Shape::channels;
    constexpr std::size_t all = floats / P::lanes;
    constexpr std::size_t tail = floats % P::lanes;
    if constexpr (all > 0) {
        constexpr std::size_t tiles = (all + 3) / 4;
        constexpr std::size_t registers = all / tiles;
        constexpr std::size_t wider = all % tiles * (registers + 1);
        std::size_t at = 0;
        if constexpr (wider > 0)
            for (; at < wider * P::lanes; at += (registers + 1) * P::lanes)
                depthwise_flat_tile<P, Shape, Rows, registers + 1, 0>(x + at, weights, bias, y + at,
                                                                      epilogue);
        for (; at < all * P::lanes; at += registers * P::lanes)
            depthwise_flat_tile<P, Shape, Rows, registers, 0>(x + at, weights, bias, y + at,
                                                              epilogue);
    }
    if constexpr (tail > 0)
        depthwise_flat_tile<P, Shape, Rows, 1, tail>(x + all * P::lanes, weights, bias,
                                                     y + all * P::lanes, epilogue);
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void depthwise_flat_image(const float* x, const float* weights, const float* bias,
                                          float* y, const Epilogue& epilogue) {
    constexpr std::size_t tiles = (Shape::out_height + 3) / 4;
    constexpr std::size_t rows = Shape::out_height / tiles;
    constexpr std::size_t taller = Shape::out_height % tiles;
    constexpr std::size_t out_row = Shape::out_width * Shape::channels;
    std::size_t row = 0;
    if constexpr (taller > 0)
        for (; row < taller * (rows + 1); row += rows + 1)
            depthwise_flat_rows<P, Shape, rows + 1>(x + row * Shape::out_row, weights, bias,
                                                    y + row * out_row, epilogue);
    for (; row < Shape::out_height; row += rows)
        depthwise_flat_rows<P, Shape, rows>(x + row * Shape::out_row, weights, bias,
                                            y + row * out_row, epilogue);
}

// As in kernel/forward/conv.hpp, an approximated function follows in a pass of its own; and one
// that may know its unit, where a register holds several positions.
template <class P, class Shape, class Epilogue>
inline constexpr bool depthwise_epilogue_follows =
    P::lanes > 1 && ((is_approximated<Epilogue> &&
                      (P::registers <= 16 || Shape::out_height * Shape::out_width > 4)) ||
                     (depthwise_is_flat<P, Shape> && !is_stateless<Epilogue>));

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void depthwise_any_image(const float* x, const float* weights, const float* bias,
                                         float* y, const Epilogue& epilogue) {
    if constexpr (depthwise_is_flat<P, Shape>)
        depthwise_flat_image<P, Shape>(x, weights, bias, y, epilogue);
    else
        depthwise_image<P, Shape>(x, weights, bias, y, epilogue);
}

// y = epilogue(conv(x)) for `images` images; Shape is a depthwise_shape.
template <class P, class Shape, class Epilogue>
LAMINATE_SHARED constexpr void depthwise(const float* x, std::size_t x_stride, const float* weights,
                                         const float* bias, float* y, std::size_t y_stride,
                                         std::size_t images, const Epilogue& epilogue) {
    for (std::size_t image = 0; image < images; ++image) {
        const float* const from = x + image * x_stride;
        float* const to = y + image * y_stride;
        if constexpr (depthwise_epilogue_follows<P, Shape, Epilogue>) {
            depthwise_any_image<P, Shape>(from, weights, bias, to, chain<>{});
            activation<P, Shape::channels>(to, Shape::channels, to, Shape::channels,
                                           Shape::out_height * Shape::out_width, epilogue);
        } else {
            depthwise_any_image<P, Shape>(from, weights, bias, to, epilogue);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
