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

#include "../../base/compiler.hpp"
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

// Units [unit, unit + width) of a row, the first of them at x and y.
template <class P, bool Centred, class Width, class Function>
LAMINATE_INLINE void normalise_part(Width width, const float* x, float* y, std::size_t unit,
                                    float epsilon, const Function& f) {
    constexpr std::size_t tail = units_left<P, Width>;
    const std::size_t whole = width - tail;
    typename P::reg mean = P::splat(0.0f);
    typename P::reg square = mean;
    if constexpr (Centred) {
        mean = row_mean<P>(width, x, add_unit{});
        square = row_mean<P>(width, x, add_centred_square<P>{mean});
    } else {
        square = row_mean<P>(width, x, add_square{});
    }
    const typename P::reg scale = inverse_root<P>(square, epsilon);
    const auto result = [&](typename P::reg a, std::size_t i) LAMINATE_INLINE_LAMBDA {
        if constexpr (Centred) a = P::sub(a, mean);
        return finished<P>(f, P::mul(a, scale), y + i, unit + i);
    };
    for (std::size_t i = 0; i < whole; i += P::lanes)
        P::store(y + i, result(P::load(x + i), i));
    if constexpr (tail > 0)
        P::store_first(y + whole, result(P::load_first(x + whole, tail), whole), tail);
}

template <class P, bool Centred, class Sizes, class Function>
LAMINATE_INLINE void normalise(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                               std::size_t y_stride, std::size_t rows, float epsilon,
                               const Function& f) {
    const auto width = sizes.template get<0>();
    const auto part = over(width, sizes.template get<1>());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t unit = 0; unit < width; unit += part)
            normalise_part<P, Centred>(part, x + row * x_stride + unit, y + row * y_stride + unit,
                                       unit, epsilon, f);
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
