// SPDX-License-Identifier: MIT
#pragma once

// Ways back through pools over maps whose positions lie in whole lines, of the channels of which
// some may be padding. dx is the sum of the shares of all windows that see an element, in the order
// of these windows, added to what is there if Adds. The gradient of a maximum goes to the first
// element that is no smaller, as in PyTorch; that of a mean to all of its window.
// Sizes are those of kernel/forward/pool.hpp.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/pool.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// A position whose window is [high] x [wide]: from where on it lies in x and dx.
struct pool_place {
    std::size_t begin;
    std::size_t rows;
    std::size_t row_step;
    std::size_t columns;
    std::size_t step;
};

template <class P>
LAMINATE_INLINE void max_pool_back(const pool_place& at, const float* x, const float* y,
                                   const float* dy, float* dx, std::size_t k) {
    typename P::reg left = P::load(dy + k); // until an element took it
    const typename P::reg best = P::load(y + k);
    const typename P::reg zero = P::splat(0.0f);
    for (std::size_t i = 0; i < at.rows; ++i)
        for (std::size_t j = 0; j < at.columns; ++j) {
            const std::size_t place = at.begin + i * at.row_step + j * at.step + k;
            const typename P::mask is_less = P::less(P::load(x + place), best);
            const typename P::reg share = P::select(is_less, zero, left);
            P::store(dx + place, P::add(P::load(dx + place), share));
            left = P::select(is_less, left, zero);
        }
}

template <class P, class Sizes, bool Adds, class Give>
LAMINATE_INLINE void pool_back(const Sizes& sizes, const float* dy, float* dx, std::size_t maps,
                               const Give& give) {
    const auto channels = sizes.template get<1>();
    const auto height = sizes.template get<2>();
    const auto width = sizes.template get<3>();
    const auto out_height = sizes.template get<4>();
    const auto out_width = sizes.template get<5>();
    const std::size_t line = width * channels;
    std::size_t position = 0;
    for (std::size_t map = 0; map < maps; ++map) {
        const std::size_t begin = map * height * line;
        if constexpr (!Adds)
            for (std::size_t i = 0; i < height * line; ++i)
                dx[begin + i] = 0.0f;
        for (std::size_t r = 0; r < out_height; ++r) {
            const pool_span high = pool_lines(sizes, r);
            for (std::size_t c = 0; c < out_width; ++c, position += channels) {
                const pool_span wide = pool_columns(sizes, c);
                const pool_place at = {begin + high.first * line + wide.first * channels,
                                       high.count, sizes.template get<12>() * line, wide.count,
                                       sizes.template get<13>() * channels};
                for (std::size_t k = 0; k < channels; k += P::lanes)
                    give(at, position, k, dy + position);
            }
        }
    }
}

template <class P, bool Adds, class Sizes>
constexpr void max_pool_gradient(const Sizes& sizes, const float* x, const float* y,
                                 const float* dy, float* dx, std::size_t maps) {
    pool_back<P, Sizes, Adds>(
        sizes, dy, dx, maps,
        [&](const pool_place& at, std::size_t position, std::size_t k, const float* gradient)
            LAMINATE_INLINE_LAMBDA { max_pool_back<P>(at, x, y + position, gradient, dx, k); });
}

template <class P, bool Adds, class Sizes>
constexpr void average_pool_gradient(const Sizes& sizes, const float* dy, float* dx,
                                     std::size_t maps) {
    const std::size_t taps = sizes.template get<6>() * sizes.template get<7>();
    const bool counts_padding = sizes.template get<14>() != 0;
    pool_back<P, Sizes, Adds>(
        sizes, dy, dx, maps,
        [&](const pool_place& at, std::size_t, std::size_t k, const float* gradient)
            LAMINATE_INLINE_LAMBDA {
                const std::size_t of = counts_padding ? taps : at.rows * at.columns;
                const typename P::reg share =
                    P::div(P::load(gradient + k), P::splat(static_cast<float>(of)));
                for (std::size_t i = 0; i < at.rows; ++i)
                    for (std::size_t j = 0; j < at.columns; ++j) {
                        float* const to = dx + at.begin + i * at.row_step + j * at.step + k;
                        P::store(to, P::add(P::load(to), share));
                    }
            });
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
