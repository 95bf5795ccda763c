// SPDX-License-Identifier: MIT
#pragma once

// The error function. Needs the words of a pack and nothing else. Promises the stated error on
// every float, results in [-1, 1], and that a larger x never gives a smaller result.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/table.hpp"
#include "exp.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// As tanh: erf|x| = min(|x|, 1) + g(|x|), where g is small and one of eight polynomials. Which, say
// the exponent and the first bit of the mantissa of 2.25|x| + 0.75; they change where |x| is
//   0.1111, 0.3333, 0.5556, 1, 1.4444, 2.3333, 3.2222
// and near each centre c, with d = |x| - c, g is g0 + g1 d + ... + g7 d^7; the first piece has c =
// 0 and odd powers alone. Monotone, across the borders of the pieces too, by trial. erf(+-0) = +-0,
// erf(+-inf) = +-1, erf(NaN) is NaN.
struct erf {
    static constexpr double max_ulp = 0.9;
    static constexpr bool by_table = true;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        // The result is 1 from there on. Constants come first: min then lets a NaN through.
        const typename P::reg in = P::min(P::splat(3.93f), P::abs(x));
        const typename P::reg key = P::fma(in, P::splat(2.25f), P::splat(0.75f));
        const auto at = [key](const pack::table& of)
                            LAMINATE_INLINE_LAMBDA { return P::template lookup<22>(of, key); };
        const typename P::reg d = P::sub(in, at(centre));
        const typename P::reg d2 = P::mul(d, d);
        const typename P::reg g01 = P::fma(d, at(g1), at(g0));
        const typename P::reg g23 = P::fma(d, at(g3), at(g2));
        const typename P::reg g45 = P::fma(d, at(g5), at(g4));
        const typename P::reg g67 = P::fma(d, at(g7), at(g6));
        const typename P::reg low = P::fma(d2, g23, g01);
        const typename P::reg high = P::fma(d2, g67, g45);
        const typename P::reg g = P::fma(P::mul(d2, d2), high, low);
        return P::copysign(P::add(P::min(P::splat(1.0f), in), g), x);
    }
    // 2 / sqrt(pi) * e^(-x^2)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg power = P::sub(P::splat(-0.0f), P::mul(x, x));
        return P::mul(P::splat(0x1.20dd76p+0f), exp::not_positive(pack, power));
    }

private:
    // A column for each piece, first the fourth, whose three bits are 0. From
    // tests/accuracy/erf_table.sollya.
    static constexpr pack::table centre = {
        {0x1.9p-1f, 0x1.38p0f, 0x1.ep0f, 0x1.8p1f, 0x1.cap1f, 0.0f, 0x1.cp-3f, 0x1.cp-2f}};
    static constexpr pack::table g0 = {{-0x1.9d78fp-5f, -0x1.5b4784p-4f, -0x1.067864p-7f,
                                        -0x1.72a0d2p-16f, -0x1.c19206p-22f, 0.0f, 0x1.8c8554p-6f,
                                        0x1.b081cep-6f}};
    static constexpr pack::table g1 = {{-0x1.8c667cp-2f, 0x1.059f5ap-2f, 0x1.12ce7ep-5f,
                                        0x1.241138p-13f, 0x1.a0d6d8p-19f, 0x1.06eba8p-3f,
                                        0x1.35e308p-4f, -0x1.174c1ep-4f}};
    static constexpr pack::table g2 = {{-0x1.ea4ff8p-2f, -0x1.3eda1ap-2f, -0x1.019f48p-4f,
                                        -0x1.b5e186p-12f, -0x1.75542cp-17f, 0.0f, -0x1.e1e4c6p-3f,
                                        -0x1.a1739ap-2f}};
    static constexpr pack::table g3 = {{0x1.715b6ep-5f, 0x1.57b7fp-3f, 0x1.1442a8p-4f,
                                        0x1.9d3dp-11f, 0x1.abbdc4p-16f, -0x1.812726p-2f,
                                        -0x1.4c053ap-2f, -0x1.889a6cp-3f}};
    static constexpr pack::table g4 = {{0x1.22cf9cp-3f, 0x1.8d08eep-10f, -0x1.5ab25ep-5f,
                                        -0x1.13c39p-10f, -0x1.5b06b2p-15f, 0.0f, 0x1.d2708p-4f,
                                        0x1.6c1514p-3f}};
    static constexpr pack::table g5 = {{-0x1.d9d04ep-5f, -0x1.a23fc6p-5f, 0x1.75407p-7f,
                                        0x1.0b0a16p-10f, 0x1.b28e9cp-15f, 0x1.cde662p-4f,
                                        0x1.665dd8p-4f, 0x1.b16aacp-6f}};
    static constexpr pack::table g6 = {{-0x1.74ca56p-6f, 0x1.487598p-6f, 0x1.2ee53ep-8f,
                                        -0x1.52372p-11f, -0x1.e2e0cp-15f, 0.0f, -0x1.23df44p-5f,
                                        -0x1.8ea1e4p-5f}};
    static constexpr pack::table g7 = {{0x1.25af5p-6f, 0x1.31501ep-8f, -0x1.2dbaa6p-8f,
                                        0x1.3790b8p-11f, 0x1.71d178p-15f, -0x1.86878ep-6f,
                                        -0x1.b8ce42p-6f, -0x1.9a7a4p-8f}};
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
