// SPDX-License-Identifier: MIT
#pragma once

// Dense layer for many rows, y = epilogue(W x + b), where many multiply-adds share each load: what
// counts is that nothing else gets in their way. Needs what kernel/forward/dense.hpp needs. Reads
// and writes what it does, and gives the bits that it promises.
//
// A tile of a few rows and registers of outputs is summed in registers, sum[chain][row][register].
// Its function takes the sizes of the layer as values, so that layers share it. Where inputs are
// many and registers few, a block of inputs goes to all outputs before the next does, and sums wait
// in y meanwhile.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "activation.hpp"
#include "chain.hpp"
#include "dense_shape.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// A chunk of a panel, against all rows.
struct dense_chunk {
    const float* x;
    std::size_t x_stride;
    std::size_t inputs;
    const float* weights; // of the first output, `unit`
    std::size_t width;    // floats from the weights of an input to those of the next
    const float* bias;
    float* y;
    std::size_t y_stride;
    std::size_t unit;
    std::size_t outputs;     // of the layer
    const float* ahead;      // weights to be fetched meanwhile, those of the next chunk
    std::size_t ahead_width; // floats from those of an input to those of the next
    std::size_t every;       // inputs, a power of two, for which one of them is fetched
};

// What tiles of a layer are instantiated for, but for their size: Rest inputs are left when the
// others are taken unrolled_inputs(Chains) at a time; Whole registers may be written; PlusZero is
// dense_shape's skips_zeros; Far: weights are fetched before they are needed; Goes on: sums start
// from what y holds, not from the bias.
template <std::size_t Chains, std::size_t Rest, bool Whole, bool PlusZero, bool Far,
          bool GoesOn = false>
struct dense_tile_kind {
    static constexpr std::size_t chains = Chains;
    static constexpr std::size_t rest = Rest;
    static constexpr bool whole = Whole;
    static constexpr bool plus_zero = PlusZero;
    static constexpr bool far = Far;
    static constexpr bool goes_on = GoesOn;
};

// Products of `a` with a few others, each added to a sum; these are Step apart.
template <class P, std::size_t Step, std::size_t... At>
LAMINATE_INLINE void add_products(typename P::reg* sum, typename P::reg a, const typename P::reg* b,
                                  std::index_sequence<At...>) {
    ((sum[At * Step] = P::accumulate(sum[At * Step], a, b[At])), ...);
}

// One input of each row times its weights. The fewer of the two stay in registers, the others come
// one at a time.
template <class P, std::size_t... R, std::size_t... G>
LAMINATE_INLINE void add_input(typename P::reg* sum, const float* x, std::size_t x_stride,
                               const float* weights, std::index_sequence<R...> rows,
                               std::index_sequence<G...> registers) {
    constexpr std::size_t width = sizeof...(G);
    if constexpr (width <= sizeof...(R)) {
        const typename P::reg weight[] = {P::keep(P::load(weights + G * P::lanes))...};
        (add_products<P, 1>(sum + R * width, P::keep(P::splat(x[R * x_stride])), weight, registers),
         ...);
    } else {
        const typename P::reg input[] = {P::keep(P::splat(x[R * x_stride]))...};
        (add_products<P, width>(sum + G, P::keep(P::load(weights + G * P::lanes)), input, rows),
         ...);
    }
}

// As many inputs as there are U, Step apart, the first of which belongs to chain 0.
template <class P, std::size_t Chains, std::size_t Rows, std::size_t Registers,
          std::size_t Step = 1, std::size_t... U>
LAMINATE_INLINE void
add_inputs([[maybe_unused]] typename P::reg* sum, [[maybe_unused]] const float* x,
           [[maybe_unused]] std::size_t x_stride, [[maybe_unused]] const float* weights,
           [[maybe_unused]] std::size_t width, std::index_sequence<U...>) {
    (add_input<P>(sum + U % Chains * (Rows * Registers), x + U * Step, x_stride,
                  weights + U * width, indices<Rows>{}, indices<Registers>{}),
     ...);
}

