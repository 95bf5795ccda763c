// SPDX-License-Identifier: MIT
#pragma once

// a^b of two values, unit by unit, as a function of two values (binary.hpp). Needs the words of a
// pack and nothing else. Promises the stated error, the same bits on every pack, and that a result
// that is a float is that float: 3^4 is 81.
//
// The logarithm of |a| and its product with b are sums of two floats, good to 2^-33 of them; so is
// what is left of that product in e^x.

#include <limits>

#include "../../base/compiler.hpp"
#include "exp.hpp"
#include "log.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// a^0 and 1^b are 1, whatever the other is; else a NaN gives NaN. Of a < 0 it is that of -a with
// the sign of a where b is odd, without where it is even, and NaN for other finite b and a; (-0)^b
// is -0 or -inf where b is odd. All else, infinities too, as C has it.
struct raised {
    static constexpr double max_ulp = 1.0;

    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        using reg = typename P::reg;
        const reg zero = P::splat(0.0f), one = P::splat(1.0f), inf = P::splat(infinity);
        const reg nan = P::splat(std::numeric_limits<float>::quiet_NaN());
        const reg size = P::abs(a);
        const reg by = P::abs(b);
        const two<P> l = logarithm<P>(size);
        // e^x of 89 is inf, of -104 it is 0.
        const reg product = P::mul(b, l.high);
        const reg rest = P::fma(b, l.low, P::fma(b, l.high, P::sub(zero, product)));
        const reg high = P::min(P::splat(89.0f), P::max(P::splat(-104.0f), product));
        const reg low = P::select(P::less(P::abs(rest), P::splat(0x1p-16f)), rest, zero);
        reg y = exponential<P>({high, low});
        // The sign, where a has one.
        const reg whole = is_whole<P>(by);
        const reg half = is_whole<P>(P::mul(by, P::splat(0.5f)));
        const reg odd = P::sub(whole, half); // halves of even numbers are whole
        const reg plain = P::select(P::less(size, inf), nan, y);
        const reg of_fraction = P::select(P::less(a, zero), plain, y);
        y = P::select(P::less(zero, odd), P::copysign(y, a),
                      P::select(P::less(zero, whole), y, of_fraction));
        y = P::select(P::is_nan(a), a, P::select(P::is_nan(b), b, y));
        const reg of_one = P::select(P::less(a, one), y, P::select(P::less(one, a), y, one));
        y = P::select(P::is_nan(a), y, of_one);
        const reg of_minus_one =
            P::select(P::less(size, one), y,
                      P::select(P::less(one, size), y, P::select(P::less(by, inf), y, one)));
        y = P::select(P::is_nan(a), y, P::select(P::is_nan(b), y, of_minus_one));
        return P::select(P::less(zero, by), y, P::select(P::is_nan(b), y, one));
    }

