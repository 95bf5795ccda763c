// SPDX-License-Identifier: MIT
#pragma once

// What is fixed of a dense layer, as a type, the parameter of all its kernels, and how their
// outputs are finished and stored. Needs numbers that the plan chose. Promises that kernels agree
// in both.

#include <cstddef>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "../base/tile.hpp"

namespace laminate::kernel {

template <std::size_t Inputs, std::size_t Outputs, std::size_t Panels, std::size_t Chains,
          bool Exact, bool SkipsZeros = false, bool Far = false>
struct dense_shape {
    static constexpr std::size_t inputs = Inputs;
    static constexpr std::size_t outputs = Outputs;
    static constexpr std::size_t panels = Panels;
    static constexpr std::size_t chains = Chains;
    static constexpr bool exact = Exact; // nothing may be written behind the outputs

    // Weights of zero inputs need not be read. So that reading them changes no bit, the sign of a
    // zero result, the one thing that a sum can get from terms of zero, is always +.
    static constexpr bool skips_zeros = SkipsZeros;

    // Weights are read again after more than the L2 cache holds: they come from behind it.
    static constexpr bool far = Far;
    // They don't stay in the L1 cache.
    static constexpr bool streams = weights_stream(Inputs, Outputs);

    // Whether all registers of `lanes` floats that are computed hold outputs alone: the last of
    // several panels is computed to the end of its line.
    static constexpr bool whole_registers(std::size_t lanes) {
        return Outputs % (Panels == 1 ? lanes : line_floats) == 0;
    }
};

// Writes the register of outputs that starts at `unit`, whose sums are given.
template <class P, class Shape, class Epilogue>
LAMINATE_INLINE void store_outputs(float* y, std::size_t unit, typename P::reg sum,
                                   const Epilogue& epilogue) {
    if constexpr (Shape::skips_zeros) sum = P::add(sum, P::splat(0.0f));
    const typename P::reg result = epilogue(P{}, sum, unit);
    if constexpr (!Shape::exact || Shape::whole_registers(P::lanes)) {
        P::store(y + unit, result);
    } else {
        if (unit + P::lanes <= Shape::outputs) {
            P::store(y + unit, result);
        } else if (unit < Shape::outputs) {
            P::store_first(y + unit, result, Shape::outputs - unit);
        }
    }
}

} // namespace laminate::kernel
