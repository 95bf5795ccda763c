// SPDX-License-Identifier: MIT
#pragma once

// Convolution, y = epilogue(W window(x) + b) for each output position, of maps that lie channels
// last: x [height][Line][Channels] with its padding in memory, y [OutHeight][OutWidth][Outputs]. A
// 1-D convolution has one row. Group g of Groups reads the channels from g Channels / Groups on and
// writes the outputs from g Outputs / Groups on. Weights of each group lie in panels, never narrow
// (base/panel.hpp), bias in whole lines. Reads nothing outside of the windows, writes exactly the
// outputs.
//
// The contract on bits: output o of position (r, c) is the sum of Chains chains of fma over the
// inputs n = (i KernelWidth + j) (Channels / Groups) + k in rising order, where input n is channel
// k of its group at x[r StrideHeight + i DilationHeight][c StrideWidth + j DilationWidth]. Chain
// n % Chains takes input n; chain 0 starts from the bias, the others from 0; then chain c + n is
// added to chain c for n = Chains/2, ..., 2, 1.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "activation.hpp"
#include "chain.hpp"
#include "conv_few.hpp"
#include "conv_shape.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// As for dense, an approximated function follows in a pass of its own, over each image: with 16
// registers its constants and the sums of a tile spill each other, and with 32 the code of many
// sums is long, and no faster. So does a function that may know its unit, where lanes are
// positions, or where the last register of a group would read parameters from behind the line of
// the last unit.
template <class P, class Shape, class Epilogue>
inline constexpr bool conv_epilogue_follows =
    P::lanes > 1 &&
    ((is_approximated<Epilogue> && (P::registers <= 16 || Shape::positions > 4)) ||
     (((Shape::groups > 1 && Shape::group_outputs % P::lanes != 0) || conv_is_few<P, Shape>()) &&
      !is_stateless<Epilogue>));

// What a tile is instantiated for: Rows times Columns positions, Registers registers of outputs, of
// which the last holds Tail outputs (all, if 0). Width floats lie from the weights of an input to
// those of the next.
template <class Shape, std::size_t Width, std::size_t Registers, std::size_t Tail, std::size_t Rows,
          std::size_t Columns>
struct conv_tile_kind {
    using shape = Shape;
    static constexpr std::size_t width = Width;
    static constexpr std::size_t registers = Registers;
    static constexpr std::size_t tail = Tail;
    static constexpr std::size_t positions = Rows * Columns;

    static constexpr std::size_t window(std::size_t position) {
        return Shape::window_begin(position / Columns, position % Columns);
    }
    static constexpr std::size_t output(std::size_t position) {
        return Shape::position_begin(position / Columns, position % Columns);
    }
};

// Products of `a` with a few others, each added to a sum; these are Step apart.
template <class P, std::size_t Step, std::size_t... At>
LAMINATE_INLINE void conv_add_products(typename P::reg* sum, typename P::reg a,
                                       const typename P::reg* b, std::index_sequence<At...>) {
    ((sum[At * Step] = P::accumulate(sum[At * Step], a, b[At])), ...);
}

// An input in all lanes, by one instruction.
template <class P>
LAMINATE_INLINE typename P::reg conv_input(const float* x) {
    if constexpr (P::lanes == 1)
        return P::load(x);
    else
        return P::template load_repeated<1>(x);
}

// One input of each position times its weights. The fewer of the two stay in registers, the others
// come one at a time.
template <class P, class Kind, std::size_t... R, std::size_t... G>
LAMINATE_INLINE void conv_add_input(typename P::reg* sum, const float* x, const float* weights,
                                    std::index_sequence<R...> positions,
                                    std::index_sequence<G...> registers) {
    constexpr std::size_t width = sizeof...(G);
    if constexpr (width <= sizeof...(R)) {
        const typename P::reg weight[] = {P::keep(P::load(weights + G * P::lanes))...};
        (conv_add_products<P, 1>(sum + R * width, conv_input<P>(x + Kind::window(R)), weight,
                                 registers),
         ...);
    } else {
        const typename P::reg input[] = {conv_input<P>(x + Kind::window(R))...};
        (conv_add_products<P, width>(sum + G, P::keep(P::load(weights + G * P::lanes)), input,
                                     positions),
         ...);
    }
}

