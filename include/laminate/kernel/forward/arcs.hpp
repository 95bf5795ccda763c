// SPDX-License-Identifier: MIT
#pragma once

// The inverses of sine, cosine and tangent. Needs the words of a pack and nothing else. Promises
// the stated error on every float, and the same bits on every pack; NaN outside of the domain.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// pi / 2 in two parts, the first of them rounded.
inline constexpr float half_pi = 0x1.921fb6p+0f;
inline constexpr float half_pi_low = -0x1.777a5cp-25f;

// asin(s) / s - 1 for s^2 = z <= 1/4, off by 2^-31.6; tests/accuracy/curves.py found it.
template <class P>
LAMINATE_INLINE typename P::reg arc_curve(P, typename P::reg z) {
    const auto c = [](float a) LAMINATE_INLINE_LAMBDA { return P::splat(a); };
    const typename P::reg high = P::fma(z, c(0x1.34d098p-5f), c(0x1.d510f4p-7f));
    const typename P::reg middle = P::fma(z, P::fma(z, high, c(0x1.04d36cp-5f)), c(0x1.6ca750p-5f));
    return P::mul(z, P::fma(z, P::fma(z, middle, c(0x1.3338acp-4f)), c(0x1.55554cp-3f)));
}

// s, and what asin(s) is more. Where |x| is above 1/2, s is sqrt((1 - |x|) / 2), whose arc, taken
// twice, is that between x and 1, else |x|.
template <class P>
struct arc {
    typename P::mask is_far;
    typename P::reg s;
    typename P::reg more;
};
template <class P>
LAMINATE_INLINE arc<P> arc_of(P pack, typename P::reg x) {
    const typename P::reg half = P::splat(0.5f);
    const typename P::reg size = P::abs(x);
    const typename P::mask is_far = P::less(half, size);
    const typename P::reg z = P::select(is_far, P::fma(size, P::splat(-0.5f), half), P::mul(x, x));
    const typename P::reg s = P::select(is_far, P::sqrt(z), size);
    return {is_far, s, P::mul(s, arc_curve(pack, z))};
}

// asin(+-0) = +-0, asin(+-1) = +-pi/2.
struct asin {
    static constexpr double max_ulp = 2.05;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const arc<P> a = arc_of(pack, x);
        const typename P::reg two = P::splat(-2.0f);
        const typename P::reg far =
            P::add(P::fma(a.s, two, P::splat(half_pi)), P::fma(a.more, two, P::splat(half_pi_low)));
        return P::copysign(P::select(a.is_far, far, P::add(a.s, a.more)), x);
    }
    // inf at +-1
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        return P::div(one, P::sqrt(P::mul(P::sub(one, x), P::add(one, x))));
    }
};

// acos(1) = 0, acos(-1) = pi.
struct acos {
    static constexpr double max_ulp = 1.1;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const arc<P> a = arc_of(pack, x);
        const typename P::reg one_arc = P::add(a.s, a.more);
        const typename P::reg twice = P::add(one_arc, one_arc);
        const typename P::reg back =
            P::sub(P::splat(2.0f * half_pi), P::sub(twice, P::splat(2.0f * half_pi_low)));
        const typename P::reg far = P::select(P::less(x, P::splat(0.0f)), back, twice);
        const typename P::reg near =
            P::sub(P::splat(half_pi), P::sub(P::copysign(one_arc, x), P::splat(half_pi_low)));
        return P::select(a.is_far, far, near);
    }
    // -inf at +-1
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg y,
                                               std::size_t unit) const {
        return P::sub(P::splat(-0.0f), asin{}.derivative(pack, x, y, unit));
    }
};

// atan(+-0) = +-0, atan(+-inf) = +-pi/2. Above 1 it is pi/2 less that of 1 / x. The polynomial is
// off by 2^-28.5 of the result; tests/accuracy/curves.py found it.
struct atan {
    static constexpr double max_ulp = 1.45;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        const auto c = [](float a) LAMINATE_INLINE_LAMBDA { return P::splat(a); };
        const typename P::reg one = c(1.0f);
        const typename P::reg size = P::abs(x);
        const typename P::mask is_far = P::less(one, size);
        const typename P::reg s =
            P::div(P::select(is_far, one, size), P::select(is_far, size, one));
        const typename P::reg z = P::mul(s, s);
        const typename P::reg z2 = P::mul(z, z);
        const typename P::reg p01 = P::fma(z, c(0x1.9991e4p-3f), c(-0x1.55553ep-2f));
        const typename P::reg p23 = P::fma(z, c(0x1.c08c48p-4f), c(-0x1.242086p-3f));
        const typename P::reg p45 = P::fma(z, c(0x1.da28cep-5f), c(-0x1.5808eap-4f));
        const typename P::reg p67 = P::fma(z, c(0x1.641f1ep-7f), c(-0x1.fd7a3ep-6f));
        const typename P::reg high = P::fma(z2, P::fma(z2, c(-0x1.d34ce0p-10f), p67), p45);
        const typename P::reg rise = P::mul(z, P::fma(z2, P::fma(z2, high, p23), p01));
        const typename P::reg near = P::fma(s, rise, s);
        const typename P::reg far = P::sub(c(half_pi), P::sub(near, c(half_pi_low)));
        return P::copysign(P::select(is_far, far, near), x);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::div(P::splat(1.0f), P::fma(x, x, P::splat(1.0f)));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
