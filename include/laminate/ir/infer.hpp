// SPDX-License-Identifier: MIT
#pragma once

// Shape inference: fills node::output from what feeds each node, and says which values are the
// network's outputs: those that node::result names, else the last. Needs nodes in topological
// order. Promises a shape for every node, also for wrong ones, so that check() can speak of them.

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

// The last value is the output, unless others are named.
constexpr void find_output(std::span<node> nodes) {
    for (const node& n : nodes)
        if (n.result != none) return;
    if (!nodes.empty()) nodes.back().result = 0;
}

constexpr void infer(std::span<node> nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i].output = of(nodes[i].kind).output(nodes[i], operands_of(nodes, i));
    find_output(nodes);
}

// An input or an output of a network: its node, and where its units begin in a row of all of them,
// one behind the other.
struct port {
    std::size_t node = none;
    std::size_t begin = 0;
    std::size_t units = 0;
};
inline constexpr std::size_t max_ports = 16;
using ports = few<port, max_ports>;

constexpr std::size_t total_width(const ports& all) {
    return all.size() == 0 ? 0 : all[all.size() - 1].begin + all[all.size() - 1].units;
}

// Inputs in the order of their nodes, outputs by their numbers.
constexpr ports inputs_of(std::span<const node> nodes) {
    ports all;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].kind == op::input) all.push({i, total_width(all), nodes[i].output.size()});
    return all;
}
constexpr ports outputs_of(std::span<const node> nodes) {
    ports all;
    for (std::size_t k = 0; k < max_ports; ++k)
        for (std::size_t i = nodes.size(); i-- > 0;)
            if (nodes[i].result == k) {
                all.push({i, total_width(all), nodes[i].output.size()});
                break;
            }
    return all;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
