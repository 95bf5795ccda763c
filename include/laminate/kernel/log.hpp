// SPDX-License-Identifier: MIT
#pragma once

// The two logarithms that losses need: ln p of a probability, and ln(1 + e) of an e in [0, 1].
// Needs the words of a pack. Promises the same bits on every pack.

#include <initializer_list>

#include "../base/compiler.hpp"

namespace laminate::kernel {

// 2 atanh(s) for |s| <= 1/3: s times a polynomial in s^2, the series up to s^15, whose rest is
// below 2^-28 of it.
template <class P>
LAMINATE_INLINE typename P::reg twice_atanh(P, typename P::reg s) {
    const typename P::reg q = P::mul(s, s);
    typename P::reg sum = P::splat(2.0f / 15.0f);
    sum = P::fma(q, sum, P::splat(2.0f / 13.0f));
    sum = P::fma(q, sum, P::splat(2.0f / 11.0f));
    sum = P::fma(q, sum, P::splat(2.0f / 9.0f));
    sum = P::fma(q, sum, P::splat(2.0f / 7.0f));
    sum = P::fma(q, sum, P::splat(2.0f / 5.0f));
    sum = P::fma(q, sum, P::splat(2.0f / 3.0f));
    const typename P::reg cube = P::mul(s, q);
    return P::fma(cube, sum, P::add(s, s));
}

// ln(1 + e) = 2 atanh(e / (2 + e)) for 0 <= e <= 1; a NaN stays one.
template <class P>
LAMINATE_INLINE typename P::reg log_1p_of_unit(P pack, typename P::reg e) {
    return twice_atanh(pack, P::div(e, P::add(e, P::splat(2.0f))));
}

// ln p for 2^-127 <= p <= 1: p is doubled until it is at least 1/2, and then it is
// 2 atanh((p - 1) / (p + 1)) less ln 2 for each doubling. A NaN stays one; smaller p give any
// value.
template <class P>
LAMINATE_INLINE typename P::reg log_of_unit(P pack, typename P::reg p) {
    typename P::reg doublings = P::splat(0.0f);
    for (const float step : {64.0f, 32.0f, 16.0f, 8.0f, 4.0f, 2.0f, 1.0f}) {
        const typename P::reg count = P::splat(step);
        const typename P::reg more = P::mul(p, P::pow2(count));
        const typename P::mask small = P::less(more, P::splat(1.0f));
        p = P::select(small, more, p);
        doublings = P::select(small, P::add(doublings, count), doublings);
    }
    const typename P::reg one = P::splat(1.0f);
    const typename P::reg rest = twice_atanh(pack, P::div(P::sub(p, one), P::add(p, one)));
    return P::fma(doublings, P::splat(-0x1.62e43p-1f), rest);
}

} // namespace laminate::kernel
