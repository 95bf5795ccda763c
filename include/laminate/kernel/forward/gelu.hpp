// SPDX-License-Identifier: MIT
#pragma once

// GELU, x times the chance that a normal number is below x, and its approximation by tanh
// (Hendrycks and Gimpel, 2016). Needs the words of a pack and the pieces of
// kernel/forward/swish.hpp. Promises the stated errors on every float. Both fall from 0 to a valley
// at -0.75 and rise to x.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/table.hpp"
#include "sigmoid.hpp"
#include "swish.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// x / 2 * (1 + erf(x / sqrt(2))) = max(x, 0) - t Q(t), where t = |x|, and Q(t) is the chance that a
// normal number is above t. Q(t) = e^(-t^2 / 2) r(t), where r is one of eight polynomials. Which,
// say the exponent and the first bit of the mantissa of 1.03125 t + 1; they change where t is
//   0.4848, 0.9697, 1.939, 2.909, 4.848, 6.788, 10.67
// and near each centre c, with d = t - c, r is r0 + r1 d + ... + r7 d^7. gelu(+-0) = +-0,
// gelu(-inf) = -0, gelu(inf) = inf, gelu(NaN) is NaN.
struct gelu {
    static constexpr double max_ulp = 4.6;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const tail<P> t(pack, x);
        return less_tail(pack, x, t.size, P::mul(t.power, t.ratio));
    }
    // 1 - Q(x) + x e^(-x^2 / 2) / sqrt(2 pi), where Q(-t) = 1 - Q(t)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const tail<P> t(pack, x);
        const typename P::reg power = P::mul(t.power, P::splat(1.0f / tail_scale));
        const typename P::reg beside = P::mul(
            power, P::fma(t.size, P::splat(0x1.988454p-2f), P::sub(P::splat(0.0f), t.ratio)));
        return P::select(P::less(x, P::splat(0.0f)), P::sub(P::splat(0.0f), beside),
                         P::add(P::splat(1.0f), beside));
    }

private:
    // t, bounded; 2^64 e^(-t^2 / 2); r(t)
    template <class P>
    struct tail {
        typename P::reg size;
        typename P::reg power;
        typename P::reg ratio;

        // From 14.5 on t Q(t) is 0. A constant comes first: min then lets a NaN through.
        LAMINATE_INLINE tail(P pack, typename P::reg x)
            : size(P::min(P::splat(14.5f), P::abs(x))),
              power(of_square(pack, size)),
              ratio(of_size(pack, size)) {}
    };

    template <class P>
    static LAMINATE_INLINE typename P::reg of_square(P pack, typename P::reg t) {
        const typename P::reg half = P::mul(t, P::splat(0.5f));
        const typename P::reg square = P::mul(half, t);
        return scaled_power(pack, square, P::fma(half, t, P::sub(P::splat(-0.0f), square)));
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg of_size(P, typename P::reg t) {
        const typename P::reg key = P::fma(t, P::splat(1.03125f), P::splat(1.0f));
        const auto at = [key](const pack::table& of)
                            LAMINATE_INLINE_LAMBDA { return P::template lookup<22>(of, key); };
        const typename P::reg d = P::sub(t, at(centre));
        const typename P::reg d2 = P::mul(d, d);
        const typename P::reg r01 = P::fma(d, at(r1), at(r0));
        const typename P::reg r23 = P::fma(d, at(r3), at(r2));
        const typename P::reg r45 = P::fma(d, at(r5), at(r4));
        const typename P::reg r67 = P::fma(d, at(r7), at(r6));
        const typename P::reg low = P::fma(d2, r23, r01);
        const typename P::reg high = P::fma(d2, r67, r45);
        return P::fma(P::mul(d2, d2), high, low);
    }

    // A column for each piece, first the third, whose three bits are 0. From
    // tests/accuracy/gelu_table.sollya.
    static constexpr pack::table centre = {
        {0x1.7p0f, 0x1.28p1f, 0x1.dcp1f, 0x1.7cp2f, 0x1.06p3f, 0x1.82p3f, 0x1.d4p-3f, 0x1.6cp-1f}};
    static constexpr pack::table r0 = {{0x1.b1480ap-3f, 0x1.33ffdap-3f, 0x1.9cd402p-4f,
                                        0x1.0bfd6ep-4f, 0x1.89749ap-5f, 0x1.0d1bccp-5f,
                                        0x1.ae8cb8p-2f, 0x1.3a8616p-2f}};
    static constexpr pack::table r1 = {{-0x1.84623p-4f, -0x1.a323fap-5f, -0x1.8b73a6p-6f,
                                        -0x1.57047ep-7f, -0x1.75bf7cp-8f, -0x1.6034dap-9f,
                                        -0x1.36212cp-2f, -0x1.71d2p-3f}};
    static constexpr pack::table r2 = {{0x1.344326p-5f, 0x1.06bc3ep-6f, 0x1.6974aap-8f,
                                        0x1.ad03p-10f, 0x1.5e5612p-11f, 0x1.c9fa0ap-13f,
                                        0x1.67ae3ep-3f, 0x1.6e20b2p-4f}};
    static constexpr pack::table r3 = {{-0x1.bcda68p-7f, -0x1.339a6cp-8f, -0x1.3cd102p-10f,
                                        -0x1.0685b4p-12f, -0x1.442652p-14f, -0x1.27da54p-16f,
                                        -0x1.66b4fp-4f, -0x1.3f8ee4p-5f}};
    static constexpr pack::table r4 = {{0x1.28a494p-8f, 0x1.5392ecp-10f, 0x1.0b55e6p-12f,
                                        0x1.3aa98cp-15f, 0x1.28884ep-17f, 0x1.7bfc32p-20f,
                                        0x1.3ea01ap-5f, 0x1.f9456ep-7f}};
    static constexpr pack::table r5 = {{-0x1.729a12p-10f, -0x1.64f95p-12f, -0x1.b84b9ep-15f,
                                        -0x1.7072c4p-18f, -0x1.0fa088p-20f, -0x1.e77f5ap-24f,
                                        -0x1.023d8ep-6f, -0x1.7177bcp-8f}};
    static constexpr pack::table r6 = {{0x1.c3bffp-12f, 0x1.69170cp-14f, 0x1.6738cap-17f,
                                        0x1.b75164p-21f, 0x1.e3d12p-24f, 0x1.339c7cp-27f,
                                        0x1.8a70bcp-8f, 0x1.e46e8ep-10f}};
    static constexpr pack::table r7 = {{-0x1.e9f08cp-14f, -0x1.25d052p-16f, -0x1.b9401p-20f,
                                        -0x1.207364p-23f, -0x1.24655p-27f, -0x1.213bd8p-31f,
                                        -0x1.f19814p-10f, -0x1.445d3p-12f}};
};

