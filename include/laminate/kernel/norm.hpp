// SPDX-License-Identifier: MIT
#pragma once

// Sums of squares, for norms of gradients and of the weights that reach a unit. Needs whole lines.
// Promises an order fixed by the number of floats: 128 chains of fma, element i in chain i % 128,
// added as a tree (l and l + 64, then + 32, ..., + 1).

#include <cstddef>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"

namespace laminate::kernel {

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
    float chain[square_chains] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g)
        P::store(chain + g * P::lanes, sum[g]);
    for (std::size_t n = square_chains / 2; n > 0; n /= 2)
        for (std::size_t c = 0; c < n; ++c)
            chain[c] += chain[c + n];
    return chain[0];
}

} // namespace laminate::kernel
