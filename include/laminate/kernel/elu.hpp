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
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t unit) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg below = P::mul(P::splat(alpha), expm1{}(pack, P::min(x, zero), unit));
        return P::select(P::less(x, zero), below, x);
    }
};

}  // namespace laminate::kernel
