// SPDX-License-Identifier: MIT
#pragma once

// Where the values of a network usually lie, and how far off their floats usually are: by which
// passes judge whether a fold loses digits. Needs a chain. Promises a guess from the weights: that
// an affine node in front of a layer, a normaliser, brings what it reads to about 0 +- 1.

#include <laminate/ir/digits.hpp>

#include <string>
#include <vector>

#include "graph.hpp"
#include "optimise.hpp"

namespace laminate::codegen {

using typical_row = std::vector<ir::typical>; // one for each unit

// Of the inputs: as the options have them, or else as the range and the nodes behind them say.
typical_row typical_inputs(const graph& network, const optimise_options& options);

// Of every node, as exact numbers: their errors are 0.
std::vector<typical_row> typical_values(const graph& network, const optimise_options& options);

// A dense layer's units, with the errors that its roundings add to those of x.
typical_row typical_dense(const std::vector<double>& weights, const std::vector<double>& bias,
                          const typical_row& x);

// The same of a linear node of a graph: dense, affine, neg.
typical_row typical_linear(const graph& network, std::size_t node, const typical_row& x);

// Nothing if units may become what they are after a fold, else why not: "rounding errors would be
// about 340 times as large".
std::string lost_digits(const typical_row& before, const typical_row& after);

} // namespace laminate::codegen
