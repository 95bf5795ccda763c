// SPDX-License-Identifier: MIT
#pragma once

// Functions that give whole numbers. Needs the words of a pack. Promises exact results for every
// float, as IEEE 754 has them: NaN stays NaN, infinities and whole numbers stay what they are, and
// a result of 0 has the sign of x (that of sign is +0). Their derivatives are 0, at jumps too.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What is flat between its jumps.
struct steps {
    static constexpr bool derivative_needs_input = false;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg,
                                               std::size_t) const {
        return P::splat(0.0f);
    }
};

// The nearest whole number, of two the even one. Adding 2^23 to a smaller number leaves no place
// for a fraction; larger ones have none.
struct round : steps {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        const typename P::reg limit = P::splat(0x1p23f);
        const typename P::reg size = P::abs(x);
        const typename P::reg whole = P::sub(P::add(size, limit), limit);
        return P::select(P::less(size, limit), P::copysign(whole, x), x);
    }
};

// The largest whole number that isn't above x.
struct floor : steps {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg near = round{}(pack, x);
        return P::select(P::less(x, near), P::sub(near, P::splat(1.0f)), near);
    }
};

// The smallest whole number that isn't below x.
struct ceil : steps {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t = 0) const {
        const typename P::reg near = round{}(pack, x);
        const typename P::reg above = P::add(near, P::splat(1.0f));
        return P::copysign(P::select(P::less(near, x), above, near), x);
    }
};

// 1 above 0, -1 below, and +0 of zeros.
struct sign : steps {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg or_nan = P::select(P::is_nan(x), x, zero);
        const typename P::reg below = P::select(P::less(x, zero), P::splat(-1.0f), or_nan);
        return P::select(P::less(zero, x), P::splat(1.0f), below);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
