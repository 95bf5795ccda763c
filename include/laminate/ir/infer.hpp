// SPDX-License-Identifier: MIT
#pragma once

// Shape inference: fills node::output from what feeds each node. Needs nodes in topological order.
// Promises a shape for every node, also for wrong ones, so that check() can speak of them.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// The shape that arrives at a node; empty if nothing does.
constexpr shape arriving(std::span<const node> nodes, std::size_t index) {
    const std::size_t producer = nodes[index].inputs[0];
    return producer < index ? nodes[producer].output : shape{};
}

// Of a rank-1 value its units, else the extent of its last axis.
constexpr std::size_t width(const shape& s) { return s.rank == 0 ? 0 : s.extent[s.rank - 1]; }

constexpr shape output_shape(const node& n, const shape& in) {
    switch (n.kind) {
    case op::input:
        return n.output;
    case op::dense:
        return vector_shape(n.units);
    case op::maxout:
        return vector_shape(n.units == 0 ? 0 : width(in) / n.units);
    default:
        return in;
    }
}

constexpr void infer(std::span<node> nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i].output = output_shape(nodes[i], arriving(nodes, i));
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
