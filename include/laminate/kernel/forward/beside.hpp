// SPDX-License-Identifier: MIT
#pragma once

// Several rows as one: a row waits for its sums, and others are at hand. Needs a pack. Promises one
// on whose registers those of each row lie beside each other; lanes are those of a row.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../pack/group.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, std::size_t... At>
struct rows_beside : pack::group<P, sizeof...(At)> {
    using reg = typename pack::group<P, sizeof...(At)>::reg;
    static constexpr std::size_t lanes = P::lanes;

    const float* x; // the first row, a stride from the next
    std::size_t stride;

    LAMINATE_INLINE reg load(std::size_t i) const { return {{P::load(x + At * stride + i)...}}; }
    LAMINATE_INLINE reg load_first(std::size_t i, std::size_t n) const {
        return {{P::load_first(x + At * stride + i, n)...}};
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
