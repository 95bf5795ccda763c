// SPDX-License-Identifier: MIT
#pragma once

// Maximum or mean over windows of maps that lie channels last, x [Height][Width][Channels] and y
// [OutHeight][OutWidth][Channels]. Padding isn't in memory: windows begin Before elements in front
// of the map and are clipped at its borders, and each must hold an element of it. Reads nothing
// outside of x, writes exactly Outputs floats of each row.
//
// The contract on bits: elements of a window follow each other by rising rows, then columns. The
// maximum goes from the first to the last: a NaN gives NaN, and of zeros that are the maximum the
// last gives the sign. The mean is their sum, from the first on, over how many they are; where
// padding counts, over KernelHeight * KernelWidth.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "largest.hpp"
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct pool_maximum {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg best, typename P::reg x) const {
        return max_or_nan<P>(best, x);
    }
    template <class P>
    LAMINATE_INLINE typename P::reg result(P, typename P::reg best, std::size_t) const {
        return best;
    }
};
template <class CountsPadding>
struct pool_mean {
    std::size_t taps;
    CountsPadding counts_padding;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg sum, typename P::reg x) const {
        return P::add(sum, x);
    }
    template <class P>
    LAMINATE_INLINE typename P::reg result(P, typename P::reg sum, std::size_t count) const {
        const std::size_t of = counts_padding != 0 ? taps : count;
        return P::div(sum, P::splat(static_cast<float>(of)));
    }
};

// The part of a window that lies inside of the map, along one axis.
struct pool_span {
    std::size_t first; // in the map
    std::size_t count;
};
template <class Extent, class Out, class Kernel, class Stride, class Before, class Dilation>
LAMINATE_INLINE pool_span pool_span_of(Extent extent, Out out, Kernel kernel, Stride stride,
                                       Before before, Dilation dilation, std::size_t at) {
    const std::size_t begin = at * stride; // `before` elements more than in the map
    if (before == 0 && (out - 1) * stride + (kernel - 1) * dilation < extent)
        return {begin, kernel}; // all windows are whole
    const std::size_t skipped = begin < before ? (before - begin + dilation - 1) / dilation : 0;
    const std::size_t first = begin + skipped * dilation - before;
    const std::size_t left = (extent - first + dilation - 1) / dilation;
    const std::size_t whole = kernel - skipped;
    return {first, whole < left ? whole : left};
}

// Those of row r of positions, and of column c.
template <class Sizes>
LAMINATE_INLINE pool_span pool_lines(const Sizes& sizes, std::size_t r) {
    return pool_span_of(sizes.template get<2>(), sizes.template get<4>(), sizes.template get<6>(),
                        sizes.template get<8>(), sizes.template get<10>(), sizes.template get<12>(),
                        r);
}
template <class Sizes>
LAMINATE_INLINE pool_span pool_columns(const Sizes& sizes, std::size_t c) {
    return pool_span_of(sizes.template get<3>(), sizes.template get<5>(), sizes.template get<7>(),
                        sizes.template get<9>(), sizes.template get<11>(), sizes.template get<13>(),
                        c);
}

// A window of a map: elements lie `step` floats apart in a row, rows `row_step`.
struct pool_window {
    const float* x;
    std::size_t rows;
    std::size_t row_step;
    std::size_t columns;
    std::size_t step;
};

template <class P, std::size_t Count>
struct pool_registers {
    typename P::reg at[Count];
};
template <class P, std::size_t Tail>
LAMINATE_INLINE typename P::reg pool_load(const float* p) {
    if constexpr (Tail > 0)
        return P::load_first(p, Tail);
    else
        return P::load(p);
}

// Count registers of channels of a window, the last of Tail channels if that isn't 0.
template <class P, std::size_t Tail, class Pool, std::size_t... At>
LAMINATE_INLINE void pool_channels(const pool_window& window, std::size_t channel, float* y,
                                   const Pool& pool, std::index_sequence<At...>) {
    const float* const x = window.x + channel;
    constexpr std::size_t count = sizeof...(At);
    pool_registers<P, count> best = {{pool_load<P, Tail>(x + At * P::lanes)...}};
    const auto add = [&](const float* p) LAMINATE_INLINE_LAMBDA {
        ((best.at[At] = pool(P{}, best.at[At], pool_load<P, Tail>(p + At * P::lanes))), ...);
    };
    for (std::size_t j = 1; j < window.columns; ++j)
        add(x + j * window.step);
    for (std::size_t i = 1; i < window.rows; ++i)
        for (std::size_t j = 0; j < window.columns; ++j)
            add(x + i * window.row_step + j * window.step);
    const std::size_t elements = window.rows * window.columns;
    const auto store = [&](float* to, typename P::reg a) LAMINATE_INLINE_LAMBDA {
        const typename P::reg result = pool.result(P{}, a, elements);
        if constexpr (Tail > 0)
            P::store_first(to, result, Tail);
        else
            P::store(to, result);
    };
    (store(y + channel + At * P::lanes, best.at[At]), ...);
}

