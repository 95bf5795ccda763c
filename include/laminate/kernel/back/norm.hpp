// SPDX-License-Identifier: MIT
#pragma once

// Sums of squares, for norms of gradients and of the weights that reach a unit. Needs whole lines.
// Promises an order fixed by the number of floats: 128 chains of fma, element i in chain i % 128,
// added as a tree (l and l + 64, then + 32, ..., + 1).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../pack/scalar.hpp"
#include "../forward/fold.hpp"
#include "../forward/sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

inline constexpr std::size_t square_chains = 128;

template <class P>
constexpr float sum_of_squares(const float* x, std::size_t floats) {
    constexpr std::size_t registers = square_chains / P::lanes;
    typename P::reg sum[registers] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
    std::size_t i = 0;
    for (; i + square_chains <= floats; i += square_chains)
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) {
            const typename P::reg a = P::load(x + i + g * P::lanes);
            sum[g] = P::fma(a, a, sum[g]);
        }
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) if (i + g * P::lanes < floats) {
        const typename P::reg a = P::load(x + i + g * P::lanes);
        sum[g] = P::fma(a, a, sum[g]);
    }
    add_chains<P, registers, 1>(sum);
    float total = 0.0f;
    P::store_first(&total, fold_sum<P, P::lanes>(sum), 1);
    return total;
}

// Scales the weights of each output, `count` of them, so that their norm is at most `most`; those
// of a register of outputs, from input i, are at w + position(i). The sum of squares is one chain
// of fma in rising order.
template <class P, class Position>
LAMINATE_INLINE void limit_norm(float* w, std::size_t count, const Position& position, float most) {
    typename P::reg sum = P::splat(0.0f);
    for (std::size_t i = 0; i < count; ++i) {
        const typename P::reg a = P::load(w + position(i));
        sum = P::fma(a, a, sum);
    }
    const typename P::reg norm = P::sqrt(sum);
    const typename P::reg bound = P::splat(most);
    const typename P::reg factor =
        P::select(P::less(bound, norm), P::div(bound, norm), P::splat(1.0f));
    for (std::size_t i = 0; i < count; ++i)
        P::store(w + position(i), P::mul(P::load(w + position(i)), factor));
}

// The same for all outputs of a matrix in panels.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels>
constexpr void limit_panels(float* weights, float most) {
    for (std::size_t p = 0; p < Panels; ++p) {
        const std::size_t begin = panel_begin(Outputs, Panels, p);
        const std::size_t width = panel_begin(Outputs, Panels, p + 1) - begin;
        for (std::size_t o = 0; o < width; o += P::lanes)
            limit_norm<P>(
                weights + begin * Inputs + o, Inputs, [width](std::size_t i) { return i * width; },
                most);
    }
}
// Of a dense layer, whose weights are packed.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels>
constexpr void limit_norms(float* weights, float most) {
    if constexpr (is_narrow(Inputs, Outputs))
        for (std::size_t o = 0; o < Outputs; ++o)
            limit_norm<pack::scalar>(
                weights, Inputs, [o](std::size_t i) { return narrow_position(Outputs, o, i); },
                most);
    else
        limit_panels<P, Inputs, Outputs, Panels>(weights, most);
}
// Of the taps of a depthwise convolution, channel by channel.
template <class P, std::size_t Channels, std::size_t Taps>
constexpr void limit_taps(float* weights, float most) {
    for (std::size_t k = 0; k < whole_lines(Channels); k += P::lanes)
        limit_norm<P>(
            weights + k, Taps, [](std::size_t tap) { return tap * whole_lines(Channels); }, most);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
