// SPDX-License-Identifier: MIT
#pragma once

// One number of each row: the sum of its units, their mean, the mean of their squares. Reads
// exactly Width floats of each row and writes one.
//
// The contract on bits: term i is added to partial sum i % 16 in rising order, from 0 on (squares
// by fma), the partial sums as a tree (l and l + 8, then + 4, + 2, + 1); a mean is that over Width.
// NaN and infinities are as IEEE additions have them; a sum of -0 is 0.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "fold.hpp"
#include "sizes.hpp"
#include "softmax.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct add_unit {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg sum, typename P::reg x) const {
        return P::add(sum, x);
    }
};
struct add_square {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg sum, typename P::reg x) const {
        return P::fma(x, x, sum);
    }
};

// A row, by registers.
template <class P>
struct row_at {
    const float* x;

    LAMINATE_INLINE typename P::reg load(std::size_t i) const { return P::load(x + i); }
    LAMINATE_INLINE typename P::reg load_first(std::size_t i, std::size_t n) const {
        return P::load_first(x + i, n);
    }
};

// The sum, in every lane.
template <class P, class Width, class Row, class Term>
LAMINATE_INLINE typename P::reg sum_of(Width width, const Row& row, const Term& add) {
    constexpr std::size_t registers = partial_sums / P::lanes;
    constexpr std::size_t tail = units_left<P, Width>;
    const std::size_t whole = width - tail;
    typename P::reg sum[registers] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
    for (std::size_t i = 0; i < whole; i += P::lanes) {
        typename P::reg& part = sum[i / P::lanes % registers];
        part = add(P{}, part, row.load(i));
    }
    if constexpr (tail > 0) {
        typename P::reg& part = sum[whole / P::lanes % registers];
        part = P::select(P::template first_of_each<P::lanes>(tail),
                         add(P{}, part, row.load_first(whole, tail)), part);
    }
    return fold_sum<P, partial_sums>(sum);
}
template <class P, class Width, class Row, class Term>
LAMINATE_INLINE typename P::reg mean_of(Width width, const Row& row, const Term& add) {
    const std::size_t units = width;
    return P::div(sum_of<P>(width, row, add), P::splat(static_cast<float>(units)));
}
template <class P, class Width, class Term>
LAMINATE_INLINE typename P::reg row_mean(Width width, const float* x, const Term& add) {
    return mean_of<P>(width, row_at<P>{x}, add);
}

template <class P, class Term, bool Mean, class Width>
LAMINATE_INLINE void reduce(Width width, const float* x, std::size_t x_stride, float* y,
                            std::size_t y_stride, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        const row_at<P> from = {x + row * x_stride};
        P::store_first(y + row * y_stride,
                       Mean ? mean_of<P>(width, from, Term{}) : sum_of<P>(width, from, Term{}), 1);
    }
}

template <class P, class Sizes>
LAMINATE_INLINE void sum(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                         std::size_t y_stride, std::size_t rows) {
    reduce<P, add_unit, false>(sizes.template get<1>(), x, x_stride, y, y_stride, rows);
}
template <class P, class Sizes>
LAMINATE_INLINE void mean(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                          std::size_t y_stride, std::size_t rows) {
    reduce<P, add_unit, true>(sizes.template get<1>(), x, x_stride, y, y_stride, rows);
}
template <class P, class Sizes>
LAMINATE_INLINE void mean_square(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                                 std::size_t y_stride, std::size_t rows) {
    reduce<P, add_square, true>(sizes.template get<1>(), x, x_stride, y, y_stride, rows);
}

template <class P, std::size_t Units, std::size_t Width>
LAMINATE_INLINE void sum(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                         std::size_t rows) {
    sum<P>(constants<Units, Width>{}, x, x_stride, y, y_stride, rows);
}
template <class P, std::size_t Units, std::size_t Width>
LAMINATE_INLINE void mean(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                          std::size_t rows) {
    mean<P>(constants<Units, Width>{}, x, x_stride, y, y_stride, rows);
}
template <class P, std::size_t Units, std::size_t Width>
LAMINATE_INLINE void mean_square(const float* x, std::size_t x_stride, float* y,
                                 std::size_t y_stride, std::size_t rows) {
    mean_square<P>(constants<Units, Width>{}, x, x_stride, y, y_stride, rows);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
