// SPDX-License-Identifier: MIT
#pragma once

// Lanes of registers combined into one. Needs a pack. Promises the tree that the contract on bits
// speaks of: of n things, l and l + n/2 are combined, then l and l + n/4, and so on.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Combines each Places floats of registers that lie one behind the other; all of these Places lanes
// of the result, Places of them at most, have it.
template <class P, std::size_t Places, class Combine>
LAMINATE_INLINE typename P::reg fold(typename P::reg* a, const Combine& combine) {
    if constexpr (Places == 1) {
        return a[0];
    } else {
        constexpr std::size_t half = Places / 2;
        if constexpr (half >= P::lanes) {
            LAMINATE_UNROLL for (std::size_t g = 0; g < half / P::lanes; ++g) a[g] =
                combine(a[g], a[g + half / P::lanes]);
        } else {
            a[0] = combine(a[0], P::template swapped<half>(a[0]));
        }
        return fold<P, half>(a, combine);
    }
}

template <class P, std::size_t Places>
LAMINATE_INLINE typename P::reg fold_maximum(typename P::reg a) {
    return fold<P, Places>(&a, [](auto l, auto r) LAMINATE_INLINE_LAMBDA { return P::max(l, r); });
}
template <class P, std::size_t Places>
LAMINATE_INLINE typename P::reg fold_sum(typename P::reg* a) {
    return fold<P, Places>(a, [](auto l, auto r) LAMINATE_INLINE_LAMBDA { return P::add(l, r); });
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
