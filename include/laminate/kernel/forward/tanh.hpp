// SPDX-License-Identifier: MIT
#pragma once

// The hyperbolic tangent. Needs the words of a pack and nothing else. Promises the stated error on
// every float, results in [-1, 1], and that a larger x never gives a smaller result.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/table.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// tanh|x| = min(|x|, 1) + g(|x|), where g is small and one of eight polynomials. Which, say the
// exponent and the first bit of the mantissa of 1.246|x| + 0.754; they change where |x| is
//   0.1975, 0.59875, 1, 1.8025, 2.605, 4.21, 5.815
// and near each centre c, with d = |x| - c, g is g0 + g1 d + ... + g7 d^7. No branch, no division,
// and few steps that wait for each other. The first piece has c = 0 and starts with g3 d^3, so that
// its error is relative to x.
//
// Because |g| < 1/4, and its last operation is exact but for the rounding of the result, the
// rounding errors of g count little: as |x| rises, so does min(|x|, 1) or g, by more than they are.
// Monotone, across the borders of the pieces too, by trial. tanh(+-0) = +-0, tanh(+-inf) = +-1,
// tanh(NaN) is NaN, tanh(x) = x for denormal x.
struct tanh {
    static constexpr double max_ulp = 0.99;
    static constexpr bool by_table = true;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        // The result is 1 from there on. Constants come first: min then lets a NaN through.
        const typename P::reg in = P::min(P::splat(9.02f), P::abs(x));
        const typename P::reg key = P::fma(in, P::splat(1.24609375f), P::splat(0.75390625f));
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
    // (1 - y) * (1 + y), exact near 1, where 1 - y * y is not.
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t = 0) const {
        const typename P::reg one = P::splat(1.0f);
        return P::mul(P::sub(one, y), P::add(one, y));
    }

private:
    // A column for each piece, first the fourth, whose three bits are 0. From
    // tests/accuracy/tanh_table.sollya.
    static constexpr pack::table centre = {
        {0x1.68p0f, 0x1.1ap1f, 0x1.b4p1f, 0x1.41p2f, 0x1.08p3f, 0.0f, 0x1.9p-2f, 0x1.98p-1f}};
    static constexpr pack::table g0 = {{-0x1.d018cp-4f, -0x1.8afa7p-6f, -0x1.200626p-9f,
                                        -0x1.711afap-14f, -0x1.25782ap-23f, 0.0f, -0x1.32ceeap-6f,
                                        -0x1.13a358p-3f}};
    static constexpr pack::table g1 = {{0x1.b5cdeep-3f, 0x1.8637ap-5f, 0x1.1fb564p-8f,
                                        0x1.7116cap-13f, 0x1.32211cp-22f, 0.0f, -0x1.1b41a6p-3f,
                                        -0x1.c1265ap-2f}};
    static constexpr pack::table g2 = {{-0x1.8432b2p-3f, -0x1.7ccee4p-5f, -0x1.1f1ee8p-8f,
                                        -0x1.712456p-13f, -0x1.1fdf7cp-22f, 0.0f, -0x1.482722p-2f,
                                        -0x1.7cb784p-2f}};
    static constexpr pack::table g3 = {{0x1.8c90e6p-4f, 0x1.e31c76p-6f, 0x1.7d1caep-9f,
                                        0x1.ec1bbep-14f, 0x1.016784p-23f, -0x1.555544p-2f,
                                        -0x1.582a3ap-3f, 0x1.e431eap-5f}};
    static constexpr pack::table g4 = {{-0x1.7395eep-6f, -0x1.b369cep-7f, -0x1.785dep-10f,
                                        -0x1.e94a5ep-15f, -0x1.24bd2cp-23f, -0x1.b11d7cp-17f,
                                        0x1.5ab0b2p-3f, 0x1.5ba568p-4f}};
    static constexpr pack::table g5 = {{-0x1.e8e896p-8f, 0x1.12e808p-8f, 0x1.284f44p-11f,
                                        0x1.870d88p-16f, 0x1.956a56p-24f, 0x1.118828p-3f,
                                        0x1.8d317p-7f, -0x1.036acap-4f}};
    static constexpr pack::table g6 = {{0x1.4b4028p-7f, -0x1.4a0c7p-11f, -0x1.98c24ap-13f,
                                        -0x1.1e9274p-17f, 0x1.fff468p-25f, -0x1.cca72p-10f,
                                        -0x1.106b0cp-4f, 0x1.db27eep-9f}};
    static constexpr pack::table g7 = {{-0x1.1eea9p-8f, -0x1.a240e4p-13f, 0x1.a46d22p-15f,
                                        0x1.478132p-19f, 0x1.be5d5p-26f, -0x1.8db7p-5f,
                                        0x1.0b0acep-6f, 0x1.19b3eep-6f}};
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
