// SPDX-License-Identifier: MIT
#pragma once

// Runs a plan whose shapes are known only now, with the functors of kernel/ and the sums in the
// order that the plan fixes. Needs a planned graph. Promises the bits of the compiled kernels, at
// an interpreter's speed.

#include <span>
#include <vector>

#include "planned.hpp"

namespace laminate::codegen {

// Whole rows in, whole rows out.
std::vector<float> evaluate(const planned& network, std::span<const float> rows);

// The value of every node for one row, in the units' order; empty for nodes inside a fused step, of
// which a graph planned without fusion has none.
std::vector<std::vector<float>> evaluate_nodes(const planned& network, std::span<const float> row);

// An elementwise node of one unit, with the parameters of that unit if it has any.
float evaluate_unit(const ir::node& n, float slope, float bias, float x);

} // namespace laminate::codegen