// Four inputs of each row, which are loaded together and spread inside the register, times a
// register of weights each; chain First + k gets the input First + k.
template <class P, std::size_t First, std::size_t... R>
LAMINATE_INLINE void add_four_inputs(typename P::reg* sum, const float* x, std::size_t x_stride,
                                     const float* weights, std::size_t width,
                                     std::index_sequence<R...>) {
    using reg = typename P::reg;
    const reg four[] = {P::template load_repeated<4>(x + First + R * x_stride)...};
    const auto add = [&](auto k) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t chain = First + decltype(k)::value;
        reg* const to = sum + chain * sizeof...(R);
        const reg weight = P::keep(P::load(weights + chain * width));
        ((to[R] = P::accumulate(to[R], P::template splat_of_four<chain - First>(four[R]), weight)),
         ...);
    };
    add(std::integral_constant<std::size_t, 0>{});
    add(std::integral_constant<std::size_t, 1>{});
    add(std::integral_constant<std::size_t, 2>{});
    add(std::integral_constant<std::size_t, 3>{});
}

// A turn of the loop. Where a register of weights serves but a few rows, loads take longer than
// products: then half of the inputs, or of very few rows all, are loaded in fours (16 outputs in
// eight chains ran at 93 % of the peak instead of 70).
template <class P, std::size_t Chains, std::size_t Rows, std::size_t Registers>
LAMINATE_INLINE void add_turn(typename P::reg* sum, const float* x, std::size_t x_stride,
                              const float* weights, std::size_t width) {
    if constexpr (Registers > 1 || Chains < 8 || P::lanes < 4) {
        add_inputs<P, Chains, Rows, Registers>(sum, x, x_stride, weights, width,
                                               indices<unrolled_inputs(Chains)>{});
    } else {
        static_assert(Chains == 8, "Laminate: add_turn takes eight inputs; ir/place.hpp gives "
                                   "layers in panels no more chains");
        add_four_inputs<P, 0>(sum, x, x_stride, weights, width, indices<Rows>{});
        if constexpr (Rows > 2)
            add_inputs<P, Chains, Rows, Registers>(sum + 4 * Rows, x + 4, x_stride,
                                                   weights + 4 * width, width, indices<4>{});
        else
            add_four_inputs<P, 4>(sum, x, x_stride, weights, width, indices<Rows>{});
    }
}

template <class P, class Kind, std::size_t Registers, class Epilogue, std::size_t... At>
LAMINATE_INLINE void finish_sums(const typename P::reg* sum, float* y, const dense_chunk& c,
                                 const Epilogue& epilogue, std::index_sequence<At...>) {
    const std::size_t y_stride = c.y_stride;
    const std::size_t outputs = c.outputs;
    const std::size_t unit = c.unit;
    (store_outputs<P, Kind::whole, Kind::plus_zero>(
         y + At / Registers * y_stride + At % Registers * P::lanes,
         unit + At % Registers * P::lanes, outputs, sum[At], epilogue),
     ...);
}

// A tile's sums so far.
template <class P, std::size_t Registers, std::size_t... At>
LAMINATE_INLINE register_sums<P, sizeof...(At)> load_sums(const float* y, std::size_t y_stride,
                                                          std::index_sequence<At...>) {
    return {{P::load(y + At / Registers * y_stride + At % Registers * P::lanes)...}};
}

template <class P, class Kind, std::size_t Rows, std::size_t Registers>
LAMINATE_INLINE register_sums<P, Kind::chains * Rows * Registers>
first_sums(const dense_chunk& c, [[maybe_unused]] const float* y) {
    if constexpr (Kind::goes_on) {
        static_assert(Kind::chains == 1, "Laminate: sums that go on have one chain");
        return load_sums<P, Registers>(y, c.y_stride, indices<Rows * Registers>{});
    } else {
        return start_sums<P, Rows * Registers, Registers>(
            c.bias, indices<Kind::chains * Rows * Registers>{});
    }
}

// The lines of Registers registers.
template <class P, std::size_t Registers>
LAMINATE_INLINE void prefetch_lines(const float* p) {
    LAMINATE_UNROLL for (std::size_t at = 0; at < Registers * P::lanes; at += line_floats)
        P::prefetch(p + at);
}

