// SPDX-License-Identifier: MIT
#pragma once

// The gradient of a depthwise convolution's weights. Needs the maps that the forward kernel read,
// and dy in whole lines, zeros in its padding. Writes weights as packed, zeros in the padding.
//
// The contract on bits: each element is one chain of fma over maps, then positions, in rising order
// from 0 on.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../forward/depthwise.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// The taps of a line of the window that are summed together, from the first on.
template <class P, class Shape, std::size_t... J>
LAMINATE_INLINE void depthwise_weights(const float* x, std::size_t x_map, const float* dy,
                                       std::size_t dy_pitch, std::size_t maps, float* dw,
                                       std::size_t channels, std::index_sequence<J...>) {
    typename P::reg sum[sizeof...(J)] = {(static_cast<void>(J), P::splat(0.0f))...};
    for (std::size_t map = 0; map < maps; ++map, x += x_map)
        for (std::size_t r = 0; r < Shape::out_height; ++r) {
            const float* in = x + r * Shape::out_row;
            for (std::size_t c = 0; c < Shape::out_width;
                 ++c, in += Shape::stride_width * Shape::channels, dy += dy_pitch) {
                const typename P::reg g = P::load(dy);
                ((sum[J] = P::fma(
                      load_some<P>(in + J * Shape::dilation_width * Shape::channels, channels), g,
                      sum[J])),
                 ...);
            }
        }
    (P::store(dw + J * Shape::tap_floats, sum[J]), ...);
}
template <class P, class Shape, std::size_t J>
LAMINATE_INLINE void depthwise_weights_from(const float* x, std::size_t x_map, const float* dy,
                                            std::size_t dy_pitch, std::size_t maps, float* dw,
                                            std::size_t channels) {
    constexpr std::size_t together = P::registers >= 32 ? 16 : 8;
    constexpr std::size_t left = Shape::kernel_width - J;
    constexpr std::size_t count = left < together ? left : together;
    depthwise_weights<P, Shape>(x + J * Shape::dilation_width * Shape::channels, x_map, dy,
                                dy_pitch, maps, dw + J * Shape::tap_floats, channels,
                                std::make_index_sequence<count>{});
    if constexpr (left > count)
        depthwise_weights_from<P, Shape, J + count>(x, x_map, dy, dy_pitch, maps, dw, channels);
}

// Of line `tap_line` of the window; the gradients of positions lie dy_pitch floats apart.
template <class P, class Shape>
constexpr void depthwise_weight_gradient(const float* x, std::size_t x_map, const float* dy,
                                         std::size_t dy_pitch, std::size_t maps, float* dw,
                                         std::size_t tap_line) {
    x += tap_line * Shape::tap_row;
    dw += tap_line * Shape::kernel_width * Shape::tap_floats;
    for (std::size_t k = 0; k < Shape::tap_floats; k += P::lanes) {
        const std::size_t left = k < Shape::channels ? Shape::channels - k : 0;
        if (left == 0) {
            for (std::size_t j = 0; j < Shape::kernel_width; ++j)
                P::store(dw + j * Shape::tap_floats + k, P::splat(0.0f));
            continue;
        }
        depthwise_weights_from<P, Shape, 0>(x + k, x_map, dy + k, dy_pitch, maps, dw + k,
                                            left < P::lanes ? left : P::lanes);
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
