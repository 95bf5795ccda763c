// SPDX-License-Identifier: MIT
#pragma once

// The logistic function 1 / (1 + e^-x). Needs the words of a pack and kernel/forward/exp.hpp.
// Promises the stated error on every float, results in [0, 1], and that a larger x never gives a
// smaller result.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "exp.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Computed as c / (c + c * e^-x) with c = 1.5 * 2^-64. The power costs nothing (it is subtracted
// from the exponent) and keeps c * e^-x in the range of floats for every x whose result isn't 0, so
// that even a denormal result is rounded once, by the division. The 1.5 makes the rounding of the
// denominator cost least where the quotient's ulp is small: 1.77 ulp at worst, instead of 2.
//
// Monotone, because within an interval of n each step is a rounded monotone function of the one
// before (see exp_curve), and across the borders of intervals by trial. sigmoid(+-0) = 0.5,
// sigmoid(-inf) = 0, sigmoid(inf) = 1, sigmoid(NaN) is NaN.
struct sigmoid {
    static constexpr double max_ulp = 1.77;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        using reduction = exp_reduction<-1>;
        // The result is 1 from 17 on, and 0 from -103.98 down. Constants come first: min and
        // max then let a NaN through.
        const typename P::reg in = P::min(P::splat(20.0f), P::max(P::splat(-104.0f), x));
        const typename P::reg shifted = reduction::shifted(pack, in);
        const typename P::reg n = P::sub(shifted, P::splat(reduction::magic));
        const typename P::reg scale =
            P::mul(P::splat(1.5f), P::pow2(P::sub(shifted, P::splat(reduction::magic + 64.0f))));
        const typename P::reg r = reduction::rest(pack, in, n);
        const typename P::reg square = P::mul(r, r);
        const typename P::reg fall = P::fma(square, exp_curve<-1>(pack, r, square), r); // 1 - e^-r
        // c joins the small term first, where none of its bits is lost. Numerator and denominator
        // are both negative, which saves changing the sign of `fall`.
        const typename P::reg minus_c = P::splat(-0x1.8p-64f);
        return P::div(minus_c, P::sub(P::fma(scale, fall, minus_c), scale));
    }
    // y * (1 - y)
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t = 0) const {
        return P::mul(y, P::sub(P::splat(1.0f), y));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
