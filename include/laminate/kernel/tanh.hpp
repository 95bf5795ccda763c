// SPDX-License-Identifier: MIT
#pragma once

// The hyperbolic tangent. Needs the words of a pack and kernel/exp.hpp. Promises the stated error
// on every float, results in [-1, 1], and that a larger x never gives a smaller result.

#include <cstddef>

#include "exp.hpp"

namespace laminate::kernel {

// Where |x| < 0.5625 an odd polynomial, x + x^3 * P(x^2), from Sollya:
//   fpminimax(tanh(x), [|3,5,7,9,11|], [|single...|], [2^-10; 0.5625], relative, x)
// whose relative error is at most 2^-29.4; elsewhere 1 - 1 / (e^2|x| / 2 + 1/2), where the
// subtrahend is below 1/2, so that its rounding errors are at most those of the result.
//
// Monotone within each piece as sigmoid is, across their borders by trial. tanh(+-0) = +-0,
// tanh(+-inf) = +-1, tanh(NaN) is NaN, tanh(x) = x for denormal x.
struct tanh {
    static constexpr double max_ulp = 1.31;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        // The result is 1 from 9.02 on. The constant comes first: min then lets a NaN through.
        const typename P::reg in = P::min(P::splat(9.5f), P::abs(x));
        const typename P::reg result =
            P::select(P::less(in, P::splat(0.5625f)), near_zero(pack, in), far(pack, in));
        return P::copysign(result, x);
    }

private:
    template <class P>
    static LAMINATE_INLINE typename P::reg near_zero(P, typename P::reg x) {
        const typename P::reg square = P::mul(x, x);
        typename P::reg sum = P::splat(-0x1.94bf44p-8f);
        sum = P::fma(square, sum, P::splat(0x1.58226p-6f));
        sum = P::fma(square, sum, P::splat(-0x1.b9075ap-5f));
        sum = P::fma(square, sum, P::splat(0x1.110c64p-3f));
        sum = P::fma(square, sum, P::splat(-0x1.555548p-2f));
        return P::fma(P::mul(x, square), sum, x);
    }

    template <class P>
    static LAMINATE_INLINE typename P::reg far(P pack, typename P::reg x) {
        using reduction = exp_reduction<2>;
        const typename P::reg n = P::sub(reduction::shifted(pack, x), P::splat(reduction::magic));
        const typename P::reg scale = P::pow2(n);
        // n is at most 27, and the larger it is the less e^2x counts.
        const typename P::reg r = reduction::rough_rest(pack, x, n);
        const typename P::reg square = P::mul(r, r);
        const typename P::reg rise =
            P::fma(square, exp_curve<2>(pack, r, square), r); // (e^2r - 1) / 2
        const typename P::reg half = P::splat(0.5f);
        const typename P::reg below = P::fma(scale, rise, P::fma(scale, half, half));
        return P::sub(P::splat(1.0f), P::div(P::splat(1.0f), below));
    }
};

} // namespace laminate::kernel
