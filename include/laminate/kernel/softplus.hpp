// SPDX-License-Identifier: MIT
#pragma once

// log(1 + e^x), a smooth ReLU. Needs the words of a pack, kernel/exp.hpp and kernel/log.hpp.
// Promises the stated error on every float.

#include <cstddef>

#include "exp.hpp"
#include "expm1.hpp"
#include "log.hpp"

namespace laminate::kernel {

// Computed as max(x, 0) + log(1 + e), where e = e^-|x|; of 1 + e above sqrt(2), the half is taken.
// softplus(-inf) = 0, softplus(inf) = inf, softplus(NaN) is NaN; 0 from -103.97208 down, x from
// 16.64 on.
struct softplus {
    static constexpr double max_ulp = 2.0;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg e = exp::not_positive(pack, P::copysign(x, P::splat(-1.0f)));
        const typename P::mask large = P::less(P::splat(0x1.a8279ap-2f), e);     // sqrt(2) - 1
        const typename P::reg half = P::fma(e, P::splat(0.5f), P::splat(-0.5f)); // exact there
        const typename P::reg f = P::select(large, half, e);
        const typename P::reg n = P::select(large, P::splat(1.0f), zero);
        const typename P::reg small = P::fma(n, P::splat(log_2_low), log_curve(pack, f));
        const typename P::reg rise = P::fma(n, P::splat(log_2_high), P::add(f, small));
        return P::add(P::max(zero, x), rise);
    }
    // 1 - e^-y
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::abs(expm1{}(pack, P::sub(P::splat(-0.0f), y)));
    }
};

} // namespace laminate::kernel
