// SPDX-License-Identifier: MIT
#pragma once

// Dense layer for a single row that comes from the layer before, or goes to the next one, in
// registers. Needs what kernel/dense.hpp needs, of a layer small enough that all its inputs are
// unrolled. Reads and writes what it does, and gives the bits that it promises.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "dense_narrow.hpp"
#include "dense_row.hpp"
#include "dense_shape.hpp"
#include "rows_at.hpp"

namespace laminate::kernel {

template <class P, std::size_t Chains, std::size_t Registers, std::size_t... I>
LAMINATE_INLINE void tie_sums(typename P::reg (&sum)[Chains][Registers],
                              std::index_sequence<I...>) {
    P::tie(sum[I / Registers][I % Registers]...);
}

// Adds the inputs in a register, which are the first of the weights given.
template <class P, class Shape, std::size_t Registers, std::size_t Width, std::size_t... Q>
LAMINATE_INLINE void row_add_register(row_sums<P, Shape, Registers>& sum, typename P::reg inputs,
                                      const float* weights, std::index_sequence<Q...>) {
    static_assert(P::lanes % Shape::chains == 0, "Laminate: each register starts with chain 0");
    (row_add_four<P, Shape, Registers, Width>(sum, 4 * Q, P::template four_of<Q>(inputs), weights),
     ...);
    if constexpr (Shape::chains * Registers <= 8)
        tie_sums<P>(sum, std::make_index_sequence<Shape::chains * Registers>{});
}

template <class P, class Shape, std::size_t Registers, std::size_t Width, std::size_t Floats,
          std::size_t... R>
LAMINATE_INLINE void row_add_registers(row_sums<P, Shape, Registers>& sum,
                                       const row_in_registers<P, Floats>& from,
                                       const float* weights, std::index_sequence<R...>) {
    (row_add_register<P, Shape, Registers, Width>(sum, from.at[R], weights + R * P::lanes * Width,
                                                  std::make_index_sequence<P::lanes / 4>{}),
     ...);
}

template <class P, class Shape, class From, class To, class Epilogue>
LAMINATE_INLINE void dense_row_handed(const From& from, const float* weights, const float* bias,
                                      To& to, const Epilogue& epilogue) {
    static_assert(Shape::panels == 1 && !Shape::skips_zeros && !Shape::far,
                  "Laminate: only small layers hand their row on");
    constexpr std::size_t registers = (Shape::outputs + P::lanes - 1) / P::lanes;
    constexpr std::size_t width = whole_lines(Shape::outputs);
    row_sums<P, Shape, registers> sum = {};
    row_start<P, Shape>(sum, bias);
    if constexpr (in_memory<From>)
        row_add_all<P, Shape, registers, width>(sum, from.first, weights);
    else
        row_add_registers<P, Shape, registers, width>(sum, from, weights,
                                                      std::make_index_sequence<From::registers>{});
    row_add_chains<P, Shape>(sum);
    if constexpr (in_memory<To>)
        row_store<P, Shape>(sum, to.first, 0, epilogue);
    else
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) to.at[g] =
            finished<P>(epilogue, sum[0][g], nullptr, g * P::lanes);
}

// What register Q of the weights of a narrow layer is multiplied with.
template <class P, class Shape, std::size_t Q, std::size_t Floats>
LAMINATE_INLINE typename P::reg narrow_handed_input(const row_in_registers<P, Floats>& from) {
    constexpr std::size_t row = narrow_layout<P, Shape>::row;
    if constexpr (P::lanes > row && row > 1) {
        return P::template spread<row, Q % row>(from.at[Q / row]);
    } else if constexpr (P::lanes > row) {
        return from.at[Q];
    } else {
        constexpr std::size_t input = Q * P::lanes / row;
        return P::template splat_of_four<input % 4>(
            P::template four_of<input % P::lanes / 4>(from.at[input / P::lanes]));
    }
}

template <class P, class Shape, std::size_t Floats, std::size_t... Q>
LAMINATE_INLINE void narrow_add_registers(narrow_sums<P, Shape, 1>& sum,
                                          const row_in_registers<P, Floats>& from,
                                          const float* weights, std::index_sequence<Q...>) {
    using layout = narrow_layout<P, Shape>;
    const auto add = [&](auto q) LAMINATE_INLINE_LAMBDA {
        constexpr std::size_t n = decltype(q)::value;
        auto& s = sum[n / layout::registers % layout::in_flight][0][n % layout::registers];
        s = P::fma(narrow_handed_input<P, Shape, n>(from), P::load(weights + n * P::lanes), s);
    };
    (add(std::integral_constant<std::size_t, Q>{}), ...);
}

template <class P, class Shape, std::size_t Floats, class Epilogue>
LAMINATE_INLINE void dense_narrow_handed(const row_in_registers<P, Floats>& from,
                                         const float* weights, const float* bias, float* y,
                                         const Epilogue& epilogue) {
    constexpr std::size_t registers = Floats * narrow_layout<P, Shape>::row / P::lanes;
    narrow_sums<P, Shape, 1> sum = {};
    narrow_start<P, Shape, 1>(sum, bias);
    narrow_add_registers<P, Shape>(sum, from, weights, std::make_index_sequence<registers>{});
    narrow_finish<P, Shape, 1>(sum, y, 0, epilogue);
}

} // namespace laminate::kernel
