// SPDX-License-Identifier: MIT
#pragma once

// A register, or the first `count` floats of one where a row ends.

#include <cstddef>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P>
LAMINATE_INLINE typename P::reg load_some(const float* from, std::size_t count) {
    return count == P::lanes ? P::load(from) : P::load_first(from, count);
}
template <class P>
LAMINATE_INLINE void store_some(float* to, typename P::reg a, std::size_t count) {
    if (count == P::lanes)
        P::store(to, a);
    else
        P::store_first(to, a, count);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
