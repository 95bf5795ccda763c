// SPDX-License-Identifier: MIT
#pragma once

// How far results lie from those of the reference, beside how far they may. Needs as many results
// as estimates. Promises the largest difference with its place, and that a NaN where there should
// be none, or none where there should be one, is the largest of all.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../graph/graph.hpp"
#include "../graph/reference.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

// Row by row, unit by unit: the outputs of a graph in double, each with its bound.
std::vector<reference::estimate> evaluate_reference(const graph& network,
                                                    std::span<const float> rows);

struct difference {
    double largest = 0.0; // of |found - expected|
    double bound = 0.0;   // at the same place
    double excess = 0.0;  // the largest of |found - expected| / bound: over 1 is too much
    std::size_t row = 0, unit = 0;
    double expected = 0.0, found = 0.0;

    bool within_bound() const { return excess <= 1.0; }
};

// The place whose difference is largest in units of its bound, or largest if all are within it.
// `slack` widens each bound by a part of the expected value's size: what the results were rounded
// to.
difference compare(std::span<const reference::estimate> expected, std::span<const double> found,
                   std::size_t outputs, double slack = 0.0);
difference compare(std::span<const reference::estimate> expected, std::span<const float> found,
                   std::size_t outputs);

// "1.2e-07 at row 3, unit 4: expected 0.5, found 0.6 (bound 3e-07)"
std::string difference_text(const difference& d);
json difference_json(const difference& d);

} // namespace laminate::codegen::tool
