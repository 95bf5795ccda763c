// SPDX-License-Identifier: MIT
#pragma once

// Layer normalisation (Ba et al., 2016): (x - m) / sqrt(v + epsilon), where m is the mean of a row
// and v that of (x - m)^2; and by the root of the mean square (Zhang and Sennrich, 2019):
// x / sqrt(s + epsilon), where s is the mean of x^2. Of each of Groups equal parts of a row. Then
// the functions that follow, a learned scale first. Reads and writes exactly Width floats of each
// row; y may be x. Infinities and NaN make their whole part NaN.
//
// The contract on bits: sums are those of reduction.hpp; what is subtracted is rounded, and so are
// 1 / sqrt(v + epsilon), with three roundings, and the product with it.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "beside.hpp"
#include "chain.hpp"
#include "reduction.hpp"
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P>
struct add_centred_square {
    typename P::reg mean;

    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg sum, typename P::reg x) const {
        const typename P::reg d = P::sub(x, mean);
        return P::fma(d, d, sum);
    }
};

template <class P>
LAMINATE_INLINE typename P::reg inverse_root(typename P::reg square, float epsilon) {
    return P::div(P::splat(1.0f), P::sqrt(P::add(square, P::splat(epsilon))));
}

// Of each row, in every lane.
template <class P, std::size_t... At>
struct row_moments {
    typename rows_beside<P, At...>::reg mean, square;
};
template <bool Centred, class Width, class P, std::size_t... At>
LAMINATE_INLINE row_moments<P, At...> row_moments_of(Width width,
                                                     const rows_beside<P, At...>& rows) {
    using all = rows_beside<P, At...>;
    if constexpr (Centred) {
        const auto mean = mean_of<all>(width, rows, add_unit{});
        return {mean, mean_of<all>(width, rows, add_centred_square<all>{mean})};
    } else {
        return {all::splat(0.0f), mean_of<all>(width, rows, add_square{})};
    }
}

// Units [unit, unit + width) of rows, the first of them at x and y.
template <bool Centred, class Width, class P, std::size_t... At, class Function>
LAMINATE_INLINE void normalise_by(Width width, const typename rows_beside<P, At...>::reg& mean,
                                  const typename rows_beside<P, At...>::reg& scale,
                                  const rows_beside<P, At...>& rows, float* y, std::size_t y_stride,
                                  std::size_t unit, const Function& f) {
    using all = rows_beside<P, At...>;
    using reg = typename all::reg;
    constexpr std::size_t tail = units_left<P, Width>;
    const std::size_t whole = width - tail;
    const auto scaled = [&](const reg& a) LAMINATE_INLINE_LAMBDA {
        return all::mul(Centred ? all::sub(a, mean) : a, scale);
    };
    const auto result = [&](const reg& a, std::size_t row, std::size_t i) LAMINATE_INLINE_LAMBDA {
        return finished<P>(f, a.at[row], y + row * y_stride + i, unit + i);
    };
    for (std::size_t i = 0; i < whole; i += P::lanes) {
        const reg a = scaled(rows.load(i));
        (P::store(y + At * y_stride + i, result(a, At, i)), ...);
    }
    if constexpr (tail > 0) {
        const reg a = scaled(rows.load_first(whole, tail));
        (P::store_first(y + At * y_stride + whole, result(a, At, whole), tail), ...);
    }
}

// A number of each row, which all lanes have, in a lane of its own.
template <class P, std::size_t... At>
LAMINATE_INLINE typename P::reg lane_of_each(const typename rows_beside<P, At...>::reg& a) {
    typename P::reg all = a.at[0];
    ((all = At == 0 ? all : P::select(P::first(At), all, a.at[At])), ...);
    return all;
}

// So many rows are beside each other, and at most so many in a chunk, which stays in the L1 cache.
template <class P>
inline constexpr std::size_t rows_to_normalise = P::lanes < 4 ? 1 : 4;
constexpr std::size_t chunk_to_normalise(std::size_t width) {
    std::size_t rows = 32;
    while (rows > 4 && rows * width > 4096)
        rows /= 2;
    return rows;
}