template <class P, class Channels, class Pool>
LAMINATE_INLINE void pool_position(Channels channels, const pool_window& window, float* y,
                                   const Pool& pool) {
    constexpr std::size_t together = P::lanes == 1 ? 1 : 4;
    constexpr std::size_t tail = units_left<P, Channels>;
    std::size_t k = 0;
    for (; k + together * P::lanes <= channels; k += together * P::lanes)
        pool_channels<P, 0>(window, k, y, pool, std::make_index_sequence<together>{});
    for (; k + P::lanes <= channels; k += P::lanes)
        pool_channels<P, 0>(window, k, y, pool, std::make_index_sequence<1>{});
    if constexpr (tail > 0)
        pool_channels<P, tail>(window, k, y, pool, std::make_index_sequence<1>{});
}

template <class P, class Sizes, class Pool>
LAMINATE_INLINE void pool_rows(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                               std::size_t y_stride, std::size_t rows, const Pool& pool) {
    const auto channels = sizes.template get<1>();
    const auto width = sizes.template get<3>();
    const auto out_height = sizes.template get<4>();
    const auto out_width = sizes.template get<5>();
    const std::size_t line = width * channels;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride;
        float* to = y + row * y_stride;
        for (std::size_t r = 0; r < out_height; ++r) {
            const pool_span high = pool_lines(sizes, r);
            for (std::size_t c = 0; c < out_width; ++c, to += channels) {
                const pool_span wide = pool_columns(sizes, c);
                const pool_window window = {from + high.first * line + wide.first * channels,
                                            high.count, sizes.template get<12>() * line, wide.count,
                                            sizes.template get<13>() * channels};
                pool_position<P>(channels, window, to, pool);
            }
        }
    }
}

// Sizes: outputs, channels, height, width, and then of rows and of columns each: outputs, kernel,
// stride, before, dilation; for the mean whether padding counts.
template <class P, class Sizes>
LAMINATE_INLINE void max_pool(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                              std::size_t y_stride, std::size_t rows) {
    pool_rows<P>(sizes, x, x_stride, y, y_stride, rows, pool_maximum{});
}
template <class P, class Sizes>
LAMINATE_INLINE void average_pool(const Sizes& sizes, const float* x, std::size_t x_stride,
                                  float* y, std::size_t y_stride, std::size_t rows) {
    const std::size_t kernel_height = sizes.template get<6>();
    const std::size_t kernel_width = sizes.template get<7>();
    const auto counts_padding = sizes.template get<14>();
    const pool_mean<std::remove_const_t<decltype(counts_padding)>> mean = {
        kernel_height * kernel_width, counts_padding};
    pool_rows<P>(sizes, x, x_stride, y, y_stride, rows, mean);
}

template <class P, std::size_t Outputs, std::size_t Channels, std::size_t Height, std::size_t Width,
          std::size_t OutHeight, std::size_t OutWidth, std::size_t KernelHeight,
          std::size_t KernelWidth, std::size_t StrideHeight, std::size_t StrideWidth,
          std::size_t BeforeHeight, std::size_t BeforeWidth, std::size_t DilationHeight,
          std::size_t DilationWidth>
LAMINATE_SHARED constexpr void max_pool(const float* x, std::size_t x_stride, float* y,
                                        std::size_t y_stride, std::size_t rows) {
    static_assert(Outputs == OutHeight * OutWidth * Channels,
                  "Laminate: a pool has as many outputs as positions times channels");
    using sizes = constants<Outputs, Channels, Height, Width, OutHeight, OutWidth, KernelHeight,
                            KernelWidth, StrideHeight, StrideWidth, BeforeHeight, BeforeWidth,
                            DilationHeight, DilationWidth>;
    max_pool<P>(sizes{}, x, x_stride, y, y_stride, rows);
}
template <class P, std::size_t Outputs, std::size_t Channels, std::size_t Height, std::size_t Width,
          std::size_t OutHeight, std::size_t OutWidth, std::size_t KernelHeight,
          std::size_t KernelWidth, std::size_t StrideHeight, std::size_t StrideWidth,
          std::size_t BeforeHeight, std::size_t BeforeWidth, std::size_t DilationHeight,
          std::size_t DilationWidth, std::size_t CountsPadding>
LAMINATE_SHARED constexpr void average_pool(const float* x, std::size_t x_stride, float* y,
                                            std::size_t y_stride, std::size_t rows) {
    static_assert(Outputs == OutHeight * OutWidth * Channels,
                  "Laminate: a pool has as many outputs as positions times channels");
    using sizes = constants<Outputs, Channels, Height, Width, OutHeight, OutWidth, KernelHeight,
                            KernelWidth, StrideHeight, StrideWidth, BeforeHeight, BeforeWidth,
                            DilationHeight, DilationWidth, CountsPadding>;
    average_pool<P>(sizes{}, x, x_stride, y, y_stride, rows);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
