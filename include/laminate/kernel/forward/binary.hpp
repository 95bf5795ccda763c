// SPDX-License-Identifier: MIT
#pragma once

// A function of two values as one of the functions that follow a kernel: what the kernel computes,
// unit by unit, with a row in memory. Needs to be told where the result is stored (chain.hpp).
// Reads exactly OtherUnits floats of each other row; a row of one unit is that unit everywhere.
//
// plus, minus, product and quotient are IEEE operations. larger and smaller give NaN where one of
// both is NaN, and of two zeros the first operand. Comparisons give 1 where they hold, else 0, and
// none holds of a NaN. kept_when and kept_unless keep the second operand, bit by bit, where the
// first isn't 0 (a NaN isn't), or where it is; else they give -0, which changes nothing that it is
// added to. So a sum of both is a choice.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "chain.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct plus {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::add(a, b);
    }
};
struct minus {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::sub(a, b);
    }
};
struct product {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::mul(a, b);
    }
};
struct quotient {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::div(a, b);
    }
};
struct larger {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::select(P::is_nan(a), a,
                         P::select(P::is_nan(b), b, P::select(P::less(a, b), b, a)));
    }
};
struct smaller {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::select(P::is_nan(a), a,
                         P::select(P::is_nan(b), b, P::select(P::less(b, a), b, a)));
    }
};

// 1 or 0; but 0 where one of both is NaN.
template <class P>
LAMINATE_INLINE typename P::reg truth_of_numbers(typename P::mask fails, typename P::reg a,
                                                 typename P::reg b) {
    const typename P::reg zero = P::splat(0.0f);
    const typename P::reg holds = P::select(fails, zero, P::splat(1.0f));
    return P::select(P::is_nan(a), zero, P::select(P::is_nan(b), zero, holds));
}
struct is_less {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return P::select(P::less(a, b), P::splat(1.0f), P::splat(0.0f));
    }
};
struct is_less_equal {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        return truth_of_numbers<P>(P::less(b, a), a, b);
    }
};
struct is_equal {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        const typename P::reg at_most = truth_of_numbers<P>(P::less(b, a), a, b);
        return P::select(P::less(a, b), P::splat(0.0f), at_most);
    }
};
struct kept_when {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        const typename P::reg otherwise = P::select(P::is_nan(a), b, P::splat(-0.0f));
        return P::select(P::less(P::splat(0.0f), P::abs(a)), b, otherwise);
    }
};
struct kept_unless {
    template <class P>
    static LAMINATE_INLINE typename P::reg of(typename P::reg a, typename P::reg b) {
        const typename P::reg nothing = P::splat(-0.0f);
        const typename P::reg otherwise = P::select(P::is_nan(a), nothing, b);
        return P::select(P::less(P::splat(0.0f), P::abs(a)), nothing, otherwise);
    }
};

// Form's operation of the kernel's result and another row; Swapped: that row is the first operand.
// Results are stored in rows that begin at `y` and are Stride floats apart, the others at `other`,
// OtherStride apart.
template <class Form, bool Swapped, std::size_t OtherUnits, std::size_t Stride,
          std::size_t OtherStride>
struct with_row {
    const float* other;
    const float* y;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, const float* to,
                                               std::size_t unit) const {
        const auto at = static_cast<std::size_t>(to - y);
        const float* row = other;
        if constexpr (Stride == OtherStride)
            row += at - unit;
        else
            row += at / Stride * OtherStride;
        const typename P::reg b = loaded<P>(row, unit);
        return Swapped ? Form::template of<P>(b, x) : Form::template of<P>(x, b);
    }

private:
    template <class P>
    static LAMINATE_INLINE typename P::reg loaded(const float* row, std::size_t unit) {
        if constexpr (OtherUnits == 1) {
            return P::splat(row[0]);
        } else if constexpr (OtherUnits % P::lanes == 0) {
            return P::load(row + unit);
        } else {
            if (unit + P::lanes <= OtherUnits) return P::load(row + unit);
            return partly<P>(row, unit);
        }
    }
    // Behind the last unit there may be nothing to read.
    template <class P>
    static LAMINATE_INLINE typename P::reg partly(const float* row, std::size_t unit) {
        if (unit >= OtherUnits) return P::splat(0.0f);
        return P::load_first(row + unit, OtherUnits - unit);
    }
};

template <class Form, bool Swapped, std::size_t OtherUnits, std::size_t Stride,
          std::size_t OtherStride>
inline constexpr bool is_placed<with_row<Form, Swapped, OtherUnits, Stride, OtherStride>> = true;

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
