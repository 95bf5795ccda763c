// SPDX-License-Identifier: MIT
#pragma once

// Dense layer for a single row that comes from the layer before, or goes to the next one, in
// registers. Needs what kernel/forward/dense.hpp needs, of a layer small enough that all its inputs
// are unrolled. Reads and writes what it does, and gives the bits that it promises.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "dense_narrow.hpp"
#include "dense_row.hpp"
#include "dense_shape.hpp"
#include "rows_at.hpp"
#include "sums.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, std::size_t... At>
LAMINATE_INLINE void tie_sums(typename P::reg* sum, std::index_sequence<At...>) {
    P::tie(sum[At]...);
}

// Adds the inputs in a register, which are the first of the weights given.
template <class P, class Shape, std::size_t Registers, std::size_t Width, std::size_t... Q>
LAMINATE_INLINE void row_add_register(row_sums<P, Shape, Registers>& sum, typename P::reg inputs,
                                      const float* weights, std::index_sequence<Q...>) {
    static_assert(P::lanes % Shape::chains == 0, "Laminate: each register starts with chain 0");
    (row_add_four<P, Shape, Registers, Width>(sum, 4 * Q, P::template repeated<4, Q>(inputs),
                                              weights),
     ...);
    if constexpr (Shape::chains * Registers <= 8)
        tie_sums<P>(sum.at, indices<Shape::chains * Registers>{});
}

template <class P, class Shape, std::size_t Registers, std::size_t Width, std::size_t Floats,
          std::size_t... R>
LAMINATE_INLINE void row_add_registers(row_sums<P, Shape, Registers>& sum,
                                       const row_in_registers<P, Floats>& from,
                                       const float* weights, std::index_sequence<R...>) {
    (row_add_register<P, Shape, Registers, Width>(sum, from.at[R], weights + R * P::lanes * Width,
                                                  indices<P::lanes / 4>{}),
     ...);
}

template <class P, class To, class Epilogue, std::size_t... G>
LAMINATE_INLINE void hand_on(const typename P::reg* sum, To& to, const Epilogue& epilogue,
                             std::index_sequence<G...>) {
    ((to.at[G] = finished<P>(epilogue, sum[G], nullptr, G * P::lanes)), ...);
}
template <class P, class Shape, class From, class To, class Epilogue>
LAMINATE_INLINE void dense_row_handed(const From& from, const float* weights, const float* bias,
                                      To& to, const Epilogue& epilogue) {
    static_assert(Shape::panels == 1 && !Shape::skips_zeros && !Shape::far(16),
                  "Laminate: only small layers hand their row on");
    constexpr std::size_t registers = (Shape::outputs + P::lanes - 1) / P::lanes;
    constexpr std::size_t width = whole_lines(Shape::outputs);
    auto sum = row_start<P, Shape, registers>(bias);
    if constexpr (in_memory<From>)
        row_add_all<P, Shape, registers, width>(sum, from.first, weights);
    else
        row_add_registers<P, Shape, registers, width>(sum, from, weights,
                                                      indices<From::registers>{});
    add_chains<P, Shape::chains, registers>(sum.at);
    if constexpr (in_memory<To>)
        row_store<P, Shape>(sum, to.first, 0, epilogue, indices<registers>{});
    else
        hand_on<P>(sum.at, to, epilogue, indices<registers>{});
}

// Register Part of group number Line of the inputs of a narrow layer.
template <class P, std::size_t Group, std::size_t Line, std::size_t Part, std::size_t Floats>
LAMINATE_INLINE typename P::reg narrow_handed_input(const row_in_registers<P, Floats>& from) {
    constexpr std::size_t first = Line * Group + Part * P::lanes;
    if constexpr (Group < P::lanes)
        return P::template repeated<Group, first % P::lanes / Group>(from.at[first / P::lanes]);
    else
        return from.at[first / P::lanes];
}

template <class P, class Shape, std::size_t Line, std::size_t Floats, std::size_t... Part,
          std::size_t... G>
LAMINATE_INLINE void narrow_add_handed(typename P::reg* sum,
                                       const row_in_registers<P, Floats>& from,
                                       const float* weights, std::index_sequence<Part...> parts,
                                       std::index_sequence<G...> registers) {
    using layout = narrow_layout<P, Shape>;
    const typename P::reg input[] = {narrow_handed_input<P, layout::group, Line, Part>(from)...};
    const typename P::reg weight[] = {P::load(weights + Line * line_floats + G * P::lanes)...};
    narrow_add<P>(sum + Line % layout::in_flight * sizeof...(G), input, weight, parts, registers);
}

template <class P, class Shape, std::size_t Floats, class Epilogue, std::size_t... Line>
LAMINATE_INLINE void dense_narrow_handed(const row_in_registers<P, Floats>& from,
                                         const float* weights, const float* bias, float* y,
                                         const Epilogue& epilogue, std::index_sequence<Line...>) {
    using layout = narrow_layout<P, Shape>;
    auto sum = narrow_start<P, Shape, 1>(bias);
    (narrow_add_handed<P, Shape, Line>(sum.at, from, weights, indices<layout::parts>{},
                                       indices<layout::registers>{}),
     ...);
    narrow_finish<P, Shape>(sum.at, y, 0, epilogue, indices<1>{});
}

template <class P, class Shape, std::size_t Floats, class Epilogue>
LAMINATE_INLINE void dense_narrow_handed(const row_in_registers<P, Floats>& from,
                                         const float* weights, const float* bias, float* y,
                                         const Epilogue& epilogue) {
    dense_narrow_handed<P, Shape>(from, weights, bias, y, epilogue,
                                  indices<Floats / narrow_layout<P, Shape>::group>{});
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
