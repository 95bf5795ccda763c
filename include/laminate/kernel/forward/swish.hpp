// SPDX-License-Identifier: MIT
#pragma once

// x times the logistic function of alpha x, and mish. Needs the words of a pack and
// kernel/forward/exp.hpp. Promises the stated error on every float. All of them fall from 0 to a
// valley and rise to x.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "exp.hpp"
#include "sigmoid.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Products with a small power of e are made 2^64 times as large as they are, so that none is
// denormal before the last rounding.
inline constexpr float tail_scale = 0x1p64f;

// 2^64 * e^-(x + low), rounded once, for 0 <= x <= 131 and a `low` of an ulp of x at most.
template <class P>
LAMINATE_INLINE typename P::reg scaled_power(P pack, typename P::reg x, typename P::reg low) {
    using reduction = exp_reduction<-1>;
    const typename P::reg n = P::sub(reduction::shifted(pack, x), P::splat(reduction::magic));
    const typename P::reg r = P::add(reduction::rest(pack, x, n), low);
    const typename P::reg square = P::mul(r, r);
    const typename P::reg fall = P::fma(square, exp_curve<-1>(pack, r, square), r); // 1 - e^-r
    const typename P::reg power = P::pow2(P::add(n, P::splat(64.0f)));
    return P::sub(power, P::mul(power, fall));
}

// max(x, 0) - size * share / 2^64: the last step of functions that are x less a small part of |x|
// above 0, and a small part of |x| below. The difference loses nothing where the second term is at
// most about half of the first.
template <class P>
LAMINATE_INLINE typename P::reg less_tail(P, typename P::reg x, typename P::reg size,
                                          typename P::reg share) {
    return P::fma(P::mul(size, share), P::splat(-1.0f / tail_scale), P::max(P::splat(0.0f), x));
}

// x / (1 + e^-z), given size = |x|, bounded, and z + low = |z|, as
//   max(x, 0) - |x| e / (1 + e)  with  e = e^-|z|.
template <class P>
LAMINATE_INLINE typename P::reg gated(P pack, typename P::reg x, typename P::reg size,
                                      typename P::reg z, typename P::reg low) {
    const typename P::reg e = scaled_power(pack, z, low);
    const typename P::reg whole = P::fma(e, P::splat(1.0f / tail_scale), P::splat(1.0f));
    return less_tail(pack, x, size, P::div(e, whole));
}

// x / (1 + e^-x)  (Elfwing et al., 2017). silu(+-0) = +-0, silu(-inf) = -0, silu(inf) = inf,
// silu(NaN) is NaN.
struct silu {
    static constexpr double max_ulp = 3.2;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        // From there on the product is 0. A constant comes first: min then lets a NaN through.
        const typename P::reg size = P::min(P::splat(130.0f), P::abs(x));
        return gated(pack, x, size, size, P::splat(0.0f));
    }
    // s (1 + x (1 - s)) with s = sigmoid(x)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg in = P::min(P::splat(40.0f), P::max(P::splat(-104.0f), x));
        const typename P::reg s = sigmoid{}(pack, in);
        return P::mul(s, P::fma(in, P::sub(one, s), one));
    }
};

// x / (1 + e^(-alpha x))  (Ramachandran et al., 2017), with the same error for every alpha.
// Needs 2^-30 <= alpha <= 2^30.
struct swish {
    static constexpr double max_ulp = 3.6;

    float alpha;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t) const {
        const typename P::reg scale = P::splat(alpha);
        const typename P::reg size = P::min(P::splat(130.0f / alpha), P::abs(x));
        const typename P::reg z = P::mul(scale, size);
        const typename P::reg low = P::fma(scale, size, P::sub(P::splat(-0.0f), z));
        return gated(pack, x, size, z, low);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return silu{}.derivative(pack, P::mul(P::splat(alpha), x), x, 0);
    }
};

// x tanh(log(1 + e^x))  (Misra, 2019). With e = e^-|x| it is
//   x < 0:  -|x| e (2 + e) / (2 + e (2 + e))
//   else:   x - |x| e 2 e / (1 + e (2 + 2 e))
// mish(+-0) = +-0, mish(-inf) = -0, mish(inf) = inf, mish(NaN) is NaN.
struct mish {
    static constexpr double max_ulp = 5.0;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg two = P::splat(2.0f);
        // From there on the product is 0. A constant comes first: min then lets a NaN through.
        const typename P::reg size = P::min(P::splat(130.0f), P::abs(x));
        const typename P::reg scaled = scaled_power(pack, size, P::splat(0.0f));
        const typename P::reg e = P::mul(scaled, P::splat(1.0f / tail_scale));
        const typename P::reg twice = P::add(e, e);
        const typename P::reg above = P::add(two, e);
        const typename P::mask negative = P::less(x, P::splat(0.0f));
        const typename P::reg part = P::mul(scaled, P::select(negative, above, twice));
        const typename P::reg whole = P::fma(e, P::select(negative, above, P::add(two, twice)),
                                             P::select(negative, two, one));
        return less_tail(pack, x, size, P::div(part, whole));
    }
    // t + 4 x e (1 + e) / (w + 2)^2 with e = e^x, w = e (e + 2), t = w / (w + 2)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg two = P::splat(2.0f);
        const typename P::reg in = P::min(P::splat(20.0f), P::max(P::splat(-104.0f), x));
        const typename P::reg e = exp{}(pack, in);
        const typename P::reg w = P::mul(e, P::add(e, two));
        const typename P::reg below = P::add(w, two);
        const typename P::reg slope = P::div(P::mul(in, P::fma(e, e, e)), P::mul(below, below));
        return P::fma(P::splat(4.0f), slope, P::div(w, below));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
