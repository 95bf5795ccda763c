// SPDX-License-Identifier: MIT
#pragma once

// Softmax of a row: y[i] = exp(x[i] - m) / sum over j of exp(x[j] - m), where m is the row's
// maximum. Needs at least one unit. Reads and writes exactly Width floats of each row; y may be x.
//
// The contract on bits: the sum is 16 partial sums, term i in partial sum i % 16 in rising order,
// added as a tree (l and l + 8, then + 4, + 2, + 1). Subtracting the maximum keeps every exp in
// [0, 1], so nothing overflows; padded lanes take no part. A NaN or +inf anywhere, or -inf
// everywhere, gives NaN everywhere, as in PyTorch.
//
// Error: that of exp, of the subtraction (|x[i] - m| / 2 ulp of y[i] at most), of the sum (4 +
// Width / 16 roundings) and of the division.

#include <cstddef>
#include <limits>

#include "../base/compiler.hpp"
#include "exp.hpp"

namespace laminate::kernel {

inline constexpr std::size_t partial_sums = 16;

// Combines s[0 .. Places) as a tree; Places is a power of two. Only the first Count places count:
// the others hold what changes nothing.
template <std::size_t Places, std::size_t Count, class Combine>
LAMINATE_INLINE float fold(float* s, const Combine& combine) {
    LAMINATE_UNROLL for (std::size_t n = Places / 2; n > 0; n /= 2) {
        const std::size_t pairs = Count <= n ? 0 : Count - n < n ? Count - n : n;
        LAMINATE_UNROLL for (std::size_t l = 0; l < pairs; ++l) s[l] = combine(s[l], s[l + n]);
    }
    return s[0];
}

template <class P, std::size_t Width>
LAMINATE_INLINE float row_maximum(const float* x) {
    constexpr std::size_t tail = Width % P::lanes;
    const typename P::reg lowest = P::splat(-std::numeric_limits<float>::infinity());
    typename P::reg best = lowest;
    for (std::size_t i = 0; i + P::lanes <= Width; i += P::lanes)
        best = P::max(best, P::load(x + i));
    if constexpr (tail > 0)
        best =
            P::max(best, P::select(P::first(tail), P::load_first(x + Width - tail, tail), lowest));
    float lane[P::lanes] = {};
    P::store(lane, best);
    return fold<P::lanes, Width>(lane, [](float a, float b) { return a > b ? a : b; });
}

template <class P, std::size_t Width>
constexpr void softmax(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                       std::size_t rows) {
    constexpr std::size_t tail = Width % P::lanes;
    constexpr std::size_t whole = Width - tail;
    constexpr std::size_t registers = partial_sums / P::lanes;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride;
        float* const to = y + row * y_stride;
        const typename P::reg maximum = P::splat(row_maximum<P, Width>(from));
        typename P::reg sum[registers] = {};
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
        for (std::size_t i = 0; i < whole; i += P::lanes) {
            const typename P::reg e = exp::not_positive(P{}, P::sub(P::load(from + i), maximum));
            P::store(to + i, e);
            sum[i / P::lanes % registers] = P::add(sum[i / P::lanes % registers], e);
        }
        typename P::reg last = P::splat(0.0f); // kept in a register: a partial store can't forward
        if constexpr (tail > 0) {
            const typename P::reg in = P::load_first(from + whole, tail);
            last = P::select(P::first(tail), exp::not_positive(P{}, P::sub(in, maximum)), last);
            constexpr std::size_t g = whole / P::lanes % registers;
            sum[g] = P::add(sum[g], last);
        }
        float partial[partial_sums] = {};
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g)
            P::store(partial + g * P::lanes, sum[g]);
        const typename P::reg total =
            P::splat(fold<partial_sums, Width>(partial, [](float a, float b) { return a + b; }));
        for (std::size_t i = 0; i < whole; i += P::lanes)
            P::store(to + i, P::div(P::load(to + i), total));
        if constexpr (tail > 0) P::store_first(to + whole, P::div(last, total), tail);
    }
}

} // namespace laminate::kernel