private:
    static constexpr float infinity = std::numeric_limits<float>::infinity();

    template <class P>
    struct two {
        typename P::reg high, low; // their sum
    };

    // a + b, where |a| >= |b|, or a is 0
    template <class P>
    static LAMINATE_INLINE two<P> sum(typename P::reg a, typename P::reg b) {
        const typename P::reg high = P::add(a, b);
        return {high, P::sub(b, P::sub(high, a))};
    }
    template <class P>
    static LAMINATE_INLINE two<P> product(typename P::reg a, typename P::reg b) {
        const typename P::reg high = P::mul(a, b);
        return {high, P::fma(a, b, P::sub(P::splat(0.0f), high))};
    }

    // 1 or 0, of x >= 0: from 2^23 on all are.
    template <class P>
    static LAMINATE_INLINE typename P::reg is_whole(typename P::reg x) {
        const typename P::reg magic = P::splat(0x1p23f), one = P::splat(1.0f);
        const typename P::reg off = P::abs(P::sub(P::sub(P::add(x, magic), magic), x));
        const typename P::reg small = P::select(P::less(P::splat(0.0f), off), P::splat(0.0f), one);
        return P::select(P::less(x, magic), small, one);
    }

    // log(x) of x >= 0, as 2 atanh(s) with s = f / (2 + f), beside the exponent's: s + s^3/3 +
    // s^5/5 + ..., |s| < 0.1716, of which what follows s^11 is less than 2^-35 of it.
    template <class P>
    static LAMINATE_INLINE two<P> logarithm(typename P::reg x) {
        using reg = typename P::reg;
        const auto c = [](float number) LAMINATE_INLINE_LAMBDA { return P::splat(number); };
        const reg zero = c(0.0f);
        const typename P::mask tiny = P::less(x, c(std::numeric_limits<float>::min()));
        const reg normal = P::max(c(0x1p-126f), P::select(tiny, P::mul(x, c(0x1p32f)), x));
        const reg n = P::sub(P::exponent(normal), P::select(tiny, c(32.0f), zero));
        const reg f = P::sub(P::mantissa(normal), c(1.0f));
        const two<P> below = sum<P>(c(2.0f), f);
        const reg s = P::div(f, below.high);
        const reg left = P::fma(P::sub(zero, s), below.high, f);
        const reg s_low = P::div(P::fma(P::sub(zero, s), below.low, left), below.high);
        two<P> square = product<P>(s, s);
        square.low = P::fma(P::add(s, s), s_low, square.low);
        const reg z = square.high;
        const reg high = P::fma(z, P::fma(z, c(1.0f / 11.0f), c(1.0f / 9.0f)), c(1.0f / 7.0f));
        const reg tail = P::mul(P::mul(z, z), P::fma(z, high, c(0.2f)));
        // The third of the square, and 1/3 as two floats.
        two<P> third = product<P>(z, c(0x1.555556p-2f));
        third.low = P::fma(z, c(-0x1.555556p-27f), third.low);
        third.low = P::add(P::fma(square.low, c(0x1.555556p-2f), third.low), tail);
        two<P> curve = product<P>(s, third.high);
        curve.low = P::fma(s, third.low, P::fma(s_low, third.high, curve.low));
        const two<P> of_mantissa = sum<P>(s, curve.high);
        const reg small = P::add(P::add(curve.low, s_low), of_mantissa.low);
        const two<P> total =
            sum<P>(P::mul(n, c(log_2_high)), P::add(of_mantissa.high, of_mantissa.high));
        const reg low = P::fma(n, c(log_2_low), P::add(total.low, P::add(small, small)));
        const two<P> y = sum<P>(total.high, low);
        const reg of_inf = P::select(P::less(x, c(infinity)), y.high, c(infinity));
        return {P::select(P::less(zero, x), of_inf, c(-infinity)), y.low};
    }

    // e^x for x from -104 to 89
    template <class P>
    static LAMINATE_INLINE typename P::reg exponential(const two<P>& x) {
        using reg = typename P::reg;
        using reduction = exp_reduction<1>;
        const reg one = P::splat(1.0f);
        const reg magic = P::splat(reduction::magic);
        const reg n = P::sub(reduction::shifted(P{}, x.high), magic);
        const reg most = P::fma(n, P::splat(-log_2_high), x.high);
        const two<P> r = sum<P>(most, P::fma(n, P::splat(-log_2_low), x.low));
        const reg square = P::mul(r.high, r.high);
        const two<P> rise = sum<P>(r.high, P::mul(square, exp_curve<1>(P{}, r.high, square)));
        const reg rise_low = P::add(rise.low, P::fma(r.high, r.low, r.low));
        const two<P> y = sum<P>(one, rise.high);
        const reg all = P::add(y.high, P::add(y.low, rise_low));
        const reg half = P::sub(P::fma(n, P::splat(0.5f), magic), magic);
        return P::mul(P::mul(all, P::pow2(half)), P::pow2(P::sub(n, half)));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
