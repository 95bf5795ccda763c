// SPDX-License-Identifier: MIT
#pragma once

// ELU and its relatives: exponential below 0, straight above. Needs expm1. Promises expm1's error
// and a rounding or two more; NaN stays NaN and f(-0) is -0.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "expm1.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// x where x >= 0, else alpha * (exp(x) - 1)  (Clevert et al., 2016)
struct elu {
    static constexpr double max_ulp = 3.6; // expm1's, where a float is as large as two, and 1/2

    float alpha;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg below = expm1::negative(pack, P::min(x, zero));
        return P::select(P::less(x, zero), P::mul(P::splat(alpha), below), x);
    }
    // alpha * e^x = y + alpha below 0; alpha at 0, the slope to its left. (alpha may be negative,
    // so y doesn't tell the side.)
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg y,
                                               std::size_t) const {
        return P::select(P::less(P::splat(0.0f), x), P::splat(1.0f), P::add(y, P::splat(alpha)));
    }
};

// gamma * x where x >= 0, else gamma * alpha * (exp(x) - 1), where
//   alpha = 1.67326324235437728481704..., gamma = 1.05070098735548049341933...
// make mean 0 and variance 1 a fixed point  (Klambauer et al., 2017). selu(-inf) is -1.7580993.
struct selu {
    static constexpr double max_ulp = 1.9;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg below =
            P::mul(P::splat(gamma_alpha), expm1::negative(pack, P::min(x, zero)));
        return P::select(P::less(x, zero), below, P::mul(P::splat(gamma), x));
    }
    // gamma * alpha at 0.
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::select(P::less(P::splat(0.0f), y), P::splat(gamma),
                         P::add(y, P::splat(gamma_alpha)));
    }

private:
    static constexpr float gamma = 0x1.0cfabep+0f;
    static constexpr float gamma_alpha = 0x1.c212ccp+0f;
};

// x where x >= 0, else alpha * (exp(x / alpha) - 1)  (Barron, 2017). Needs alpha > 0.
struct celu {
    static constexpr double max_ulp = 2.2;

    float alpha;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg scale = P::splat(alpha);
        const typename P::reg below = expm1::negative(pack, P::div(P::min(x, zero), scale));
        return P::select(P::less(x, zero), P::mul(scale, below), x);
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg below = P::add(P::div(y, P::splat(alpha)), one);
        return P::select(P::less(y, P::splat(0.0f)), below, one);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
