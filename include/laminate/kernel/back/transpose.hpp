// SPDX-License-Identifier: MIT
#pragma once

// The weights of a dense layer turned around, for the product that takes gradients back through it:
// panels of [output][inputs in whole lines]. Needs weights as packed (base/panel.hpp). Reads all of
// them, padding too; writes all of the turned ones, zeros in the padding.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Where the turned weights of `output` start in a panel of inputs: those of the layer's other
// direction, never narrow.
constexpr std::size_t turned_floats(std::size_t inputs, std::size_t outputs) {
    return outputs * whole_lines(inputs);
}

// One step of turning a square of lanes x lanes around: blocks of N x N change places.
template <class P, std::size_t N>
LAMINATE_INLINE void swap_blocks(typename P::reg* a) {
    if constexpr (N > 0) {
        const typename P::mask lower = P::template first_of_each<2 * N>(N);
        LAMINATE_UNROLL for (std::size_t i = 0; i < P::lanes; ++i) {
            if ((i & N) != 0) continue;
            const typename P::reg top = a[i];
            const typename P::reg bottom = a[i + N];
            a[i] = P::select(lower, top, P::template swapped<N>(bottom));
            a[i + N] = P::select(lower, P::template swapped<N>(top), bottom);
        }
        swap_blocks<P, N / 2>(a);
    }
}

// A square: row i is at from + i * from_stride, column i goes to `to` + i * to_stride. Where fewer
// than all rows exist, the others are zeros; where fewer columns are wanted, the others go nowhere.
template <class P>
LAMINATE_INLINE void transpose_square(const float* from, std::size_t from_stride, std::size_t rows,
                                      float* to, std::size_t to_stride, std::size_t columns) {
    typename P::reg a[P::lanes] = {};
    LAMINATE_UNROLL for (std::size_t i = 0; i < P::lanes; ++i) a[i] =
        i < rows ? P::load(from + i * from_stride) : P::splat(0.0f);
    swap_blocks<P, P::lanes / 2>(a);
    LAMINATE_UNROLL for (std::size_t i = 0; i < P::lanes; ++i) if (i < columns)
        P::store(to + i * to_stride, a[i]);
}

// The weights of one tap of a window, all that there are of a dense layer: of `taps`, tap number
// `tap` becomes number `back` of `backs`. The turned weights have BackPanels panels of inputs.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels,
          std::size_t BackPanels>
constexpr void transpose_tap(const float* weights, std::size_t taps, std::size_t tap, float* turned,
                             std::size_t backs, std::size_t back) {
    for (std::size_t p = 0; p < BackPanels; ++p) {
        const std::size_t first = panel_begin(Inputs, BackPanels, p);
        const std::size_t width = panel_begin(Inputs, BackPanels, p + 1) - first;
        float* const to = turned + (first * backs + back * width) * Outputs;
        for (std::size_t q = 0; q < Panels; ++q) {
            const std::size_t begin = panel_begin(Outputs, Panels, q);
            const std::size_t stride = panel_begin(Outputs, Panels, q + 1) - begin;
            const std::size_t count = Outputs - begin < stride ? Outputs - begin : stride;
            const float* const from = weights + (begin * taps + tap * stride) * Inputs;
            for (std::size_t i = 0; i < width; i += P::lanes)
                for (std::size_t o = 0; o < count; o += P::lanes)
                    transpose_square<P>(from + (first + i) * stride + o, stride,
                                        Inputs > first + i ? Inputs - first - i : 0,
                                        to + (begin + o) * width + i, width, count - o);
        }
    }
}

// Inputs and Outputs are the layer's own; the turned weights have BackPanels panels of inputs.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels,
          std::size_t BackPanels>
constexpr void transpose_weights(const float* weights, float* turned) {
    if constexpr (!is_narrow(Inputs, Outputs)) {
        transpose_tap<P, Inputs, Outputs, Panels, BackPanels>(weights, 1, 0, turned, 1, 0);
    } else {
        for (std::size_t p = 0; p < BackPanels; ++p) {
            const std::size_t first = panel_begin(Inputs, BackPanels, p);
            const std::size_t width = panel_begin(Inputs, BackPanels, p + 1) - first;
            float* const to = turned + first * Outputs;
            for (std::size_t o = 0; o < Outputs; ++o)
                for (std::size_t i = 0; i < width; ++i)
                    to[o * width + i] =
                        first + i < Inputs ? weights[narrow_position(Outputs, o, first + i)] : 0.0f;
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
