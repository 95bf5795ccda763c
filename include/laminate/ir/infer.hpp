// SPDX-License-Identifier: MIT
#pragma once

// Shape inference: fills node::output from what feeds each node. Needs nodes in topological order.
// Promises a shape for every node, also for wrong ones, so that check() can speak of them.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "kind/table.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// The shape that arrives at a node as its first operand; empty if nothing does.
constexpr shape arriving(std::span<const node> nodes, std::size_t index) {
    const std::size_t producer = nodes[index].inputs[0];
    return producer < index ? nodes[producer].output : shape{};
}

// The shapes of all its operands, at least one.
constexpr few<shape, max_inputs> operands_of(std::span<const node> nodes, std::size_t index) {
    few<shape, max_inputs> in = {arriving(nodes, index)};
    for (std::size_t k = 1; k < max_inputs && nodes[index].inputs[k] < index; ++k)
        in.push(nodes[nodes[index].inputs[k]].output);
    return in;
}

constexpr void infer(std::span<node> nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i].output = of(nodes[i].kind).output(nodes[i], operands_of(nodes, i));
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
