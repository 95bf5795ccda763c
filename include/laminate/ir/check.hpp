// SPDX-License-Identifier: MIT
#pragma once

// What can be wrong with a network, found before anything is planned. Needs inferred shapes.
// Promises the first mistake in the order of the nodes, with the facts that a message needs; the
// DSL turns them into one compile error, the generator into one line.

#include <algorithm>
#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "kind/table.hpp"
#include "mistake.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// What is wrong with what a node reads.
constexpr mistake check_operands(std::span<const node> nodes, std::size_t index) {
    const node& n = nodes[index];
    const std::size_t needed = of(n.kind).is.operands;
    if (needed == 0 && n.inputs[0] != none) return {mistake_kind::second_input, index};
    for (std::size_t k = 0; k < max_inputs; ++k) {
        if (k >= needed && n.inputs[k] == none) break;
        if (n.inputs[k] >= index) return {mistake_kind::unknown_input, index, index, n.inputs[k]};
        const std::size_t rank = nodes[n.inputs[k]].output.rank;
        if (rank == 0 || rank > max_axes)
            return {mistake_kind::unsupported_rank, index, max_axes, rank};
    }
    return {};
}

// Whether a row has more floats than any layer may have weights; its size may have overflowed.
constexpr bool is_too_large(const shape& s) {
    std::size_t floats = 1;
    for (std::size_t axis = 0; axis < s.rank; ++axis) {
        if (s.extent[axis] != 0 && floats > max_weights / s.extent[axis]) return true;
        floats *= s.extent[axis];
    }
    return false;
}

// What is wrong with what a node reads that has another's parameters: it must be of the same shape.
constexpr mistake check_shared(std::span<const node> nodes, std::size_t index) {
    const std::size_t first = nodes[index].like;
    if (first == none) return {};
    const auto here = operands_of(nodes, index);
    const auto there = operands_of(nodes, first);
    for (std::size_t k = 0; k < here.size(); ++k) {
        if (here[k] == there[k]) continue;
        const bool by_width = width(here[k]) != width(there[k]);
        return {mistake_kind::shared_inputs_differ, index,
                by_width ? width(there[k]) : there[k].size(),
                by_width ? width(here[k]) : here[k].size()};
    }
    return {};
}

// What is wrong with node `index`.
constexpr mistake check_node(std::span<const node> nodes, std::size_t index) {
    const mistake m = check_operands(nodes, index);
    if (m.kind != mistake_kind::accepted) return m;
    if (is_too_large(nodes[index].output))
        return {mistake_kind::too_large, index, max_weights, nodes[index].output.size()};
    if (const mistake s = check_shared(nodes, index); s.kind != mistake_kind::accepted) return s;
    const refusal r = of(nodes[index].kind).check(nodes[index], operands_of(nodes, index));
    return {r.kind, index, r.expected, r.found};
}

// Inputs and outputs are numbered from 0 without gaps.
constexpr mistake check_ports(std::span<const node> nodes) {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    for (const node& n : nodes) {
        inputs += n.kind == op::input ? 1 : 0;
        outputs += n.result != none ? 1 : 0;
    }
    if (inputs > max_ports || outputs > max_ports)
        return {mistake_kind::too_many_ports, 0, max_ports, std::max(inputs, outputs)};
    if (outputs_of(nodes).size() != outputs)
        return {mistake_kind::output_numbers, 0, outputs, outputs_of(nodes).size()};
    return {};
}

// A value that is no output and that no node reads.
constexpr mistake check_readers(std::span<const node> nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        bool is_read = nodes[i].result != none;
        for (std::size_t reader = i + 1; reader < nodes.size() && !is_read; ++reader)
            for (const std::size_t from : nodes[reader].inputs)
                is_read = is_read || from == i;
        if (!is_read) return {mistake_kind::unread_value, i};
    }
    return {};
}

constexpr mistake check(std::span<const node> nodes) {
    if (nodes.empty() || nodes[0].kind != op::input) return {mistake_kind::no_input};
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (const mistake m = check_node(nodes, i); m.kind != mistake_kind::accepted) return m;
    if (nodes.size() == 1) return {mistake_kind::no_layers};
    return check_ports(nodes);
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
