// SPDX-License-Identifier: MIT
#pragma once

// The elements of a value that constant indices point to, for Gather and Scatter and their like.

#include "arithmetic.hpp"

namespace laminate::codegen::onnx {

// Input 1 of a call, of which each number is an index.
const constant& expect_indices(const call& c);

// An index of an axis, counted from its end if negative.
std::size_t place_of(double index, std::size_t extent);

// Of input 0, for each index of input 1: the element where this one is, but along one axis where
// the index says.
indices places_along(const call& c, std::size_t axis);

// Input 1 has lists of indices of input 0's axes from `same` on, each of which points to a part of
// it, which has the remaining axes; the first `same` axes are those of both.
struct slices_at {
    std::size_t same;
    std::size_t depth; // indices of a list

    // For each list the elements of its part.
    indices places(const call& c) const;
    // Of all parts together.
    dims shape(const call& c) const;
    // The axis of these that is the free batch of input 0, if one is.
    std::size_t batch(const call& c) const;
    // Whether each row of a free batch has its own number among the indices, and nowhere else.
    bool are_of_own_rows(const call& c) const;
};
slices_at slices_of_indices(const call& c, std::size_t same);

// Elements of two values, of which either may be constant.
value chosen_of_two(const call& c, const value& first, const value& second,
                    const std::vector<origin>& origins, const dims& shape, std::size_t batch);

} // namespace laminate::codegen::onnx