// Rows rows, the first of them x, against the first Registers registers of a chunk. A function of
// its own: GCC runs out of registers where this loop is inlined into others.
template <class P, class Kind, std::size_t Rows, std::size_t Registers, class Epilogue>
LAMINATE_NOINLINE constexpr void dense_tile(const dense_chunk& c, const float* x, float* y,
                                            const Epilogue& epilogue) {
    constexpr std::size_t chains = Kind::chains;
    constexpr std::size_t sums = Rows * Registers;
    constexpr std::size_t at_once = unrolled_inputs(chains);
    const std::size_t x_stride = c.x_stride;
    const std::size_t width = c.width;
    const std::size_t whole = c.inputs - Kind::rest;
    const float* const weights = c.weights;
    auto sum = first_sums<P, Kind, Rows, Registers>(c, y);
    std::size_t i = 0;
    // From behind the L2 cache, the weights of the next chunk are fetched, a few in each tile.
    [[maybe_unused]] const float* ahead = c.ahead;
    [[maybe_unused]] const std::size_t mask = c.every - 1;
    LAMINATE_ROLLED for (; i < whole; i += at_once) {
        if constexpr (Kind::far) {
            if ((i & mask) == 0) {
                prefetch_lines<P, Registers>(ahead);
                ahead += c.ahead_width;
            }
        }
        add_turn<P, chains, Rows, Registers>(sum.at, x + i, x_stride, weights + i * width, width);
    }
    if constexpr (Kind::rest > 0)
        add_inputs<P, chains, Rows, Registers>(sum.at, x + i, x_stride, weights + i * width, width,
                                               indices<Kind::rest>{});
    add_chains<P, chains, sums>(sum.at);
    finish_sums<P, Kind, Registers>(sum.at, y, c, epilogue, indices<sums>{});
}

// Where a tile's sums wait while those of other chains are computed.
template <class P, std::size_t... At>
LAMINATE_INLINE void store_sums(float* to, const typename P::reg* sum, std::index_sequence<At...>) {
    (P::store(to + At * P::lanes, sum[At]), ...);
}

// Adds up the chains that are Step apart, of which the first lies at `at`.
template <class P, std::size_t Chains, std::size_t Sums, std::size_t Step = 1>
LAMINATE_INLINE typename P::reg added_chains(const float* at) {
    if constexpr (Step == Chains)
        return P::load(at);
    else
        return P::add(added_chains<P, Chains, Sums, 2 * Step>(at),
                      added_chains<P, Chains, Sums, 2 * Step>(at + Step * Sums * P::lanes));
}
template <class P, std::size_t Chains, std::size_t... At>
LAMINATE_INLINE register_sums<P, sizeof...(At)> add_waiting_chains(const float* waiting,
                                                                   std::index_sequence<At...>) {
    return {{added_chains<P, Chains, sizeof...(At)>(waiting + At * P::lanes)...}};
}

// dense_tile with one chain after the other: each has all accumulators, so that a load serves as
// many products as in a layer of one chain.
template <class P, class Kind, std::size_t Rows, std::size_t Registers, class Epilogue>
LAMINATE_NOINLINE void dense_tile_by_chain(const dense_chunk& c, const float* x, float* y,
                                           const Epilogue& epilogue) {
    constexpr std::size_t chains = Kind::chains;
    constexpr std::size_t sums = Rows * Registers;
    constexpr std::size_t at_once = 4; // inputs of a chain
    alignas(64) static constexpr float zeros[Registers * P::lanes] = {};
    const std::size_t x_stride = c.x_stride;
    const std::size_t step = chains * c.width;
    alignas(64) float waiting[chains * sums * P::lanes];
    for (std::size_t chain = 0; chain < chains; ++chain) {
        const float* weights = c.weights + chain * c.width;
        const float* in = x + chain;
        std::size_t left = (c.inputs - chain + chains - 1) / chains;
        auto sum = start_sums<P, sums, Registers>(chain == 0 ? c.bias : zeros, indices<sums>{});
        LAMINATE_ROLLED for (; left >= at_once; left -= at_once) {
            add_inputs<P, 1, Rows, Registers, chains>(sum.at, in, x_stride, weights, step,
                                                      indices<at_once>{});
            in += at_once * chains;
            weights += at_once * step;
        }
        LAMINATE_ROLLED for (; left > 0; --left) {
            add_inputs<P, 1, Rows, Registers>(sum.at, in, x_stride, weights, step, indices<1>{});
            in += chains;
            weights += step;
        }
        store_sums<P>(waiting + chain * sums * P::lanes, sum.at, indices<sums>{});
    }
    const auto sum = add_waiting_chains<P, chains>(waiting, indices<sums>{});
    finish_sums<P, Kind, Registers>(sum.at, y, c, epilogue, indices<sums>{});
}

