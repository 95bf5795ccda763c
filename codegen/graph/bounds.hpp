// SPDX-License-Identifier: MIT
#pragma once

// Between which numbers the values of a network lie, found by interval arithmetic. Needs a chain
// and what the inputs can be. Promises that the floats that Laminate computes lie between them,
// rounding errors and all, for every input in its range for which no value overflows.

#include <vector>

#include "graph.hpp"
#include "optimise.hpp"
#include "reference/interval.hpp"

namespace laminate::codegen {

// The same with ends as floats, if those lie further out: -0.1 to 0.1, as people write them, hold
// the floats nearest to -0.1 and to 0.1, which are larger.
interval outward(interval range);

// One interval for each unit of each node.
std::vector<std::vector<interval>> bounds(const graph& network, const optimise_options& options);

// Whether an elementwise node returns every number of `in` as it is (but for the sign of a zero).
bool passes(const ir::node& n, interval in);

} // namespace laminate::codegen
