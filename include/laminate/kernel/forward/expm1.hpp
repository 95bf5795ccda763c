// SPDX-License-Identifier: MIT
#pragma once

// e^x - 1, exact near 0 too. Needs the words of a pack and kernel/forward/exp.hpp. Promises the
// stated error on every float, and results of at least -1.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "exp.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// With x = n * ln 2 + r it is 2^n * (e^r - 1) + (2^n - 1), rounded once. Monotone over all floats.
// expm1(+-0) = +-0, expm1(x) = x for denormal x, expm1(-inf) = -1, expm1(NaN) is NaN; from 88.72284
// on it is inf.
struct expm1 {
    static constexpr double max_ulp = 1.52;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        using reduction = exp_reduction<1>;
        // The result is -1 from -17 down. Constants come first: min and max then let a NaN through.
        const typename P::reg in = P::min(P::splat(89.0f), P::max(P::splat(-20.0f), x));
        const typename P::reg magic = P::splat(reduction::magic);
        const typename P::reg n = P::sub(reduction::shifted(pack, in), magic);
        const typename P::reg r = reduction::rest(pack, in, n);
        // 2^128 is no float: from there on, the result is doubled at the end instead.
        const typename P::reg power = P::min(P::splat(127.0f), n);
        const typename P::reg result = scaled(pack, r, P::pow2(power));
        return P::copysign(P::fma(result, P::sub(n, power), result), x);
    }

    // The same bits for -inf <= x < 0, in fewer steps (what ELU needs); other x give any value.
    template <class P>
    static LAMINATE_INLINE typename P::reg negative(P pack, typename P::reg x) {
        using reduction = exp_reduction<1>;
        const typename P::reg in = P::max(P::splat(-20.0f), x);
        const typename P::reg n = P::sub(reduction::shifted(pack, in), P::splat(reduction::magic));
        return scaled(pack, reduction::rest(pack, in, n), P::pow2(n));
    }

private:
    // scale * e^r - 1
    template <class P>
    static LAMINATE_INLINE typename P::reg scaled(P pack, typename P::reg r,
                                                  typename P::reg scale) {
        const typename P::reg square = P::mul(r, r);
        const typename P::reg rise = P::fma(square, exp_curve<1>(pack, r, square), r);
        return P::fma(scale, rise, P::sub(scale, P::splat(1.0f)));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
