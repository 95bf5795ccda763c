// SPDX-License-Identifier: MIT
#pragma once

// Dense layer for a single row, y = epilogue(W x + b), where each weight is read once: what counts
// is how fast weights come. Needs what kernel/forward/dense.hpp needs. Reads and writes what it
// does, and gives the bits that it promises.

#include <cstddef>
#include <cstdint>

#include "../../base/compiler.hpp"
#include "../../base/tile.hpp"
#include "dense_shape.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// How far ahead the hardware's own prefetching, late for what comes from behind the L2 cache, is
// helped: 2 KiB of weights, or as many inputs as take about as long.
inline constexpr std::size_t floats_ahead = 512;
inline constexpr std::size_t inputs_ahead = 16;

// The sums of Registers registers of outputs, one per chain.
template <class P, class Shape, std::size_t Registers>
struct row_sums : register_sums<P, Shape::chains * Registers> {};

// Adds an input times its weights, which begin at `weights`, to chain c. Where weights come from
// afar, those at `later` are fetched meanwhile.
template <class P, class Shape, std::size_t Registers>
LAMINATE_INLINE void row_add(row_sums<P, Shape, Registers>& sum, std::size_t c,
                             typename P::reg input, const float* weights, const float* later) {
    typename P::reg* const to = sum.at + c * Registers;
    LAMINATE_UNROLL for (std::size_t g = 0; g < Registers; ++g) {
        const std::size_t at = g * P::lanes;
        if constexpr (Shape::far(P::registers))
            if (at % line_floats == 0) P::prefetch(later + at);
        to[g] = P::fma(input, P::load(weights + at), to[g]);
    }
}

// The same, of the inputs in order.
template <class P, class Shape, std::size_t Registers>
LAMINATE_INLINE void row_add_next(row_sums<P, Shape, Registers>& sum, std::size_t c,
                                  typename P::reg input, const float* weights) {
    const float* later = weights;
    if constexpr (Shape::far(P::registers)) later += floats_ahead;
    row_add<P, Shape>(sum, c, input, weights, later);
}

// Adds the inputs in each four lanes of `four`, the first of which is input number i.
template <class P, class Shape, std::size_t Registers, std::size_t Width>
LAMINATE_INLINE void row_add_four(row_sums<P, Shape, Registers>& sum, std::size_t i,
                                  typename P::reg four, const float* weights) {
    constexpr std::size_t chains = Shape::chains;
    const float* const at = weights + i * Width;
    row_add_next<P, Shape>(sum, i % chains, P::template splat_of_four<0>(four), at);
    row_add_next<P, Shape>(sum, (i + 1) % chains, P::template splat_of_four<1>(four), at + Width);
    row_add_next<P, Shape>(sum, (i + 2) % chains, P::template splat_of_four<2>(four),
                           at + 2 * Width);
    row_add_next<P, Shape>(sum, (i + 3) % chains, P::template splat_of_four<3>(four),
                           at + 3 * Width);
}

// Adds Count inputs, the first of which belongs to chain 0. Loading an input into all lanes takes
// as long as loading a register of its weights; where there are few of these, inputs come in fours
// and are spread inside the register.
template <class P, class Shape, std::size_t Registers, std::size_t Width, std::size_t Count>
LAMINATE_INLINE void row_add_inputs(row_sums<P, Shape, Registers>& sum, const float* x,
                                    const float* weights) {
    constexpr std::size_t in_fours = P::lanes >= 4 ? Count / 4 * 4 : 0;
    if constexpr (in_fours > 0)
        LAMINATE_UNROLL for (std::size_t i = 0; i < in_fours; i += 4)
            row_add_four<P, Shape, Registers, Width>(sum, i, P::template load_repeated<4>(x + i),
                                                     weights);
    LAMINATE_UNROLL for (std::size_t i = in_fours; i < Count; ++i)
        row_add_next<P, Shape>(sum, i % Shape::chains, P::splat(x[i]), weights + i * Width);
}

// Inputs of one turn of the loop. The L1 cache of a Zen 5 follows a stride of less than 2 KiB
// between the addresses of one instruction, and weights then come half again as fast from L2; so
// where they come from there, a turn is as short as it can be.
template <class Shape>
constexpr std::size_t inputs_at_once() {
    return Shape::streams || Shape::chains > 4 ? Shape::chains : 4;
}

template <class P, class Shape, std::size_t Registers, std::size_t Width>
LAMINATE_INLINE void row_add_all(row_sums<P, Shape, Registers>& sum, const float* x,
                                 const float* weights) {
    constexpr std::size_t at_once = inputs_at_once<Shape>();
    constexpr std::size_t whole = Shape::inputs / at_once * at_once;
    LAMINATE_ROLLED for (std::size_t i = 0; i < whole; i += at_once)
        row_add_inputs<P, Shape, Registers, Width, at_once>(sum, x + i, weights + i * Width);
    row_add_inputs<P, Shape, Registers, Width, Shape::inputs - whole>(sum, x + whole,
                                                                      weights + whole * Width);
}

// Positions of the inputs that aren't zero, a list for each chain.
template <class P, class Shape>
struct nonzero_inputs {
    static constexpr std::size_t chains = Shape::chains;
    // Entries behind the end may be read.
    std::uint32_t position[chains][Shape::inputs / chains + 1 + inputs_ahead + P::lanes];
    std::size_t count[chains];
    std::size_t total;

