// SPDX-License-Identifier: MIT
#pragma once

// The ReLU family that needs no transcendental: relu, Keras' relu with options, leaky_relu, prelu.
// Needs the words of a pack. Promises correctly rounded results; NaN stays NaN and relu(-0) is -0.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// max(x, 0)  (Nair and Hinton, 2010)
struct relu {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::max(P::splat(0.0f), x);
    }
    // 1 where x > 0, else 0, at 0 too.
    static constexpr bool derivative_needs_input = false;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg y,
                                               std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        return P::select(P::less(zero, y), P::splat(1.0f), zero);
    }
};

// Keras' ReLU: max_value where x >= max_value, x where x >= threshold, else
// negative_slope * (x - threshold). Needs 0 <= threshold <= max_value and negative_slope >= 0.
struct relu_with {
    float max_value;
    float negative_slope;
    float threshold;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        const typename P::reg bound = P::splat(threshold);
        // Without a slope it is 0, not 0 * (x - threshold): that is -0, and NaN of -inf.
        const typename P::reg below = negative_slope == 0.0f
                                          ? P::splat(0.0f)
                                          : P::mul(P::splat(negative_slope), P::sub(x, bound));
        return P::min(P::splat(max_value), P::select(P::less(x, bound), below, x));
    }
    // The slope to the left of each kink: negative_slope at the threshold, 1 at max_value. Plain
    // relu's 0 at 0 and relu6's 0 at 0 agree with it.
    static constexpr bool derivative_needs_input = true;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        const typename P::reg above =
            P::select(P::less(P::splat(max_value), x), P::splat(0.0f), P::splat(1.0f));
        return P::select(P::less(P::splat(threshold), x), above, P::splat(negative_slope));
    }
};

// x where x >= 0, else negative_slope * x  (Maas et al., 2013)
struct leaky_relu {
    float negative_slope;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::select(P::less(x, P::splat(0.0f)), P::mul(P::splat(negative_slope), x), x);
    }
    // negative_slope at 0, the slope to its left. (The slope may be negative or 0, so y doesn't
    // tell the side.)
    static constexpr bool derivative_needs_input = true;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::select(P::less(P::splat(0.0f), x), P::splat(1.0f), P::splat(negative_slope));
    }
};

// leaky_relu whose slope is learned: one per unit (whole lines of them), or one for all
// (He et al., 2015).
struct prelu {
    const float* slope;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t unit) const {
        return P::select(P::less(x, P::splat(0.0f)), P::mul(P::load(slope + unit), x), x);
    }
    // The slope itself at 0.
    static constexpr bool derivative_needs_input = true;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t unit) const {
        return P::select(P::less(P::splat(0.0f), x), P::splat(1.0f), P::load(slope + unit));
    }
    template <class P>
    LAMINATE_INLINE typename P::reg slope_derivative(P, typename P::reg x) const {
        return P::min(x, P::splat(0.0f));
    }
};
struct prelu_shared {
    const float* slope;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::select(P::less(x, P::splat(0.0f)), P::mul(P::splat(*slope), x), x);
    }
    // The slope itself at 0.
    static constexpr bool derivative_needs_input = true;
    static constexpr bool derivative_is_finite = true;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg x, typename P::reg,
                                               std::size_t) const {
        return P::select(P::less(P::splat(0.0f), x), P::splat(1.0f), P::splat(*slope));
    }
    template <class P>
    LAMINATE_INLINE typename P::reg slope_derivative(P, typename P::reg x) const {
        return P::min(x, P::splat(0.0f));
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
