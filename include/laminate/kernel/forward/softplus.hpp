// SPDX-License-Identifier: MIT
#pragma once

// log(1 + e^x), a smooth ReLU. Needs the words of a pack, kernel/forward/exp.hpp and
// kernel/forward/log.hpp. Promises the stated error on every float.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "exp.hpp"
#include "expm1.hpp"
#include "log.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Computed as max(x, 0) + log(1 + e), where e = e^-|x|. softplus(-inf) = 0,
// softplus(inf) = inf, softplus(NaN) is NaN; 0 from -103.97208 down, x from 16.64 on.
struct softplus {
    static constexpr double max_ulp = 2.0;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg e = exp::not_positive(pack, P::copysign(x, P::splat(-1.0f)));
        return P::add(P::max(zero, x), log_1p_of_unit(pack, e));
    }
    // 1 - e^-y
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P pack, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::abs(expm1{}(pack, P::sub(P::splat(-0.0f), y)));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
