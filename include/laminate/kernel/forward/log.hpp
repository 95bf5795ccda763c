// SPDX-License-Identifier: MIT
#pragma once

// The natural logarithm, and the polynomial that softplus shares with it. Needs the words of a pack
// and nothing else. Promises the stated error on every float, and the same bits on every pack.

#include <cstddef>
#include <limits>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// log(1 + f) - f, for sqrt(1/2) <= 1 + f <= sqrt(2). Sollya:
//   fpminimax(log(1+x), [|2,...,10|], [|single...|], [sqrt(0.5) - 1; sqrt(2) - 1], relative, x)
// whose error, with f, is at most 2^-27.8 relative to log(1 + f).
template <class P>
LAMINATE_INLINE typename P::reg log_curve(P, typename P::reg f) {
    const auto c = [](float a) LAMINATE_INLINE_LAMBDA { return P::splat(a); };
    const typename P::reg f2 = P::mul(f, f);
    const typename P::reg q23 = P::fma(f, c(0x1.55555p-2f), c(-0x1.fffff8p-2f));
    const typename P::reg q45 = P::fma(f, c(0x1.99a41ap-3f), c(-0x1.000432p-2f));
    const typename P::reg q67 = P::fma(f, c(0x1.226dfcp-3f), c(-0x1.5425c4p-3f));
    const typename P::reg q89 = P::fma(f, c(0x1.0860cep-3f), c(-0x1.0f3fa6p-3f));
    const typename P::reg low = P::fma(f2, q45, q23);
    const typename P::reg high = P::fma(f2, P::fma(f2, c(-0x1.38472ap-4f), q89), q67);
    return P::mul(f2, P::fma(P::mul(f2, f2), high, low));
}

// log(2) in two parts, of which the first has 15 bits, so that its product with an exponent is
// exact.
inline constexpr float log_2_high = 0x1.62e4p-1f;
inline constexpr float log_2_low = 0x1.7f7d1cp-20f;

// log(1 + e) for 0 <= e <= 1: of 1 + e above sqrt(2), the half is taken. A NaN stays one.
template <class P>
LAMINATE_INLINE typename P::reg log_1p_of_unit(P pack, typename P::reg e) {
    const typename P::mask large = P::less(P::splat(0x1.a8279ap-2f), e);     // sqrt(2) - 1
    const typename P::reg half = P::fma(e, P::splat(0.5f), P::splat(-0.5f)); // exact there
    const typename P::reg f = P::select(large, half, e);
    const typename P::reg n = P::select(large, P::splat(1.0f), P::splat(0.0f));
    const typename P::reg small = P::fma(n, P::splat(log_2_low), log_curve(pack, f));
    return P::fma(n, P::splat(log_2_high), P::add(f, small));
}

// log(x), as exponent * log(2) + log(mantissa). log(+-0) = -inf, log(inf) = inf, log of a negative
// number or NaN is NaN, log(1) = +0.
struct log {
    static constexpr double max_ulp = 0.99;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        constexpr float inf = std::numeric_limits<float>::infinity();
        const typename P::reg zero = P::splat(0.0f);
        const typename P::mask tiny = P::less(x, P::splat(std::numeric_limits<float>::min()));
        // What is below them is nothing but a number that does no harm.
        const typename P::reg normal =
            P::max(P::splat(0x1p-126f), P::select(tiny, P::mul(x, P::splat(0x1p32f)), x));
        const typename P::reg n =
            P::sub(P::exponent(normal), P::select(tiny, P::splat(32.0f), zero));
        const typename P::reg f = P::sub(P::mantissa(normal), P::splat(1.0f));
        const typename P::reg small = P::fma(n, P::splat(log_2_low), log_curve(pack, f));
        const typename P::reg y = P::fma(n, P::splat(log_2_high), P::add(f, small));
        const typename P::reg positive = P::select(P::less(x, P::splat(inf)), y, x);
        const typename P::reg nan = P::splat(std::numeric_limits<float>::quiet_NaN());
        const typename P::reg not_positive =
            P::select(P::less(x, zero), nan, P::add(x, P::splat(-inf)));
        return P::select(P::less(zero, x), positive, not_positive);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::div(P::splat(1.0f), x);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
