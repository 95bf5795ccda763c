// SPDX-License-Identifier: MIT
#pragma once

// Sine, cosine and tangent of any float, in radians. Needs the words of a pack and nothing else.
// Promises the stated error on every float, however large, and the same bits on every pack; NaN of
// infinities and NaN.

#include <cstddef>
#include <cstdint>
#include <limits>

#include "../../base/compiler.hpp"
#include "../../pack/table.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// x = (n + m) * step + rest, where step is pi / Parts, m is 1/2 or 0 as Middle says, and n is the
// whole number for which |rest| <= step / 2 (and a hair). `sign` is 1 where n is even, else -1.
template <int Parts, bool Middle>
struct turns {
    template <class Register>
    struct reduced {
        Register rest;
        Register sign;
    };

    // By floats up to here, beyond by integers. The hair is 2^-10 step then.
    static constexpr float bound = 0x1p16f;

    template <class P>
    static LAMINATE_INLINE reduced<typename P::reg> of(P pack, typename P::reg x) {
        const typename P::mask is_large = P::less(P::splat(bound), P::abs(x));
        reduced<typename P::reg> y = small(pack, P::select(is_large, P::splat(0.0f), x));
        if (P::any(is_large)) mend_large(pack, x, y);
        return y;
    }

private:
    // pi in three parts, none larger than what is left, so that a -0 stays one; together they are
    // off by 2^-72. The first has few enough bits that the difference from x is exact, being a
    // multiple of 2^-24 below 2 (but for |x| < 1/2 in the cosine, which is flat there). Where much
    // of it cancels with the second product, that is exact, too: the smallest rest up to `bound`,
    // some 2^-28, has all its digits.
    static constexpr float pi_1 = 0x1.921fb4p+1f / Parts;
    static constexpr float pi_2 = 0x1.4442dp-23f / Parts;
    static constexpr float pi_3 = 0x1.846988p-47f / Parts;
    static constexpr float inverse = 0x1.45f306p-2f * Parts;

    template <class P>
    static LAMINATE_INLINE reduced<typename P::reg> small(P, typename P::reg x) {
        // Adding 1.5 * 2^23 rounds to an integer, which stands in the low bits of the sum.
        const typename P::reg magic = P::splat(0x1.8p23f);
        const typename P::reg half = P::splat(0.5f);
        const typename P::reg shifted =
            Middle ? P::add(P::fma(x, P::splat(inverse), P::splat(-0.5f)), magic)
                   : P::fma(x, P::splat(inverse), magic);
        const typename P::reg n = P::sub(shifted, magic);
        const typename P::reg at = Middle ? P::add(n, half) : n;
        const typename P::reg most = P::fma(at, P::splat(-pi_1), x);
        const typename P::reg more = P::fma(at, P::splat(-pi_2), most);
        return {P::fma(at, P::splat(-pi_3), more), P::template lookup<0>(signs, shifted)};
    }

    template <class P>
    static LAMINATE_INLINE void mend_large(P, typename P::reg x, reduced<typename P::reg>& y) {
        float from[P::lanes] = {};
        float rest[P::lanes] = {};
        float sign_of[P::lanes] = {};
        P::store(from, x);
        P::store(rest, y.rest);
        P::store(sign_of, y.sign);
        for (std::size_t l = 0; l < P::lanes; ++l) {
            if (!(from[l] > bound || from[l] < -bound)) continue;
            const reduced<float> one = large(from[l]);
            rest[l] = one.rest;
            sign_of[l] = one.sign;
        }
        y = {P::load(rest), P::load(sign_of)};
    }

