// SPDX-License-Identifier: MIT
#pragma once

// Elementwise functions of one or two basic operations. Needs the words of a pack. Promises
// correctly rounded results but for softsign and rsqrt, and what IEEE arithmetic makes of NaN, -0
// and infinities.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// |x|. Its derivative at 0 is that of the branch below, -1.
struct abs {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::abs(x);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::select(P::less(P::splat(0.0f), x), P::splat(1.0f), P::splat(-1.0f));
    }
};

// -x
struct neg {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::sub(P::splat(-0.0f), x);
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg,
                                               std::size_t) const {
        return P::splat(-1.0f);
    }
};

// x * x
struct square {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::mul(x, x);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::add(x, x);
    }
};

// 1 / x; reciprocal(+-0) is +-inf.
struct reciprocal {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::div(P::splat(1.0f), x);
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::sub(P::splat(-0.0f), P::mul(y, y));
    }
};

// 1 / sqrt(x + epsilon); NaN of sums below 0.
struct rsqrt {
    float epsilon;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::div(P::splat(1.0f), P::sqrt(P::add(x, P::splat(epsilon))));
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::mul(P::splat(-0.5f), P::mul(y, P::mul(y, y)));
    }
};

// The square root; NaN of negative numbers, and sqrt(-0) is -0. Its derivative at 0 is inf.
struct sqrt {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::sqrt(x);
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        return P::div(P::splat(0.5f), y);
    }
};

// x / (1 + |x|). softsign(+-inf) is +-1.
struct softsign {
    static constexpr double max_ulp = 1.5;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        // The result is +-1 from there on; beyond, adding 1 would round to and fro. A constant
        // comes first: min then lets a NaN through.
        const typename P::reg size = P::min(P::splat(0x1p24f), P::abs(x));
        return P::copysign(P::div(size, P::add(P::splat(1.0f), size)), x);
    }
    // (1 - |y|)^2
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        const typename P::reg rest = P::sub(P::splat(1.0f), P::abs(y));
        return P::mul(rest, rest);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