// Positions whose inputs are loaded four at a time. A product in a tile of one register takes a
// load of its own, and a processor makes no more loads than products; those of weights come on top.
template <class P, class Kind>
inline constexpr std::size_t positions_in_fours =
    Kind::registers == 1 && P::registers >= 32 && P::lanes >= 4 && Kind::positions >= 8
        ? Kind::positions / 8 + 1
        : 0;

// Four inputs, of which the first belongs to chain First.
template <class P, class Kind, std::size_t First, std::size_t... R, std::size_t... Four>
LAMINATE_INLINE void conv_add_four(typename P::reg* sum, const float* x, const float* weights,
                                   std::index_sequence<R...>, std::index_sequence<Four...>) {
    const typename P::reg fours[] = {P::template load_repeated<4>(x + Kind::window(Four))...};
    const auto add = [&](auto k) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t n = decltype(k)::value;
        typename P::reg* const to = sum + (First + n) % Kind::shape::chains * Kind::positions;
        const typename P::reg weight = P::keep(P::load(weights + n * Kind::width));
        const auto input = [&](auto r) LAMINATE_INLINE_LAMBDA {
            constexpr std::size_t position = decltype(r)::value;
            if constexpr (position < sizeof...(Four))
                return P::template splat_of_four<n>(fours[position]);
            else
                return conv_input<P>(x + Kind::window(position) + n);
        };
        ((to[R] = P::accumulate(to[R], input(std::integral_constant<std::size_t, R>{}), weight)),
         ...);
    };
    add(std::integral_constant<std::size_t, 0>{});
    add(std::integral_constant<std::size_t, 1>{});
    add(std::integral_constant<std::size_t, 2>{});
    add(std::integral_constant<std::size_t, 3>{});
}

// The next Count inputs, of which the first belongs to chain First.
template <class P, class Kind, std::size_t First, std::size_t Count>
LAMINATE_INLINE void conv_add_inputs([[maybe_unused]] typename P::reg* sum,
                                     [[maybe_unused]] const float* x,
                                     [[maybe_unused]] const float* weights) {
    if constexpr (Count >= 4 && positions_in_fours < P, Kind >> 0) {
        conv_add_four<P, Kind, First>(sum, x, weights, indices<Kind::positions>{},
                                      indices<positions_in_fours<P, Kind>>{});
        conv_add_inputs<P, Kind, First + 4, Count - 4>(sum, x + 4, weights + 4 * Kind::width);
    } else if constexpr (Count > 0) {
        conv_add_input<P, Kind>(sum + First % Kind::shape::chains *
                                          (Kind::positions * Kind::registers),
                                x, weights, indices<Kind::positions>{}, indices<Kind::registers>{});
        conv_add_inputs<P, Kind, First + 1, Count - 1>(sum, x + 1, weights + Kind::width);
    }
}

// Inputs of a turn of the loop over a segment: a short segment is one turn.
template <class Kind>
constexpr std::size_t conv_inputs_at_once() {
    constexpr std::size_t segment = Kind::shape::segment;
    constexpr std::size_t products = segment * Kind::positions * Kind::registers;
    return products <= 128 ? segment : unrolled_inputs(Kind::shape::chains);
}

// A segment, whose first input belongs to chain First.
template <class P, class Kind, std::size_t First>
LAMINATE_INLINE void conv_add_segment(typename P::reg* sum, const float* x, const float* weights) {
    constexpr std::size_t segment = Kind::shape::segment;
    constexpr std::size_t at_once = conv_inputs_at_once<Kind>();
    constexpr std::size_t whole = segment / at_once * at_once;
    if constexpr (whole == at_once) {
        conv_add_inputs<P, Kind, First, segment>(sum, x, weights);
    } else {
        LAMINATE_ROLLED for (std::size_t i = 0; i < whole; i += at_once)
            conv_add_inputs<P, Kind, First, at_once>(sum, x + i, weights + i * Kind::width);
        conv_add_inputs<P, Kind, First, segment - whole>(sum, x + whole,
                                                         weights + whole * Kind::width);
    }
}