    explicit LAMINATE_INLINE_RUNTIME nonzero_inputs(const float* x) : count{}, total(0) {
        constexpr std::size_t tail = Shape::inputs % P::lanes;
        std::size_t found[chains] = {}; // kept in registers
        const auto note = [&](typename P::reg values, std::size_t i) LAMINATE_INLINE_LAMBDA {
            LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) {
                typename P::reg own = values;
                if constexpr (chains == 2) {
                    const auto even = P::template first_of_each<2>(1);
                    own = c == 0 ? P::select(even, values, P::splat(0.0f))
                                 : P::select(even, P::splat(0.0f), values);
                }
                found[c] +=
                    P::store_nonzero(position[c] + found[c], own, static_cast<std::uint32_t>(i));
            }
        };
        for (std::size_t i = 0; i + P::lanes <= Shape::inputs; i += P::lanes)
            note(P::load(x + i), i);
        if constexpr (tail > 0)
            note(P::load_first(x + Shape::inputs - tail, tail), Shape::inputs - tail);
        for (std::size_t c = 0; c < chains; ++c) {
            count[c] = found[c];
            total += found[c];
            for (std::size_t k = 0; k < inputs_ahead; ++k)
                position[c][count[c] + k] = 0;
        }
    }
};

template <class P, class Shape, std::size_t Registers, std::size_t Width>
LAMINATE_INLINE_RUNTIME void row_add_nonzero(row_sums<P, Shape, Registers>& sum, const float* x,
                                             const float* weights,
                                             const nonzero_inputs<P, Shape>& inputs) {
    constexpr std::size_t chains = Shape::chains;
    const auto add = [&](std::size_t k, std::size_t c) LAMINATE_INLINE_LAMBDA {
        const std::size_t i = inputs.position[c][k];
        const std::size_t later = inputs.position[c][k + inputs_ahead];
        row_add<P, Shape>(sum, c, P::splat(x[i]), weights + i * Width, weights + later * Width);
    };
    std::size_t common = inputs.count[0];
    if constexpr (chains == 2) common = inputs.count[1] < common ? inputs.count[1] : common;
    LAMINATE_ROLLED for (std::size_t k = 0; k < common; ++k)
        LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) add(k, c);
    if constexpr (chains == 2)
        LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c)
            LAMINATE_ROLLED for (std::size_t k = common; k < inputs.count[c]; ++k) add(k, c);
}

// Chain 0 starts from the bias.
template <class P, class Shape, std::size_t Registers>
LAMINATE_INLINE row_sums<P, Shape, Registers> row_start(const float* bias) {
    return {start_sums<P, Registers, Registers>(bias, indices<Shape::chains * Registers>{})};
}

// Writes the outputs from `unit` on, the first of which lies at y. (Not a loop: with -O2 Clang
// leaves one around a long function, and the sums then go through memory.)
template <class P, class Shape, std::size_t Registers, class Epilogue, std::size_t... G>
LAMINATE_INLINE void row_store(const row_sums<P, Shape, Registers>& sum, float* y, std::size_t unit,
                               const Epilogue& epilogue, std::index_sequence<G...>) {
    (store_outputs<P, Shape::stores_whole(P::lanes), Shape::skips_zeros>(
         y + G * P::lanes, unit + G * P::lanes, Shape::outputs, sum.at[G], epilogue),
     ...);
}

// One chunk of a panel: Registers registers of outputs, which start at `unit`. `nonzero` is null
// where all inputs are to be added.
template <class P, class Shape, std::size_t Registers, std::size_t Width, class Epilogue>
LAMINATE_INLINE void dense_row_chunk(const float* x, const float* weights, const float* bias,
                                     float* y, std::size_t unit, const Epilogue& epilogue,
                                     const nonzero_inputs<P, Shape>* nonzero) {
    auto sum = row_start<P, Shape, Registers>(bias + unit);
    if (Shape::skips_zeros && nonzero != nullptr) {
        row_add_nonzero<P, Shape, Registers, Width>(sum, x, weights, *nonzero);
    } else {
        row_add_all<P, Shape, Registers, Width>(sum, x, weights);
    }
    add_chains<P, Shape::chains, Registers>(sum.at);
    row_store<P, Shape>(sum, y + unit, unit, epilogue, indices<Registers>{});
}

template <class P, class Shape>
struct row_chunks {
    static constexpr std::size_t of(std::size_t registers) {
        return choose_tile(registers, accumulator_budget(P::registers) / Shape::chains, 1).chunks;
    }
};

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void dense_row_with(const float* x, const float* weights, const float* bias,
                                    float* y, const Epilogue& epilogue,
                                    const nonzero_inputs<P, Shape>* nonzero) {
    for_each_chunk<P, Shape, row_chunks<P, Shape>>(
        weights,
        [&](auto registers, auto width, std::size_t unit, const float* at) LAMINATE_INLINE_LAMBDA {
            dense_row_chunk<P, Shape, registers.value, width.value>(x, at, bias, y, unit, epilogue,
                                                                    nonzero);
        });
}

// Skipping zeros pays where at least a third of the inputs are zero: weights then come one row at a
// time, for which the hardware doesn't prefetch.
template <class P, class Shape, class Epilogue>
LAMINATE_INLINE_RUNTIME bool dense_row_skipping(const float* x, const float* weights,
                                                const float* bias, float* y,
                                                const Epilogue& epilogue) {
    const nonzero_inputs<P, Shape> nonzero(x);
    if (nonzero.total * 3 > Shape::inputs * 2) return false;
    dense_row_with<P, Shape>(x, weights, bias, y, epilogue, &nonzero);
    return true;
}

template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void dense_row(const float* x, const float* weights, const float* bias, float* y,
                               const Epilogue& epilogue) {
    if constexpr (Shape::skips_zeros && P::lanes > 1)
        if (!__builtin_is_constant_evaluated() &&
            dense_row_skipping<P, Shape>(x, weights, bias, y, epilogue))
            return;
    dense_row_with<P, Shape>(x, weights, bias, y, epilogue,
                             static_cast<const nonzero_inputs<P, Shape>*>(nullptr));
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
