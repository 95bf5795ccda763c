// SPDX-License-Identifier: MIT
#pragma once

// Dense layer, y = epilogue(W x + b), for one row or many. Needs weights in panels and bias in
// whole lines (base/panel.hpp). Reads exactly Inputs floats of each row of x; writes Outputs floats
// of each row of y, and unless Exact whole registers, so up to the end of a line. Padding is
// written here and read by nobody.
//
// The contract on bits: output o is the sum of Chains chains of fma. Chain c runs over the inputs
// i with i % Chains == c in rising order; chain 0 starts from the bias, the others from 0; then
// chain c + n is added to chain c for n = Chains/2, ..., 2, 1. Where zeros may be skipped, a sum is
// never -0 (dense_shape.hpp); where outputs share lines of weights, zeros follow the inputs
// (dense_narrow.hpp).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "activation.hpp"
#include "chain.hpp"
#include "dense_handed.hpp"
#include "dense_narrow.hpp"
#include "dense_row.hpp"
#include "dense_rows.hpp"
#include "dense_shape.hpp"
#include "rows_at.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// With 16 registers the constants of an approximated function and the sums of a tile spill each
// other. The function then follows in a pass of its own, over rows that the cache still holds, but
// for one row of a function by table: it saves the time between two passes.
template <class P, std::size_t MaxRows, class Epilogue>
inline constexpr bool epilogue_follows =
    P::registers <= 16 && P::lanes > 1 && is_approximated<Epilogue> &&
    !(MaxRows == 1 && has_tables<Epilogue>);

// y[r] = epilogue(W x[r] + b) for `rows` rows, MaxRows at most; with MaxRows 1 for exactly one.
template <class P, class Shape, std::size_t MaxRows, class Epilogue>
LAMINATE_INLINE void dense_here(const float* x, std::size_t x_stride, const float* weights,
                                const float* bias, float* y, std::size_t y_stride, std::size_t rows,
                                const Epilogue& epilogue) {
    if constexpr (epilogue_follows<P, MaxRows, Epilogue>) {
        dense_here<P, Shape, MaxRows>(x, x_stride, weights, bias, y, y_stride, rows, chain<>{});
        activation<P, Shape::outputs>(y, y_stride, y, y_stride, rows, epilogue);
    } else if constexpr (is_narrow(Shape::inputs, Shape::outputs))
        dense_narrow<P, Shape, MaxRows>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
    else if constexpr (MaxRows == 1)
        dense_row<P, Shape>(x, weights, bias, y, epilogue);
    else
        dense_rows<P, Shape>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
}

// The same, of which equal layers of a network share one instance.
template <class P, class Shape, std::size_t MaxRows, class Epilogue>
LAMINATE_SHARED constexpr void dense(const float* x, std::size_t x_stride, const float* weights,
                                     const float* bias, float* y, std::size_t y_stride,
                                     std::size_t rows, const Epilogue& epilogue) {
    dense_here<P, Shape, MaxRows>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
}

// The same with instructions of its own for a single row, see ir::step::alone.
template <class P, class Shape, std::size_t MaxRows, class Epilogue>
LAMINATE_INLINE void dense_alone(const float* x, std::size_t x_stride, const float* weights,
                                 const float* bias, float* y, std::size_t y_stride,
                                 std::size_t rows, const Epilogue& epilogue) {
    if constexpr (MaxRows == 1)
        dense_here<P, Shape, 1>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
    else
        dense<P, Shape, MaxRows>(x, x_stride, weights, bias, y, y_stride, rows, epilogue);
}

// The same from rows in memory or registers to rows in either (rows_at.hpp).
template <class P, class Shape, std::size_t MaxRows, class From, class To, class Epilogue>
LAMINATE_INLINE void dense(const From& from, const float* weights, const float* bias, To& to,
                           std::size_t rows, const Epilogue& epilogue) {
    if constexpr (in_memory<From> && in_memory<To>)
        dense<P, Shape, MaxRows>(from.first, from.stride, weights, bias, to.first, to.stride, rows,
                                 epilogue);
    else if constexpr (is_narrow(Shape::inputs, Shape::outputs))
        dense_narrow_handed<P, Shape>(from, weights, bias, to.first, epilogue);
    else
        dense_row_handed<P, Shape>(from, weights, bias, to, epilogue);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