// `tiles` tiles of `size` rows, Rows at most, from `row` on.
template <class P, class Kind, std::size_t Rows, std::size_t Registers, class Epilogue>
LAMINATE_INLINE void dense_tiles(dense_chunk& c, std::size_t size, std::size_t row,
                                 std::size_t tiles, const Epilogue& epilogue) {
    if (Rows > 1 && size < Rows) {
        if constexpr (Rows > 1)
            dense_tiles<P, Kind, Rows - 1, Registers>(c, size, row, tiles, epilogue);
        return;
    }
    for (const std::size_t end = row + tiles * Rows; row < end; row += Rows) {
        if constexpr (chains_in_turn(Kind::chains, P::registers) && P::lanes > 1)
            dense_tile_by_chain<P, Kind, Rows, Registers>(
                c, c.x + row * c.x_stride, c.y + row * c.y_stride + c.unit, epilogue);
        else
            dense_tile<P, Kind, Rows, Registers>(c, c.x + row * c.x_stride,
                                                 c.y + row * c.y_stride + c.unit, epilogue);
        if constexpr (Kind::far) c.ahead += c.inputs / c.every * c.ahead_width;
    }
}

// All rows, at least one, in as few tiles as possible, and these of nearly equal size: none is much
// smaller than the best.
template <class P, class Kind, std::size_t Accumulators, std::size_t Registers, class Epilogue>
LAMINATE_INLINE void dense_all_rows(dense_chunk& c, std::size_t rows, const Epilogue& epilogue) {
    constexpr std::size_t most = rows_that_fit(Registers, Accumulators, most_tile_rows);
    const std::size_t tiles = (rows + most - 1) / most;
    const std::size_t size = rows / tiles;
    const std::size_t larger = rows % tiles;
    c.every = unrolled_inputs(Kind::chains);
    if constexpr (Kind::far)
        while (c.every < tiles)
            c.every *= 2;
    if (larger > 0) dense_tiles<P, Kind, most, Registers>(c, size + 1, 0, larger, epilogue);
    dense_tiles<P, Kind, most, Registers>(c, size, larger * (size + 1), tiles - larger, epilogue);
}

template <class P, class Shape>
struct rows_chunks {
    static constexpr std::size_t accumulators =
        tile_accumulators(Shape::chains, P::registers, Shape::streams);
    static constexpr std::size_t of(std::size_t registers) {
        return choose_tile(registers, accumulators, most_tile_rows).chunks;
    }
};

// Inputs at a time: weights of a chunk and a tile of rows have room for so many in the L1 cache.
inline constexpr std::size_t inputs_of_block = 256;
// Fewer rows don't pay for copied weights, nor for sums' way to y and back.
inline constexpr std::size_t rows_of_blocks = 24;

template <class P, class Shape>
inline constexpr bool in_blocks = P::lanes > 1 && P::registers <= 16 && Shape::chains == 1 &&
                                  Shape::inputs > inputs_of_block&& Shape::stores_whole(P::lanes);

// A chunk's weights lie a panel's width apart, so that they share few sets of a cache and push each
// other, and the rows, out of it: each tile would bring them anew. Many rows are worth a copy.
// (With 32 registers a tile has twice as many products for each weight, and a copy was no gain.)
template <class P, class Shape, class Kind, std::size_t Floats, std::size_t Width>
inline constexpr bool copies_weights = P::lanes > 1 && P::registers <= 16 && Shape::chains == 1 &&
                                       Shape::streams&& Floats < Width &&
                                       (Kind::goes_on || Shape::inputs <= inputs_of_block);

// A chunk, against the inputs of a block, or all.
template <class P, class Shape, class Kind, std::size_t Registers, std::size_t Width,
          class Epilogue>
