// SPDX-License-Identifier: MIT
#pragma once

// scale * x + shift, both one per unit (whole lines of them): what a batch normalisation is when it
// doesn't train. Needs the words of a pack. Promises one rounding, and what IEEE arithmetic makes
// of NaN, -0 and infinities.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct affine {
    const float* scale;
    const float* shift;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t unit) const {
        return P::fma(P::load(scale + unit), x, P::load(shift + unit));
    }
    static constexpr bool derivative_needs_input = false;
    template <class P>
    LAMINATE_INLINE typename P::reg derivative(P, typename P::reg, typename P::reg,
                                               std::size_t unit) const {
        return P::load(scale + unit);
    }
    template <class P>
    LAMINATE_INLINE typename P::reg slope_derivative(P, typename P::reg x) const {
        return x;
    }
};

// scale * x
struct scaled {
    const float* scale;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t unit) const {
        return P::mul(P::load(scale + unit), x);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
