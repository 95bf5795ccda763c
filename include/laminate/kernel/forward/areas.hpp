// SPDX-License-Identifier: MIT
#pragma once

// The inverses of the hyperbolic functions, which are logarithms. Needs the words of a pack and
// kernel/forward/log.hpp. Promises the stated error on every float, and the same bits on every
// pack; NaN outside of the domain.

#include <cstddef>
#include <limits>

#include "../../base/compiler.hpp"
#include "log.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// log(2^twice (whole + rest)) for a finite whole of 1 or more, beside which rest is a rounding
// error.
template <class P>
LAMINATE_INLINE typename P::reg log_of_sum(P pack, typename P::reg whole, typename P::reg rest,
                                           typename P::reg twice) {
    const typename P::reg exponent = P::exponent(whole);
    // Where 2^-exponent is no float, rest is 0.
    const typename P::reg down =
        P::pow2(P::max(P::splat(-126.0f), P::sub(P::splat(0.0f), exponent)));
    const typename P::reg f = P::fma(rest, down, P::sub(P::mantissa(whole), P::splat(1.0f)));
    const typename P::reg n = P::add(exponent, twice);
    const typename P::reg small = P::fma(n, P::splat(log_2_low), log_curve(pack, f));
    return P::fma(n, P::splat(log_2_high), P::add(f, small));
}

// log(1 + u) for u of 0 or more; or log(2 large) where is_large.
template <class P>
LAMINATE_INLINE typename P::reg log_1p_or(P pack, typename P::reg u, typename P::mask is_large,
                                          typename P::reg large) {
    const typename P::reg zero = P::splat(0.0f);
    const typename P::reg one = P::splat(1.0f);
    const typename P::reg whole = P::add(one, u);
    const typename P::reg rest = P::sub(u, P::sub(whole, one));
    return log_of_sum(pack, P::select(is_large, large, whole), P::select(is_large, zero, rest),
                      P::select(is_large, one, zero));
}

// From here on asinh(x) and acosh(x) are log(2 x), but for 2^-28.
inline constexpr float far_area = 0x1p13f;

// log(1 + |x| + x^2 / (1 + sqrt(1 + x^2))) with the sign of x; so is asinh(+-0), asinh(+-inf).
struct asinh {
    static constexpr double max_ulp = 2.0;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg size = P::abs(x);
        const typename P::mask is_large = P::less(P::splat(far_area), size);
        const typename P::reg s = P::min(P::splat(far_area), size);
        const typename P::reg root = P::sqrt(P::fma(s, s, one));
        const typename P::reg u = P::fma(s, P::div(s, P::add(one, root)), s);
        const typename P::reg y = log_1p_or(pack, u, is_large, size);
        constexpr float inf = std::numeric_limits<float>::infinity();
        return P::copysign(P::select(P::less(size, P::splat(inf)), y, size), x);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        return P::div(one, P::sqrt(P::fma(x, x, one)));
    }
};

// log(1 + t + sqrt(t^2 + 2 t)), where t = x - 1. NaN below 1; acosh(1) = 0, acosh(inf) = inf.
struct acosh {
    static constexpr double max_ulp = 2.2;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        using limits = std::numeric_limits<float>;
        const typename P::reg one = P::splat(1.0f);
        const typename P::mask is_large = P::less(P::splat(far_area), x);
        const typename P::reg t =
            P::min(P::splat(far_area), P::max(P::splat(0.0f), P::sub(x, one)));
        const typename P::reg u = P::add(t, P::sqrt(P::fma(t, t, P::add(t, t))));
        const typename P::reg y = log_1p_or(pack, u, is_large, x);
        const typename P::reg up = P::select(P::less(x, P::splat(limits::infinity())), y, x);
        return P::select(P::less(x, one), P::splat(limits::quiet_NaN()), up);
    }
    // inf at 1
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg product = P::mul(P::sqrt(P::sub(x, one)), P::sqrt(P::add(x, one)));
        return P::div(one, product);
    }
};

// log(1 + 2 s / (1 - s)) / 2, where s = |x|, with the sign of x; so is atanh(+-0). atanh(+-1) is
// +-inf, beyond it is NaN.
struct atanh {
    static constexpr double max_ulp = 2.3;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        using limits = std::numeric_limits<float>;
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg size = P::abs(x);
        const typename P::mask is_inside = P::less(size, one);
        const typename P::reg s = P::select(is_inside, size, P::splat(0.0f));
        const typename P::reg u = P::div(P::add(s, s), P::sub(one, s));
        const typename P::reg y = P::mul(P::splat(0.5f), log_1p_or(pack, u, P::less(one, s), one));
        const typename P::reg end =
            P::select(P::less(one, size), P::splat(limits::quiet_NaN()),
                      P::select(P::is_nan(x), x, P::splat(limits::infinity())));
        return P::copysign(P::select(is_inside, y, end), x);
    }
    // inf at +-1
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        return P::div(one, P::mul(P::sub(one, x), P::add(one, x)));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
