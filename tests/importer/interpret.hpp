// SPDX-License-Identifier: MIT
#pragma once

// What a graph computes, node by node in double: enough to compare an import with published
// outputs. Needs a right graph. Promises no float on the way, so that what differs is the
// import.

#include <laminate/codegen/graph/reference.hpp>

#include <stdexcept>
#include <vector>

namespace laminate::test {

// Of rows of all inputs and outputs, one behind the other.
inline std::vector<double> interpret(const codegen::graph& network, const std::vector<double>& x) {
    std::vector<ir::node> nodes = network.nodes;
    ir::infer(nodes); // which says what the outputs are
    if (x.size() != ir::total_width(ir::inputs_of(nodes)))
        throw std::runtime_error("a row has another width than the network's inputs");
    const auto values = codegen::reference::evaluate(codegen::reference::plain<double>{},
                                                     std::span<const ir::node>(nodes),
                                                     std::span(network.parameters), x);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (network.nodes[i].output != nodes[i].output ||
            values[i].size() != nodes[i].output.size())
            throw std::runtime_error("a node's shape is wrong");
    return codegen::reference::outputs(nodes, values);
}

} // namespace laminate::test
