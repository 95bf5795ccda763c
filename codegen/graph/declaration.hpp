// SPDX-License-Identifier: MIT
#pragma once

// A graph as the text of a declaration: what a user of the library would have written. What
// several layers read gets a name where operands that read what arrives don't say it: as<"v7"> is
// the value of node 7. Needs a right graph. Promises that the declared network appends the nodes
// of `network`, one by one.

#include <laminate/base/error.hpp>

#include <string>

#include "graph.hpp"

namespace laminate::codegen {

struct declaration {
    // The graph, but for what a declaration says otherwise: inputs stand before what first reads
    // them, an input that is an output goes through `linear`, and so does a concat of one value;
    // a residual addition reads what arrives first.
    graph network;
    std::string layers; // "laminate::input<4> |\n    laminate::dense<2>"
};

// Or why it can't be declared: a value that nothing reads, more names than a declaration may give.
result<declaration> declare(const graph& network);

} // namespace laminate::codegen
