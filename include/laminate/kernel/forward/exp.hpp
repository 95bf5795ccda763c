// SPDX-License-Identifier: MIT
#pragma once

// The exponential function, and the two pieces that expm1, sigmoid and tanh share with it: the
// reduction to a short interval, and the polynomial on it. Needs the words of a pack and nothing
// else. Promises the stated error on every float, and the same bits on every pack.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// K * x = n * ln 2 + K * r, where n is integral and |K * r| <= ln(2) / 2 (and a hair: n is rounded
// from a product that is itself rounded). K is 1, -1 or 2; finite |K * x| < 2^15.
template <int K>
struct exp_reduction {
    // Adding 1.5 * 2^23 to a float of at most 2^22 rounds it to an integer, which stands in the low
    // bits of the sum.
    static constexpr float magic = 12582912.0f;

    // n + magic
    template <class P>
    static LAMINATE_INLINE typename P::reg shifted(P, typename P::reg x) {
        return P::fma(x, P::splat(K * 0x1.715476p+0f), P::splat(magic));
    }
    // r for |n| < 2^9: the first part of ln 2 / K has 15 bits, so that its product with n, and the
    // difference from x, are exact; both parts together are off by 2^-44.
    template <class P>
    static LAMINATE_INLINE typename P::reg rest(P, typename P::reg x, typename P::reg n) {
        const typename P::reg most = P::fma(n, P::splat(-0x1.62e4p-1f / K), x);
        return P::fma(n, P::splat(-0x1.7f7d1cp-20f / K), most);
    }
    // r + n * 2^-29 / K: enough where a relative error of n * 2^-29 in exp does no harm.
    template <class P>
    static LAMINATE_INLINE typename P::reg rough_rest(P, typename P::reg x, typename P::reg n) {
        return P::fma(n, P::splat(-0x1.62e43p-1f / K), x);
    }
};

// s with (exp(K * r) - 1) / K = r + r^2 * s, given r and its square; |K * r| <= 0.3467. Sollya:
//   fpminimax(exp(x), [|2,3,4,5,6|], [|single...|], [-log(2)/2; log(2)/2], relative, 1 + x)
// whose error is at most 2^-28.18 relative to exp. The powers of K, +-1 or 2, change no bit of a
// coefficient.
//
// Why not Horner's rule, 1 + r * (1 + r * ...): where r < 0, a rounding inside the parentheses can
// let the sum fall while r rises (it did, for 2900 floats). Here r^2 * s is at most a fifth of r,
// its rounding errors are far smaller than the step from one r to the next, so r + r^2 * s, rounded
// once, never falls; nor does anything made from it by rounded monotone operations.
template <int K, class P>
LAMINATE_INLINE typename P::reg exp_curve(P, typename P::reg r, typename P::reg square) {
    const typename P::reg high = P::fma(r, P::splat(0x1.694c86p-10f * (K * K * K * K * K)),
                                        P::splat(0x1.12397cp-7f * (K * K * K * K)));
    const typename P::reg middle = P::fma(r, high, P::splat(0x1.555a26p-5f * (K * K * K)));
    const typename P::reg low =
        P::fma(r, P::splat(0x1.555492p-3f * (K * K)), P::splat(0x1.fffffap-2f * K));
    return P::fma(square, middle, low);
}

// e^x. Monotone over all floats; exp(+-0) = 1, exp(-inf) = 0, exp(NaN) is NaN. From 88.72284 on it
// is inf, from -103.97208 down it is 0, and results below 2^-126 are right as denormals.
struct exp {
    static constexpr double max_ulp = 1.04;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        // Constants come first: min and max then let a NaN through.
        return bounded<128>(pack, P::min(P::splat(89.0f), P::max(P::splat(-104.0f), x)));
    }

    // The same bits for x <= 0 and NaN, in fewer steps (what softmax needs); x above 60 give any
    // value.
    template <class P>
    static LAMINATE_INLINE typename P::reg not_positive(P pack, typename P::reg x) {
        return bounded<0>(pack, P::max(P::splat(-104.0f), x));
    }

    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return y;
    }

private:
    // e^x where x / ln 2 is from -150 to Largest
    template <int Largest, class P>
    static LAMINATE_INLINE typename P::reg bounded(P pack, typename P::reg x) {
        using reduction = exp_reduction<1>;
        const typename P::reg n = P::sub(reduction::shifted(pack, x), P::splat(reduction::magic));
        const typename P::reg r = reduction::rest(pack, x, n);
        const typename P::reg square = P::mul(r, r);
        const typename P::reg rise = P::fma(square, exp_curve<1>(pack, r, square), r);
        return P::template scale_1p<Largest>(rise, n);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
