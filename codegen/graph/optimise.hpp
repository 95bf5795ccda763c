// SPDX-License-Identifier: MIT
#pragma once

// What the generator can do that a library can't, because it sees the weights: passes over a graph
// that make it smaller. Needs a right graph. Promises equal results within the rounding that each
// pass states (the same values where nothing was folded), that no fold loses more than three bits
// of them (ir/digits.hpp), and a report of what changed and why, and of what was left out.

#include <laminate/base/error.hpp>
#include <laminate/ir/digits.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "graph.hpp"
#include "reference/interval.hpp"

namespace laminate::codegen {

struct optimise_options {
    // What the inputs can be: nothing (all of float), one interval for all, or one per input. Ends
    // that are no floats are read outward.
    std::vector<interval> input_range;
    // Where each of them usually lies, by which passes judge what loses digits; none: where the
    // normaliser at the network's start says, or else around the middle of the range, or 0 +- 1.
    std::vector<ir::typical> typical_inputs = {};
};

struct pass_report {
    std::string pass;                // "fold affine"
    std::vector<std::string> events; // one sentence each, with origins; none: unchanged
    // What it could have done but didn't, because results would have lost digits or a number its
    // value; one sentence each, in the pass's last report.
    std::vector<std::string> left_out;
    std::size_t parameters_before = 0, parameters_after = 0;
    std::size_t multiply_adds_before = 0, multiply_adds_after = 0;
    // Whether every result keeps its value, whatever the input, unless a value overflows on the
    // way. (The sign of a zero may change.)
    bool keeps_values = true;
};

// Runs all passes until none changes anything. Reports every pass of the first round, and of later
// ones those that changed something. Refuses what plan_graph refuses, and ranges that are none.
result<std::vector<pass_report>> optimise(graph& network, const optimise_options& options);

} // namespace laminate::codegen
