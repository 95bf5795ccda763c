// SPDX-License-Identifier: MIT
#pragma once

// x where x >= 0, else alpha * (exp(x) - 1)  (Clevert et al., 2016). Needs expm1. Promises expm1's
// error and one rounding more; NaN stays NaN and elu(-0) is -0.

#include <cstddef>

#include "../base/compiler.hpp"
#include "expm1.hpp"

namespace laminate::kernel {

struct elu {
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

} // namespace laminate::kernel