// Rows of a chunk, a multiple of those beside each other: first the factors of all, a root and a
// quotient for several at once, then the results, so that none waits for its own.
template <class P, std::size_t Width, bool Centred, class Function, std::size_t... At>
LAMINATE_INLINE void normalise_chunk(const float* x, std::size_t x_stride, float* y,
                                     std::size_t y_stride, std::size_t rows, std::size_t unit,
                                     float epsilon, const Function& f, std::index_sequence<At...>) {
    using beside = rows_beside<P, At...>;
    float means[chunk_to_normalise(Width) + P::lanes] = {};
    float scales[chunk_to_normalise(Width) + P::lanes] = {};
    for (std::size_t row = 0; row < rows; row += sizeof...(At)) {
        const beside from = {{}, x + row * x_stride, x_stride};
        const auto found = row_moments_of<Centred>(constant<Width>{}, from);
        P::store(means + row, lane_of_each<P, At...>(found.mean));
        P::store(scales + row, inverse_root<P>(lane_of_each<P, At...>(found.square), epsilon));
    }
    for (std::size_t row = 0; row < rows; row += sizeof...(At)) {
        const beside from = {{}, x + row * x_stride, x_stride};
        normalise_by<Centred>(constant<Width>{}, {{P::splat(means[row + At])...}},
                              {{P::splat(scales[row + At])...}}, from, y + row * y_stride, y_stride,
                              unit, f);
    }
}

template <class P, bool Centred, class Sizes, class Function>
LAMINATE_INLINE void normalise(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                               std::size_t y_stride, std::size_t rows, float epsilon,
                               const Function& f) {
    const auto width = sizes.template get<0>();
    const auto part = over(width, sizes.template get<1>());
    constexpr std::size_t beside = rows_to_normalise<P>;
    std::size_t row = 0;
    if constexpr (beside > 1) {
        constexpr std::size_t chunk = chunk_to_normalise(part);
        const std::size_t whole = rows / beside * beside;
        for (; row < whole; row += chunk) {
            const std::size_t count = whole - row < chunk ? whole - row : chunk;
            for (std::size_t unit = 0; unit < width; unit += part)
                normalise_chunk<P, part, Centred>(x + row * x_stride + unit, x_stride,
                                                  y + row * y_stride + unit, y_stride, count, unit,
                                                  epsilon, f, std::make_index_sequence<beside>{});
        }
        row = whole;
    }
    for (; row < rows; ++row) {
        for (std::size_t unit = 0; unit < width; unit += part) {
            const rows_beside<P, 0> from = {{}, x + row * x_stride + unit, x_stride};
            const auto found = row_moments_of<Centred>(part, from);
            normalise_by<Centred>(part, found.mean,
                                  {{inverse_root<P>(found.square.at[0], epsilon)}}, from,
                                  y + row * y_stride + unit, y_stride, unit, f);
        }
    }
}

template <class P, class Sizes, class Function>
LAMINATE_INLINE void layer_norm(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                                std::size_t y_stride, std::size_t rows, float epsilon,
                                const Function& f) {
    normalise<P, true>(sizes, x, x_stride, y, y_stride, rows, epsilon, f);
}
template <class P, class Sizes, class Function>
LAMINATE_INLINE void rms_norm(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                              std::size_t y_stride, std::size_t rows, float epsilon,
                              const Function& f) {
    normalise<P, false>(sizes, x, x_stride, y, y_stride, rows, epsilon, f);
}

template <class P, std::size_t Width, std::size_t Groups, class Function>
LAMINATE_INLINE void layer_norm(const float* x, std::size_t x_stride, float* y,
                                std::size_t y_stride, std::size_t rows, float epsilon,
                                const Function& f) {
    layer_norm<P>(constants<Width, Groups>{}, x, x_stride, y, y_stride, rows, epsilon, f);
}
template <class P, std::size_t Width, std::size_t Groups, class Function>
LAMINATE_INLINE void rms_norm(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                              std::size_t rows, float epsilon, const Function& f) {
    rms_norm<P>(constants<Width, Groups>{}, x, x_stride, y, y_stride, rows, epsilon, f);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