// x / 2 * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) = x / (1 + e^-z) with z = x (a + b x^2),
//   a = 2 sqrt(2 / pi),  b = 0.044715 a.
// z, which e^-z is sensitive to, is computed in two floats, and a and b consist of two.
// gelu_tanh(+-0) = +-0, gelu_tanh(-inf) = -0, gelu_tanh(inf) = inf, gelu_tanh(NaN) is NaN.
struct gelu_tanh {
    static constexpr double max_ulp = 3.6;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const auto minus = [](typename P::reg f)
                               LAMINATE_INLINE_LAMBDA { return P::sub(P::splat(-0.0f), f); };
        // From 11 on e^-z is 0. A constant comes first: min then lets a NaN through.
        const typename P::reg size = P::min(P::splat(11.0f), P::abs(x));
        const typename P::reg square = P::mul(size, size);
        const typename P::reg square_low = P::fma(size, size, minus(square));
        const typename P::reg bent = P::mul(P::splat(b), square);
        const typename P::reg bent_low = P::fma(P::splat(b), square, minus(bent));
        const typename P::reg slope = P::add(P::splat(a), bent);
        // What that sum lost (Knuth's TwoSum), and all that the other terms did.
        const typename P::reg part = P::sub(slope, P::splat(a));
        const typename P::reg lost =
            P::add(P::sub(P::splat(a), P::sub(slope, part)), P::sub(bent, part));
        const typename P::reg low = P::fma(
            P::splat(b), square_low,
            P::fma(P::splat(b_low), square, P::add(P::add(bent_low, P::splat(a_low)), lost)));
        const typename P::reg z = P::mul(size, slope);
        return gated(pack, x, size, z, P::fma(size, low, P::fma(size, slope, minus(z))));
    }
    // s (1 + x (1 - s) (a + 3 b x^2)) with s = 1 / (1 + e^-z)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg in = P::min(P::splat(11.0f), P::max(P::splat(-11.0f), x));
        const typename P::reg square = P::mul(in, in);
        const typename P::reg s =
            sigmoid{}(pack, P::mul(in, P::fma(P::splat(b), square, P::splat(a))));
        const typename P::reg rise = P::mul(in, P::fma(P::splat(3.0f * b), square, P::splat(a)));
        return P::mul(s, P::fma(rise, P::sub(one, s), one));
    }

private:
    static constexpr float a = 0x1.988454p+0f;
    static constexpr float a_low = -0x1.857936p-25f;
    static constexpr float b = 0x1.2444f2p-4f;
    static constexpr float b_low = 0x1.49b16ap-29f;
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
