// SPDX-License-Identifier: MIT
#pragma once

// The chains in a graph, which passes can work on one by one. Needs a right graph. Promises that a
// chain's value in the graph is that of the chain by itself.

#include <cstddef>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen {

// Nodes of kinds that passes know, each of which reads the one before it and is all that does; the
// first reads `from`. Only the last may be an output.
struct chain {
    std::size_t from;
    std::vector<std::size_t> nodes;
};

// All of at least two nodes, in the order of their last nodes.
std::vector<chain> chains_of(const graph& network);

// One of them by itself, behind an input.
graph extract(const graph& network, const chain& part);

// Puts a network of the same inputs and outputs in its place.
void replace(graph& network, const chain& part, graph by);

} // namespace laminate::codegen
