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

// The least power of two that is Count or more, and 16 at most.
constexpr std::size_t places(std::size_t count) {
    std::size_t n = 1;
    while (n < count && n < partial_sums)
        n *= 2;
    return n;
}

// Combines the first Places floats of registers that lie one behind the other, as a tree: l with
// l + Places / 2, and so on. Places is a power of two.
template <class P, std::size_t Places, class Combine>
LAMINATE_INLINE float fold(typename P::reg* a, const Combine& combine) {
    if constexpr (Places == 1) {
        return P::first_lane(a[0]);
    } else {
        constexpr std::size_t half = Places / 2;
        if constexpr (half >= P::lanes) {
            LAMINATE_UNROLL for (std::size_t g = 0; g < half / P::lanes; ++g) a[g] =
                combine(a[g], a[g + half / P::lanes]);
        } else {
            a[0] = combine(a[0], P::template shifted<half>(a[0]));
        }
        return fold<P, half>(a, combine);
    }
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
    constexpr std::size_t count = Width < P::lanes ? Width : P::lanes;
    return fold<P, places(count)>(&best, [](auto l, auto r)
                                             LAMINATE_INLINE_LAMBDA { return P::max(l, r); });
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
        const typename P::reg total = P::splat(fold<P, places(Width)>(
            sum, [](auto l, auto r) LAMINATE_INLINE_LAMBDA { return P::add(l, r); }));
        for (std::size_t i = 0; i < whole; i += P::lanes)
            P::store(to + i, P::div(P::load(to + i), total));
        if constexpr (tail > 0) P::store_first(to + whole, P::div(last, total), tail);
    }
}

} // namespace laminate::kernel
