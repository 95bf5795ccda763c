// SPDX-License-Identifier: MIT
#pragma once

// Hyperbolic sine and cosine; tanh is in kernel/forward/tanh.hpp. Needs the words of a pack and
// kernel/forward/exp.hpp. Promises the stated error on every float, and the same bits on every
// pack.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "exp.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// e^|x| / 2, which is a float up to where sinh and cosh are: both are inf from 89.415993 on.
template <class P>
LAMINATE_INLINE typename P::reg half_exp(P pack, typename P::reg x) {
    using reduction = exp_reduction<1>;
    // A constant comes first: min then lets a NaN through.
    const typename P::reg size = P::min(P::splat(89.5f), P::abs(x));
    const typename P::reg n = P::sub(reduction::shifted(pack, size), P::splat(reduction::magic));
    const typename P::reg r = reduction::rest(pack, size, n);
    const typename P::reg square = P::mul(r, r);
    const typename P::reg rise = P::fma(square, exp_curve<1>(pack, r, square), r);
    return P::template scale_1p<128>(rise, P::sub(n, P::splat(1.0f)));
}

// sinh(+-0) = +-0, sinh(+-inf) = +-inf.
struct sinh {
    static constexpr double max_ulp = 1.7;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg half = half_exp(pack, x);
        const typename P::reg far = P::sub(half, P::div(P::splat(0.25f), half));
        // Up to 1 a polynomial, off by 2^-31.6 of it; tests/accuracy/curves.py found it.
        const typename P::reg s = P::min(P::splat(1.0f), P::abs(x));
        const typename P::reg z = P::mul(s, s);
        const typename P::reg high =
            P::fma(z, P::splat(0x1.756c1ep-19f), P::splat(0x1.a022bcp-13f));
        const typename P::reg low =
            P::fma(z, P::fma(z, high, P::splat(0x1.1110e0p-7f)), P::splat(0x1.555556p-3f));
        const typename P::reg near = P::fma(s, P::mul(z, low), s);
        return P::copysign(P::select(P::less(P::splat(1.0f), P::abs(x)), far, near), x);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const;
};

// cosh(+-0) = 1, cosh(+-inf) = inf.
struct cosh {
    static constexpr double max_ulp = 1.5;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg half = half_exp(pack, x);
        return P::add(half, P::div(P::splat(0.25f), half));
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return sinh{}(pack, x);
    }
};

template <class P>
LAMINATE_INLINE typename P::reg sinh::derivative(P pack, typename P::reg x, typename P::reg,
                                                 std::size_t) const {
    return cosh{}(pack, x);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
