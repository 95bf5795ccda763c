// SPDX-License-Identifier: MIT
#pragma once

// What a gradient is multiplied with on its way back through elementwise functions, before it is
// stored: the epilogue of every kernel that writes gradients. Needs rows of gradients and of values
// that lie alike, in whole lines, so that the place of one tells that of the other. Promises one
// rounded product for each function, the last function of the network first.

#include <cstddef>
#include <type_traits>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class Function, class = void>
inline constexpr bool is_finite_everywhere = false;
template <class Function>
inline constexpr bool
    is_finite_everywhere<Function, std::enable_if_t<Function::derivative_is_finite>> = true;

// A gradient of 0 stays 0, also where `derivative` is infinite or NaN: as it may be in padding.
template <class Function, class P>
LAMINATE_INLINE typename P::reg times_derivative(P, typename P::reg gradient,
                                                 typename P::reg derivative) {
    const typename P::reg product = P::mul(gradient, derivative);
    if constexpr (is_finite_everywhere<Function>)
        return product;
    else
        return P::select(P::less(P::splat(0.0f), P::abs(gradient)), product, gradient);
}

// y = f(x): the gradient times f'(x).
template <class Function>
struct through_function {
    Function f;
    const float* x; // not read, unless the derivative needs it
    const float* y;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg gradient, std::size_t at,
                                               std::size_t unit) const {
        const typename P::reg after = P::load(y + at);
        if constexpr (Function::derivative_needs_input)
            return times_derivative<Function>(pack, gradient,
                                              f.derivative(pack, P::load(x + at), after, unit));
        else
            return times_derivative<Function>(pack, gradient,
                                              f.derivative(pack, after, after, unit));
    }
};

// y = mask * x
struct through_mask {
    const float* mask;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg gradient, std::size_t at,
                                               std::size_t) const {
        return P::mul(gradient, P::load(mask + at));
    }
};

template <class... Factors>
struct factors;

template <>
struct factors<> {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg gradient, std::size_t,
                                               std::size_t) const {
        return gradient;
    }
};

template <class First, class... Rest>
struct factors<First, Rest...> {
    First first;
    factors<Rest...> rest;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg gradient, std::size_t at,
                                               std::size_t unit) const {
        return rest(pack, first(pack, gradient, at, unit), at, unit);
    }
};

template <class First, class... Rest>
constexpr factors<First, Rest...> times(First first, factors<Rest...> rest) {
    return {first, rest};
}

// The epilogue of a kernel that writes gradients from `origin` on, where all rows of values start
// too.
template <class Factors>
struct back_through {
    const float* origin;
    Factors all;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg gradient, const float* to,
                                               std::size_t unit) const {
        return all(pack, gradient, static_cast<std::size_t>(to - origin), unit);
    }
};

// The same, added to what is there: another share of the gradient of a value that several read.
template <class Factors>
struct back_added {
    const float* origin;
    Factors all;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg gradient, const float* to,
                                               std::size_t unit) const {
        return P::add(P::load(to),
                      all(pack, gradient, static_cast<std::size_t>(to - origin), unit));
    }
};

template <class Factors>
inline constexpr bool is_placed<back_through<Factors>> = true;
template <class Factors>
inline constexpr bool is_placed<back_added<Factors>> = true;

// Gradients that go back through functions alone: rows of `floats`, whole lines; dx may be dy.
template <class P, class Epilogue>
constexpr void back_rows(const float* dy, float* dx, std::size_t floats, std::size_t rows,
                         const Epilogue& epilogue) {
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < floats; i += P::lanes) {
            const std::size_t at = row * floats + i;
            P::store(dx + at, epilogue(P{}, P::load(dy + at), dx + at, i));
        }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
