// SPDX-License-Identifier: MIT
#pragma once

// Where rows lie that a dense layer reads or writes: in memory, or a single row between two small
// layers in registers, so that the next layer need not wait until it is stored and loaded again.
// Needs a pack. Promises to change speed only.

#include <cstddef>
#include <type_traits>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class Float>
struct rows_at {
    Float* first;
    std::size_t stride;
};

// Made from where the row would lie in memory, like rows_at.
template <class P, std::size_t Floats>
struct row_in_registers {
    static constexpr std::size_t registers = Floats / P::lanes;
    typename P::reg at[registers];

    LAMINATE_INLINE row_in_registers(float*, std::size_t) : at{} {}
};

// What a plan marks as handed on (ir/step.hpp), of at most MaxRows rows of Floats floats each. The
// row takes up to 64 floats of the registers, and the accumulators of the next layer 128. (In
// registers for 128 floats, those of AVX2, a network that took 177 cycles took 221.)
template <class P, std::size_t Floats, std::size_t MaxRows>
using rows_between =
    std::conditional_t<MaxRows == 1 && P::lanes >= 4 && P::lanes * P::registers >= 256,
                       row_in_registers<P, Floats>, rows_at<float>>;

template <class Rows>
inline constexpr bool in_memory = false;
template <class Float>
inline constexpr bool in_memory<rows_at<Float>> = true;

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
