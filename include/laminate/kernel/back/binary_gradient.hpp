// SPDX-License-Identifier: MIT
#pragma once

// Gradients of the operands of functions of two values (kernel/forward/binary.hpp). Needs what
// these read and wrote. Reads exactly Width floats of each row of values and gradients, one of an
// operand that has one unit; writes exactly as many gradients as the operand has units; dx may be
// dy.
//
// The contract on bits: the gradient of an operand of one unit is the sum over the units of all:
// 16 chains of additions from 0 on, unit i in chain i % 16 in rising order, added as a tree (l and
// l + 8, then + 4, + 2, + 1).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/scalar.hpp"
#include "../forward/binary.hpp"
#include "../forward/chain.hpp"
#include "../forward/log.hpp"
#include "../forward/power.hpp"
#include "../forward/softmax.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What gradient g of y, a function of a and b, is for each of these.
template <class Form>
struct shares;

template <>
struct shares<plus> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R, R, R) {
        return g;
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R, R, R) {
        return g;
    }
};
template <>
struct shares<minus> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R, R, R) {
        return g;
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R, R, R) {
        return P::sub(P::splat(0.0f), g);
    }
};
template <>
struct shares<product> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R, R b, R) {
        return P::mul(g, b);
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R, R) {
        return P::mul(g, a);
    }
};
// g / b and -(g / b) y; a gradient of 0 stays 0, also where b is.
template <>
struct shares<quotient> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R, R b, R) {
        return P::select(P::less(P::splat(0.0f), P::abs(g)), P::div(g, b), g);
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R, R b, R y) {
        const R zero = P::splat(0.0f);
        return P::select(P::less(zero, P::abs(g)), P::mul(P::sub(zero, P::div(g, b)), y), g);
    }
};
// All of it belongs to the operand that y is, of equal ones to the first.
template <>
struct shares<larger> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R a, R b, R) {
        return P::select(P::less(a, b), P::splat(0.0f), g);
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R b, R) {
        return P::select(P::less(a, b), g, P::splat(0.0f));
    }
};
template <>
struct shares<smaller> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R a, R b, R) {
        return P::select(P::less(b, a), P::splat(0.0f), g);
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R b, R) {
        return P::select(P::less(b, a), g, P::splat(0.0f));
    }
};

// A comparison changes by jumps only.
struct no_shares {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R, R, R, R) {
        return P::splat(0.0f);
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R, R, R, R) {
        return P::splat(0.0f);
    }
};
template <>
struct shares<is_less> : no_shares {};
template <>
struct shares<is_less_equal> : no_shares {};
template <>
struct shares<is_equal> : no_shares {};
// What is kept has all of it.
template <>
struct shares<kept_when> : no_shares {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R, R) {
        return P::add(P::splat(0.0f), kept_when::of<P>(a, g));
    }
};
template <>
struct shares<kept_unless> : no_shares {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R, R) {
        return P::add(P::splat(0.0f), kept_unless::of<P>(a, g));
    }
};

// g b a^(b - 1), and g y log(a), which is 0 where a isn't above 0.
template <>
struct shares<raised> {
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R first(R g, R a, R b, R) {
        const R slope = P::mul(b, raised::of<P>(a, P::sub(b, P::splat(1.0f))));
        return P::mul(g, P::select(P::less(P::splat(0.0f), P::abs(b)), slope, P::splat(0.0f)));
    }
    template <class P, class R = typename P::reg>
    static LAMINATE_INLINE R second(R g, R a, R, R y) {
        const R slope = P::mul(y, kernel::log{}(P{}, a));
        return P::mul(g, P::select(P::less(P::splat(0.0f), a), slope, P::splat(0.0f)));
    }
};

// Rows of a value, or of one unit, which then is that unit everywhere.
template <std::size_t Units>
struct operand_rows {
    const float* first;
    std::size_t stride;

    template <class P>
    LAMINATE_INLINE typename P::reg load(std::size_t row, std::size_t unit,
                                         std::size_t count) const {
        const float* const from = first + row * stride;
        if constexpr (Units == 1)
            return P::splat(from[0]);
        else
            return load_some<P>(from + unit, count);
    }
};

// The gradient of one operand, the second if Second, whose rows of Units units are dx.
template <class P, class Form, bool Second, std::size_t Width, std::size_t AUnits,
          std::size_t BUnits, class Epilogue>
constexpr void binary_gradient(const operand_rows<AUnits> a, const operand_rows<BUnits> b,
                               const float* y, const float* dy, std::size_t y_stride, float* dx,
                               std::size_t dx_stride, std::size_t rows, const Epilogue& epilogue) {
    constexpr std::size_t units = Second ? BUnits : AUnits;
    constexpr std::size_t registers = partial_sums / P::lanes;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto share = [&](std::size_t i, std::size_t count) LAMINATE_INLINE_LAMBDA {
            const std::size_t at = row * y_stride + i;
            const typename P::reg g = load_some<P>(dy + at, count);
            const typename P::reg of_a = a.template load<P>(row, i, count);
            const typename P::reg of_b = b.template load<P>(row, i, count);
            const typename P::reg of_y = load_some<P>(y + at, count);
            if constexpr (Second)
                return shares<Form>::template second<P>(g, of_a, of_b, of_y);
            else
                return shares<Form>::template first<P>(g, of_a, of_b, of_y);
        };
        float* const to = dx + row * dx_stride;
        if constexpr (units == Width) {
            for (std::size_t i = 0; i < Width; i += P::lanes) {
                const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
                store_some<P>(to + i, finished<P>(epilogue, share(i, count), to + i, i), count);
            }
        } else {
            const typename P::reg zero = P::splat(0.0f);
            typename P::reg sum[registers] = {};
            LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = zero;
            for (std::size_t i = 0; i < Width; i += P::lanes) {
                const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
                typename P::reg term = share(i, count);
                if (count < P::lanes) term = P::select(P::first(count), term, zero);
                const std::size_t g = i / P::lanes % registers;
                sum[g] = P::add(sum[g], term);
            }
            float lane[P::lanes] = {};
            P::store(lane, fold_sum<P, partial_sums>(sum));
            to[0] = finished<pack::scalar>(epilogue, lane[0], to, 0);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
