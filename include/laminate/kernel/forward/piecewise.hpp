// SPDX-License-Identifier: MIT
#pragma once

// Functions of straight (in hard_swish, one quadratic) pieces beside the ReLU family. Needs the
// words of a pack. Promises NaN where x is NaN; constants come first in min and max for that. Their
// derivatives at a corner are those of the piece below it, where that isn't said to differ.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// x where x > alpha, else 0  (Konda et al., 2015). thresholded_relu(-inf) is 0.
struct thresholded_relu {
    float alpha;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        const typename P::reg or_nan = P::select(P::is_nan(x), x, P::splat(0.0f));
        return P::select(P::less(P::splat(alpha), x), x, or_nan);
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::select(P::less(P::splat(alpha), x), P::splat(1.0f), P::splat(0.0f));
    }
};

// min(1, max(0, alpha * x + beta)), rounded once.
struct hard_sigmoid {
    float alpha;
    float beta;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        const typename P::reg line = P::fma(P::splat(alpha), x, P::splat(beta));
        return P::min(P::splat(1.0f), P::max(P::splat(0.0f), line));
    }
    // 0 at both corners, which y can't tell from the flat pieces.
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg inside = P::select(P::less(zero, y), P::splat(alpha), zero);
        return P::select(P::less(y, P::splat(1.0f)), inside, zero);
    }
};

// x * min(1, max(0, x / 6 + 1 / 2))  (Howard et al., 2019). x from 3 on; -0 from -3 down, -inf too.
// x + 3 is exact where it is small, so that the error is relative to the result.
struct hard_swish {
    static constexpr double max_ulp = 2.0;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t = 0) const {
        const typename P::reg in = P::max(P::splat(-3.0f), x);
        const typename P::reg above = P::min(P::splat(6.0f), P::add(in, P::splat(3.0f)));
        return P::mul(in, P::div(above, P::splat(6.0f)));
    }
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg three = P::splat(3.0f);
        const typename P::reg middle = P::fma(x, P::splat(0x1.555556p-2f), P::splat(0.5f));
        const typename P::reg up_to_3 =
            P::select(P::less(P::splat(-3.0f), x), middle, P::splat(0.0f));
        return P::select(P::less(three, x), P::splat(1.0f), up_to_3);
    }
};

// min(highest, max(lowest, x)); with equal zeros, x itself.
struct clip {
    float lowest;
    float highest;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::min(P::splat(highest), P::max(P::splat(lowest), x));
    }
    // 0 at both corners, which y can't tell from the flat pieces.
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg inside =
            P::select(P::less(P::splat(lowest), y), P::splat(1.0f), zero);
        return P::select(P::less(y, P::splat(highest)), inside, zero);
    }
};

// x + bias where x < -lambd, x - bias where x > lambd, else 0. Needs lambd >= 0.
struct shrink {
    float lambd;
    float bias;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        const typename P::reg sign_of = P::copysign(P::splat(1.0f), x);
        const typename P::reg moved = P::sub(x, P::mul(sign_of, P::splat(bias)));
        const typename P::reg or_nan = P::select(P::is_nan(x), x, P::splat(0.0f));
        return P::select(P::less(P::splat(lambd), P::abs(x)), moved, or_nan);
    }
    // 0 at both ends of the flat piece.
    static constexpr bool derivative_needs_input = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::select(P::less(P::splat(lambd), P::abs(x)), P::splat(1.0f), P::splat(0.0f));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
