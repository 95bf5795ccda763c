// SPDX-License-Identifier: MIT
#pragma once

// One kernel call of a plan, as a structural value: the DSL instantiates a kernel for it, the
// generator prints a call. Needs values. Promises that all decisions about a step are in it, and
// that they follow from the network alone.

#include <array>
#include <cstddef>

#include "../base/compiler.hpp"
#include "kind/facts.hpp"
#include "kind/walk.hpp"
#include "node.hpp"
#include "value.hpp"

namespace laminate::ir {

inline constexpr std::size_t max_epilogue = 6;

// A function that joins a step: an elementwise node, or a function of two values, of which the step
// has one at hand and reads the other.
struct joined {
    std::size_t node = none;
    std::size_t other = none; // the node whose value is read beside; none of an elementwise one
    bool swapped = false;     // what is at hand is the second operand
    place beside = {};
    std::size_t units = 0; // that are read beside, at each position: all, or one for all of them
    std::size_t pitch = 0; // floats from those of one position to the next; 0: the same for all
};

struct step {
    kernel run = kernel::activation;
    std::size_t node = none;  // whose kernel runs; of an activation step, its first node
    std::size_t input = none; // the node whose value is read
    std::size_t last = none;  // the last node computed; its value is written
    // A copy has no epilogue: of a part of a concat, which starts at unit `part`; or of an output.
    std::size_t part = 0;
    std::size_t output = none;
    std::array<joined, max_epilogue> epilogue = {}; // in order
    std::size_t epilogue_size = 0;

    // It runs at each position of a row in turn, as over rows; `units` are written at each.
    std::size_t positions = 1;
    std::size_t units = 0;
    std::size_t pitch_read = 0; // floats from one position to the next, if there are several
    std::size_t pitch_written = 0;
    walk moves = {};           // move: where each element comes from; of windows: their padding
    std::size_t padded = none; // of windows with padding: where the padded map lies in scratch
    std::size_t second = none; // the node whose value is read as the second operand of a kernel
    place reads = {};
    place reads_second = {};
    place writes = {};
    bool exact = false;    // nothing may be written behind the units
    std::size_t state = 0; // floats of state the step owns between calls; no layer has any yet

    std::size_t chains = 1;   // dense: accumulation chains per output, combined as a tree
    std::size_t panels = 1;   // dense: panels of the weights
    bool skips_zeros = false; // dense: weights of zero inputs need not be read
    // dense: a single row takes instructions of its own. Where equal layers share some, and others
    // run between them, a cache that learns each instruction's addresses learns them anew each
    // time.
    bool alone = false;
    bool hands_on = false; // dense: a single row may go to the next step in registers
    // Order of the units, see panel.hpp: of those read where the kernel joins pieces, else of those
    // written.
    std::size_t pieces = 1;
};

} // namespace laminate::ir