LAMINATE_INLINE void dense_chunk_rows(dense_chunk& c, const float* weights, std::size_t unit,
                                      std::size_t rows, const Epilogue& epilogue) {
    constexpr std::size_t floats = Registers * P::lanes;
    c.width = Width;
    c.unit = unit;
    c.weights = weights;
    // The next chunk lies beside this one, or in the next panel. (An address elsewhere, as behind a
    // wider panel, only fetches in vain.)
    c.ahead = weights + floats;
    c.ahead_width = Width;
    if ((unit + floats) % Width == 0) c.ahead += (Shape::inputs - 1) * Width;
    constexpr bool copies = copies_weights<P, Shape, Kind, floats, Width>;
    [[maybe_unused]] alignas(64) float near[copies ? (inputs_of_block + 3) * floats : 1];
    if constexpr (copies)
        if (rows >= rows_of_blocks) {
            for (std::size_t i = 0; i < c.inputs; ++i)
                LAMINATE_UNROLL for (std::size_t at = 0; at < floats; at += P::lanes)
                    P::store(near + i * floats + at, P::load(weights + i * Width + at));
            c.weights = near;
            c.width = floats;
        }
    dense_all_rows<P, Kind, rows_chunks<P, Shape>::accumulators, Registers>(c, rows, epilogue);
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void dense_rows_at_once(dense_chunk& c, const float* weights, const float* bias,
                                        std::size_t rows, const Epilogue& epilogue) {
    using kind = dense_tile_kind<Shape::chains, Shape::inputs % unrolled_inputs(Shape::chains),
                                 Shape::stores_whole(P::lanes), Shape::skips_zeros,
                                 Shape::far(P::registers)>;
    for_each_chunk<P, Shape, rows_chunks<P, Shape>>(
        weights,
        [&](auto registers, auto width, std::size_t unit, const float* at) LAMINATE_INLINE_LAMBDA {
            c.bias = bias + unit;
            dense_chunk_rows<P, Shape, kind, registers.value, width.value>(c, at, unit, rows,
                                                                           epilogue);
        });
}

// The inputs from `first` on.
template <class P, class Shape, std::size_t Rest>
LAMINATE_INLINE void dense_rows_block(dense_chunk& c, const float* x, const float* weights,
                                      std::size_t first, std::size_t inputs, std::size_t rows) {
    using kind = dense_tile_kind<1, Rest, true, false, true, true>;
    c.x = x + first;
    c.inputs = inputs;
    for_each_chunk<P, Shape, rows_chunks<P, Shape>>(
        weights,
        [&](auto registers, auto width, std::size_t unit, const float* at) LAMINATE_INLINE_LAMBDA {
            dense_chunk_rows<P, Shape, kind, registers.value, width.value>(
                c, at + first * width.value, unit, rows, chain<>{});
        });
}

// What becomes of sums that have waited.
template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void finish_rows(float* y, std::size_t y_stride, std::size_t rows,
                                 const Epilogue& epilogue) {
    activation<P, Shape::outputs>(y, y_stride, y, y_stride, rows,
                                  [&epilogue](auto pack, auto sum, std::size_t unit)
                                      LAMINATE_INLINE_LAMBDA {
                                          using p = decltype(pack);
                                          if constexpr (Shape::skips_zeros)
                                              sum = p::add(sum, p::splat(0.0f));
                                          return epilogue(pack, sum, unit);
                                      });
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void dense_rows_in_blocks(dense_chunk& c, const float* weights, const float* bias,
                                          std::size_t rows, const Epilogue& epilogue) {
    constexpr std::size_t fours = Shape::inputs / 4;
    constexpr std::size_t blocks = (Shape::inputs + inputs_of_block - 1) / inputs_of_block;
    constexpr std::size_t last = split_begin(fours, blocks, blocks - 1) * 4;
    const float* const x = c.x;
    for_each_chunk<P, Shape, rows_chunks<P, Shape>>(
        weights, [&](auto registers, auto, std::size_t unit, const float*) LAMINATE_INLINE_LAMBDA {
            for (std::size_t row = 0; row < rows; ++row)
                LAMINATE_UNROLL for (std::size_t at = 0; at < registers.value * P::lanes;
                                     at += P::lanes)
                    P::store(c.y + row * c.y_stride + unit + at, P::load(bias + unit + at));
        });
    for (std::size_t block = 0, first = 0; first < last;) {
        const std::size_t next = split_begin(fours, blocks, ++block) * 4;
        dense_rows_block<P, Shape, 0>(c, x, weights, first, next - first, rows);
        first = next;
    }
    dense_rows_block<P, Shape, Shape::inputs % 4>(c, x, weights, last, Shape::inputs - last, rows);
    if constexpr (Shape::skips_zeros || !std::is_same_v<Epilogue, chain<>>)
        finish_rows<P, Shape>(c.y, c.y_stride, rows, epilogue);
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void dense_rows(const float* x, std::size_t x_stride, const float* weights,
                                const float* bias, float* y, std::size_t y_stride, std::size_t rows,
                                const Epilogue& epilogue) {
    if (rows == 0) return;
    dense_chunk c = {x,        x_stride, Shape::inputs,  weights, 0, bias, y,
                     y_stride, 0,        Shape::outputs, weights, 0, 1};
    if constexpr (in_blocks<P, Shape> && !is_placed<Epilogue>)
        if (rows >= rows_of_blocks) {
            dense_rows_in_blocks<P, Shape>(c, weights, bias, rows, epilogue);
            return;
        }
    dense_rows_at_once<P, Shape>(c, weights, bias, rows, epilogue);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
