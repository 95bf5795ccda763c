// SPDX-License-Identifier: MIT
#pragma once

// The larger of two numbers, where a NaN in either gives NaN. Needs the words of a pack. Promises
// of zeros the second one.

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P>
LAMINATE_INLINE typename P::reg max_or_nan(typename P::reg a, typename P::reg b) {
    return P::select(P::is_nan(a), a, P::max(a, b)); // max passes a NaN in b
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