// The segments from s on, as many as there are Next.
template <class P, class Kind, std::size_t... Next>
LAMINATE_INLINE void
conv_add_segments([[maybe_unused]] typename P::reg* sum, [[maybe_unused]] const float* x,
                  [[maybe_unused]] const float* weights, [[maybe_unused]] std::size_t s,
                  std::index_sequence<Next...>) {
    using shape = typename Kind::shape;
    (conv_add_segment<P, Kind, Next * shape::segment % shape::chains>(
         sum, x + shape::segment_begin(s + Next),
         weights + (s + Next) * shape::segment * Kind::width),
     ...);
}

template <class P, class Kind, class Epilogue, std::size_t... At>
LAMINATE_INLINE void conv_store(const typename P::reg* sum, float* y, std::size_t unit,
                                const Epilogue& epilogue, std::index_sequence<At...>) {
    const auto store = [&](auto at) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t number = decltype(at)::value;
        constexpr std::size_t g = number % Kind::registers;
        float* const to = y + Kind::output(number / Kind::registers) + g * P::lanes;
        const typename P::reg result = finished<P>(epilogue, sum[number], to, unit + g * P::lanes);
        if constexpr (Kind::tail > 0 && g + 1 == Kind::registers)
            P::store_first(to, result, Kind::tail);
        else
            P::store(to, result);
    };
    (store(std::integral_constant<std::size_t, At>{}), ...);
}

// The positions of a tile, the window of the first of which begins at x, against a chunk of outputs
// of a panel. A function of its own: GCC runs out of registers where this loop is inlined into
// others.
template <class P, class Kind, class Epilogue>
LAMINATE_NOINLINE constexpr void conv_tile(const float* x, const float* weights, const float* bias,
                                           float* y, std::size_t unit, const Epilogue& epilogue) {
    using shape = typename Kind::shape;
    constexpr std::size_t sums = Kind::positions * Kind::registers;
    // So many segments later the first input belongs to chain 0 again.
    constexpr std::size_t turn = shape::segment % shape::chains == 0 ? 1 : shape::chains;
    constexpr std::size_t whole = shape::segments / turn * turn;
    auto sum = start_sums<P, sums, Kind::registers>(bias, indices<shape::chains * sums>{});
    LAMINATE_ROLLED for (std::size_t s = 0; s < whole; s += turn)
        conv_add_segments<P, Kind>(sum.at, x, weights, s, indices<turn>{});
    conv_add_segments<P, Kind>(sum.at, x, weights, whole, indices<shape::segments - whole>{});
    add_chains<P, shape::chains, sums>(sum.at);
    conv_store<P, Kind>(sum.at, y, unit, epilogue, indices<sums>{});
}

// A row of tiles: `wider` of Columns + 1 columns, the others of Columns.
template <class P, class Shape, class Chunk, std::size_t Rows, class Epilogue>
LAMINATE_INLINE void conv_row_of_tiles(const float* x, const float* weights, const float* bias,
                                       float* y, std::size_t row, std::size_t unit,
                                       const Epilogue& epilogue) {
    constexpr std::size_t tiles = Chunk::tiles.columns;
    constexpr std::size_t columns = Shape::out_width / tiles;
    constexpr std::size_t wider = Shape::out_width % tiles;
    std::size_t column = 0;
    if constexpr (wider > 0)
        for (; column < wider * (columns + 1); column += columns + 1)
            conv_tile<P, conv_tile_kind<Shape, Chunk::width, Chunk::registers, Chunk::tail, Rows,
                                        columns + 1>>(x + Shape::window_begin(row, column), weights,
                                                      bias, y + Shape::position_begin(row, column),
                                                      unit, epilogue);
    for (; column < Shape::out_width; column += columns)
        conv_tile<
            P, conv_tile_kind<Shape, Chunk::width, Chunk::registers, Chunk::tail, Rows, columns>>(
            x + Shape::window_begin(row, column), weights, bias,
            y + Shape::position_begin(row, column), unit, epilogue);
}

