// SPDX-License-Identifier: MIT
#pragma once

// The shape of a value that flows through a network: up to four extents, without the batch.
// Needs the standard library. Promises a value type that works in constant expressions.

#include <array>
#include <cstddef>

#include "compiler.hpp"
#include "standard.hpp"

namespace laminate {

inline constexpr std::size_t max_rank = 4;

struct shape {
    std::size_t rank = 0;
    std::array<std::size_t, max_rank> extent = {};

    LAMINATE_OF_ISA constexpr std::size_t size() const {
        std::size_t product = 1;
        for (std::size_t axis = 0; axis < rank; ++axis)
            product *= extent[axis];
        return product;
    }
    LAMINATE_OF_ISA friend constexpr bool operator==(const shape&, const shape&) = default;
};

LAMINATE_OF_ISA constexpr shape vector_shape(std::size_t units) { return {1, {units}}; }

// The last axis of a row is its channels; layers apply to it, at each position of the others.
LAMINATE_OF_ISA constexpr std::size_t width(const shape& s) {
    return s.rank == 0 ? 0 : s.extent[s.rank - 1];
}
LAMINATE_OF_ISA constexpr std::size_t positions(const shape& s) {
    return shape{s.rank == 0 ? 0 : s.rank - 1, s.extent}.size();
}
LAMINATE_OF_ISA constexpr shape with_width(shape s, std::size_t units) {
    if (s.rank == 0) return vector_shape(units);
    s.extent[s.rank - 1] = units;
    return s;
}

} // namespace laminate
