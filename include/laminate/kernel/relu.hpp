// SPDX-License-Identifier: MIT
#pragma once

// The ReLU family that needs no transcendental: relu, Keras' relu with options, leaky_relu, prelu.
// Needs the words of a pack. Promises correctly rounded results; NaN stays NaN and relu(-0) is -0.

#include <cstddef>

#include "../base/compiler.hpp"

namespace laminate::kernel {

// max(x, 0)  (Nair and Hinton, 2010)
struct relu {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::max(P::splat(0.0f), x);
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
};

// x where x >= 0, else negative_slope * x  (Maas et al., 2013)
struct leaky_relu {
    float negative_slope;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::select(P::less(x, P::splat(0.0f)), P::mul(P::splat(negative_slope), x), x);
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
};
struct prelu_shared {
    const float* slope;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return P::select(P::less(x, P::splat(0.0f)), P::mul(P::splat(*slope), x), x);
    }
};

} // namespace laminate::kernel