    // x / step modulo 2, with 63 binary places (Payne and Hanek, 1983). |x| is mantissa * 2^e, both
    // whole; of 2^e / pi the places from 1 down to 2^-95 matter, higher ones give even numbers, and
    // lower ones less than 2^-71.
    static LAMINATE_NOINLINE constexpr reduced<float> large(float x) {
        const auto bits = __builtin_bit_cast(std::uint32_t, x);
        const std::uint32_t biased = bits >> 23 & 0xffU;
        if (biased == 0xffU) return {std::numeric_limits<float>::quiet_NaN(), 1.0f};
        const std::uint64_t mantissa = (bits & 0x7fffffU) | 0x800000U;
        // 2^-e is e places behind 1, which itself is 31 places behind the begin; e is biased - 150.
        const std::uint32_t place = biased - (150 - 31) + (Parts == 2 ? 1 : 0);
        std::uint64_t halves = (mantissa * places(place) << 32) + mantissa * places(place + 32) +
                               (mantissa * places(place + 64) >> 32);
        constexpr std::uint64_t half = std::uint64_t{1} << 62;
        if (Middle) halves -= half;
        const bool is_odd = ((halves + half) >> 63) != 0;
        if (is_odd) halves -= 2 * half;
        const double part = static_cast<double>(static_cast<std::int64_t>(halves));
        const auto rest = static_cast<float>(part * (0x1.921fb54442d18p+1 / Parts * 0x1p-63));
        return {bits >> 31 != 0 ? -rest : rest, is_odd ? -1.0f : 1.0f};
    }
    // 32 binary places of 1 / pi, the first of which is 2^(31 - begin).
    static constexpr std::uint64_t places(std::uint32_t begin) {
        const std::uint32_t word = begin / 32;
        const std::uint64_t two =
            std::uint64_t{inverse_of_pi[word]} << 32 | inverse_of_pi[word + 1];
        return two >> (32 - begin % 32) & 0xffffffffU;
    }
    // With its bound: else Clang can't read it in constant expressions, this being a template.
    static constexpr std::uint32_t inverse_of_pi[9] = {0x00000000, 0x517cc1b7, 0x27220a94,
                                                       0xfe13abe8, 0xfa9a6ee0, 0x6db14acc,
                                                       0x9e21c820, 0xff28b1d5, 0xef5de2b0};
    static constexpr pack::table signs = {{1.0f, -1.0f, 1.0f, -1.0f, 1.0f, -1.0f, 1.0f, -1.0f}};
};

// The sine of r, |r| <= 1.58, with the sign of r where it is 0, and 1 at most, where roundings
// could lead beyond. The polynomial is off by 2^-30.9 of it; tests/accuracy/curves.py found it.
template <class P>
LAMINATE_INLINE typename P::reg sine_curve(P, typename P::reg r) {
    const auto c = [](float a) LAMINATE_INLINE_LAMBDA { return P::splat(a); };
    const typename P::reg z = P::mul(r, r);
    const typename P::reg high = P::fma(z, c(-0x1.b5b1b4p-26f), c(0x1.72ca84p-19f));
    const typename P::reg middle = P::fma(z, high, c(-0x1.a023c0p-13f));
    const typename P::reg low = P::fma(z, P::fma(z, middle, c(0x1.111136p-7f)), c(-0x1.555556p-3f));
    const typename P::reg size = P::abs(r);
    // A constant comes first: min then lets a NaN through.
    return P::copysign(P::min(c(1.0f), P::fma(size, P::mul(z, low), size)), r);
}

struct sin {
    static constexpr double max_ulp = 1.75;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const auto t = turns<1, false>::of(pack, x);
        return sine_curve(pack, P::mul(t.sign, t.rest));
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const;
};

// cos(+-0) = 1.
struct cos {
    static constexpr double max_ulp = 1.82;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        // (n + 1/2) pi + r has the cosine -sin(r) where n is even.
        const auto t = turns<1, true>::of(pack, P::abs(x));
        return sine_curve(pack, P::sub(P::splat(-0.0f), P::mul(t.sign, t.rest)));
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::sub(P::splat(-0.0f), sin{}(pack, x));
    }
};

template <class P>
LAMINATE_INLINE typename P::reg sin::derivative(P pack, typename P::reg x, typename P::reg,
                                                std::size_t) const {
    return cos{}(pack, x);
}

struct tan {
    static constexpr double max_ulp = 3.05;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const auto t = turns<2, false>::of(pack, x);
        const typename P::reg y = curve(pack, t.rest);
        const typename P::mask is_odd = P::less(t.sign, P::splat(0.0f));
        return P::div(P::select(is_odd, P::splat(-1.0f), y), P::select(is_odd, y, P::splat(1.0f)));
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::fma(y, y, P::splat(1.0f));
    }

private:
    // The tangent of r, |r| <= 0.79. The polynomial is off by 2^-29.2 of it;
    // tests/accuracy/curves.py found it.
    template <class P>
    static LAMINATE_INLINE typename P::reg curve(P, typename P::reg r) {
        const auto c = [](float a) LAMINATE_INLINE_LAMBDA { return P::splat(a); };
        const typename P::reg z = P::mul(r, r);
        const typename P::reg z2 = P::mul(z, z);
        const typename P::reg p01 = P::fma(z, c(0x1.110d12p-3f), c(0x1.555562p-2f));
        const typename P::reg p23 = P::fma(z, c(0x1.5bb610p-6f), c(0x1.baf310p-5f));
        const typename P::reg p45 = P::fma(z, c(-0x1.f227ccp-14f), c(0x1.684d62p-7f));
        const typename P::reg high = P::fma(z2, c(0x1.25b412p-8f), p45);
        return P::fma(r, P::mul(z, P::fma(z2, P::fma(z2, high, p23), p01)), r);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
