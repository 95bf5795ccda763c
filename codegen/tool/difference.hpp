// SPDX-License-Identifier: MIT
#pragma once

// How far results lie from those of the reference, beside how far they may, and whether what they
// may is little enough to tell right from wrong. Needs as many results as estimates. Promises the
// largest difference with its place, and that a NaN where there should be none, or none where there
// should be one, is the largest of all.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../graph/graph.hpp"
#include "../graph/likely.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

// Row by row, unit by unit: the outputs of a graph in double, each with the narrower of its bounds
// (graph/likely.hpp).
std::vector<reference::estimate>
evaluate_reference(const graph& network, std::span<const float> rows, reference::floats by);

// Half a per cent: an output that is off by one per cent then lies outside of its bound.
inline constexpr double coarsest = 0.005;

struct difference {
    double largest = 0.0; // of |found - expected|
    double bound = 0.0;   // at the same place
    double excess = 0.0;  // the largest of |found - expected| / bound: over 1 is too much
    std::size_t row = 0, unit = 0;
    double expected = 0.0, found = 0.0;
    // The largest of bound / size, where an output's size is the largest that its unit gives in any
    // row, and a hundredth of the largest of all at least: such a part of it may be wrong unseen.
    double coarseness = 0.0;
    std::size_t coarse_row = 0, coarse_unit = 0;
    double enough = coarsest; // or what the user said

    bool within_bound() const { return excess <= 1.0; }
    bool tells() const { return coarseness <= enough; }
};

// The place whose difference is largest in units of its bound, or largest if all are within it.
// `slack` widens each bound by a part of the expected value's size, or of 2^-14, where float16's
// own roundings no longer get smaller: what the results were rounded to.
difference compare(std::span<const reference::estimate> expected, std::span<const double> found,
                   std::size_t outputs, double slack = 0.0);
difference compare(std::span<const reference::estimate> expected, std::span<const float> found,
                   std::size_t outputs);

// "1.2e-07 at row 3, unit 4: expected 0.5, found 0.6, bound 3e-07"
std::string difference_text(const difference& d);
json difference_json(const difference& d);

} // namespace laminate::codegen::tool
