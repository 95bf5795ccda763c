// SPDX-License-Identifier: MIT
#pragma once

// What is fixed of a dense layer, as a type, the parameter of all its kernels; how their outputs
// are walked over, finished and stored. Needs numbers that the plan chose. Promises that kernels
// agree in all of it.

#include <cstddef>
#include <type_traits>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"
#include "chain.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t Inputs, std::size_t Outputs, std::size_t Panels, std::size_t Chains,
          bool Exact, bool SkipsZeros = false, unsigned Far = 0>
struct dense_shape {
    static constexpr std::size_t inputs = Inputs;
    static constexpr std::size_t outputs = Outputs;
    static constexpr std::size_t panels = Panels;
    static constexpr std::size_t chains = Chains;
    static constexpr bool exact = Exact; // nothing may be written behind the outputs

    // Weights of zero inputs need not be read. So that reading them changes no bit, the sign of a
    // zero result, the one thing that a sum can get from terms of zero, is always +.
    static constexpr bool skips_zeros = SkipsZeros;

    // Weights are read again after more than the L2 cache holds, and so come from behind it: 1
    // where that is a small one (base/cache.hpp), as cores of 16 registers have, 2 where it is any.
    static constexpr bool far(std::size_t registers) { return Far > (registers > 16 ? 1U : 0U); }
    // They don't stay in the L1 cache.
    static constexpr bool streams = weights_stream(Inputs, Outputs);

    // Whether all registers of `lanes` floats that are computed hold outputs alone: the last of
    // several panels is computed to the end of its line.
    static constexpr bool whole_registers(std::size_t lanes) {
        return Outputs % (Panels == 1 ? lanes : line_floats) == 0;
    }

    // Whether registers may be stored as they are.
    static constexpr bool stores_whole(std::size_t lanes) {
        return !Exact || whole_registers(lanes);
    }
};

// Writes the register of outputs that starts at `unit`, of `outputs` in all, to y. Whole: it may be
// stored as it is; PlusZero: its sums must not be -0.
template <class P, bool Whole, bool PlusZero, class Epilogue>
LAMINATE_INLINE void store_outputs(float* y, std::size_t unit, std::size_t outputs,
                                   typename P::reg sum, const Epilogue& epilogue) {
    if constexpr (PlusZero) sum = P::add(sum, P::splat(0.0f));
    const typename P::reg result = finished<P>(epilogue, sum, y, unit);
    if (Whole || unit + P::lanes <= outputs)
        P::store(y, result);
    else if (unit < outputs)
        P::store_first(y, result, outputs - unit);
}

// The chunks of the panels [First, Last), all of Width floats, of which Registers registers are
// computed; see for_each_chunk.
template <class P, class Shape, class Chunks, std::size_t First, std::size_t Last,
          std::size_t Registers, std::size_t Width, class Function>
LAMINATE_INLINE void for_each_chunk_of(const float* weights, const Function& f) {
    constexpr std::size_t chunks = Chunks::of(Registers);
    constexpr std::size_t larger = Registers % chunks;
    constexpr std::integral_constant<std::size_t, Width> width = {};
    for (std::size_t p = First; p < Last; ++p) {
        const std::size_t begin = panel_begin(Shape::outputs, Shape::panels, p);
        for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
            const std::size_t offset = split_begin(Registers, chunks, chunk) * P::lanes;
            const float* const at = weights + begin * Shape::inputs + offset;
            if constexpr (larger > 0)
                if (chunk < larger) {
                    f(std::integral_constant<std::size_t, Registers / chunks + 1>{}, width,
                      begin + offset, at);
                    continue;
                }
            f(std::integral_constant<std::size_t, Registers / chunks>{}, width, begin + offset, at);
        }
    }
}

// Calls f(registers, width, unit, weights) for each chunk of each panel, where Chunks::of(n) is how
// many chunks n registers are cut into: the registers of the chunk and the floats of the panel's
// rows as integral constants, the chunk's first output, and its weights of input 0.
template <class P, class Shape, class Chunks, class Function>
LAMINATE_INLINE void for_each_chunk(const float* weights, const Function& f) {
    constexpr std::size_t all = lines(Shape::outputs);
    constexpr std::size_t larger = all % Shape::panels;
    constexpr std::size_t width = all / Shape::panels * line_floats;
    constexpr std::size_t registers =
        Shape::panels == 1 ? (Shape::outputs + P::lanes - 1) / P::lanes : width / P::lanes;
    if constexpr (larger > 0)
        for_each_chunk_of<P, Shape, Chunks, 0, larger, (width + line_floats) / P::lanes,
                          width + line_floats>(weights, f);
    for_each_chunk_of<P, Shape, Chunks, larger, Shape::panels, registers, width>(weights, f);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