// All positions of an image, against a chunk of outputs.
template <class P, class Shape, std::size_t Width, std::size_t Registers, std::size_t Tail>
struct conv_chunk_kind {
    static constexpr std::size_t width = Width;
    static constexpr std::size_t registers = Registers;
    static constexpr std::size_t tail = Tail;
    static constexpr conv_tiles tiles = choose_conv_tiles(
        Shape::out_height, Shape::out_width, Registers,
        conv_accumulators(P::registers, Shape::chains), Shape::chains, Shape::inputs);
};
template <class P, class Shape, class Chunk, class Epilogue>
LAMINATE_INLINE void conv_chunk(const float* x, const float* weights, const float* bias, float* y,
                                std::size_t unit, const Epilogue& epilogue) {
    constexpr std::size_t tiles = Chunk::tiles.rows;
    constexpr std::size_t rows = Shape::out_height / tiles;
    constexpr std::size_t taller = Shape::out_height % tiles;
    std::size_t row = 0;
    if constexpr (taller > 0)
        for (; row < taller * (rows + 1); row += rows + 1)
            conv_row_of_tiles<P, Shape, Chunk, rows + 1>(x, weights, bias, y, row, unit, epilogue);
    for (; row < Shape::out_height; row += rows)
        conv_row_of_tiles<P, Shape, Chunk, rows>(x, weights, bias, y, row, unit, epilogue);
}

// A panel of a group, whose first output is `unit`.
template <class P, class Shape, std::size_t Panel, class Epilogue, std::size_t... Chunk>
LAMINATE_INLINE void conv_panel(const float* x, const float* weights, const float* bias, float* y,
                                std::size_t unit, const Epilogue& epilogue,
                                std::index_sequence<Chunk...>) {
    const auto compute = [&](auto of) LAMINATE_INLINE_LAMBDA {
        using chunk = decltype(of);
        using kind = conv_chunk_kind<P, Shape, chunk::width, chunk::registers, chunk::tail>;
        conv_chunk<P, Shape, kind>(
            x, weights + chunk::begin * Shape::inputs + (chunk::unit - chunk::begin),
            bias + chunk::unit, y + chunk::unit, unit + chunk::unit, epilogue);
    };
    (compute(conv_chunk_of<P, Shape, Panel, Chunk>{}), ...);
}
template <class P, class Shape, class Epilogue, std::size_t... Panel>
LAMINATE_INLINE void conv_group(const float* x, const float* weights, const float* bias, float* y,
                                std::size_t unit, const Epilogue& epilogue,
                                std::index_sequence<Panel...>) {
    (conv_panel<P, Shape, Panel>(x, weights, bias, y, unit, epilogue,
                                 indices<conv_chunk_of<P, Shape, Panel, 0>::count>{}),
     ...);
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void conv_group_here(const float* x, const float* weights, const float* bias,
                                     float* y, std::size_t unit, const Epilogue& epilogue) {
    if constexpr (conv_is_few<P, Shape>())
        conv_few<P, Shape>(x, weights, bias, y, epilogue);
    else
        conv_group<P, Shape>(x, weights, bias, y, unit, epilogue, indices<Shape::panels>{});
}

// y = epilogue(conv(x)) for `images` images.
template <class P, class Shape, class Epilogue>
LAMINATE_SHARED constexpr void conv(const float* x, std::size_t x_stride, const float* weights,
                                    const float* bias, float* y, std::size_t y_stride,
                                    std::size_t images, const Epilogue& epilogue) {
    constexpr std::size_t width = whole_lines(Shape::group_outputs);
    for (std::size_t image = 0; image < images; ++image) {
        const float* const from = x + image * x_stride;
        float* const to = y + image * y_stride;
        for (std::size_t group = 0; group < Shape::groups; ++group) {
            const std::size_t unit = group * Shape::group_outputs;
            const float* const channels = from + group * Shape::group_channels;
            const float* const own = weights + group * Shape::inputs * width;
            const float* const own_bias = bias + group * width;
            if constexpr (conv_epilogue_follows<P, Shape, Epilogue>)
                conv_group_here<P, Shape>(channels, own, own_bias, to + unit, unit, chain<>{});
            else
                conv_group_here<P, Shape>(channels, own, own_bias, to + unit, unit, epilogue);
        }
        if constexpr (conv_epilogue_follows<P, Shape, Epilogue>)
            activation<P, Shape::outputs>(to, Shape::outputs, to, Shape::outputs, Shape::positions,
                                          epilogue);
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
