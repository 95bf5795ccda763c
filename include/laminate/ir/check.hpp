// SPDX-License-Identifier: MIT
#pragma once

// What can be wrong with a network, found before anything is planned. Needs inferred shapes.
// Promises the first mistake in the order of the nodes, with the facts that a message needs; the
// DSL turns them into one compile error, the generator into one line.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "kind/table.hpp"
#include "mistake.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// What is wrong with node `index`, but for what it reads.
constexpr mistake check_node(std::span<const node> nodes, std::size_t index) {
    const few<shape, max_inputs> in = operands_of(nodes, index);
    if (index > 0 && in[0].rank != 1) return {mistake_kind::unsupported_rank, index, 1, in[0].rank};
    const refusal r = of(nodes[index].kind).check(nodes[index], in);
    return {r.kind, index, r.expected, r.found};
}

constexpr mistake check(std::span<const node> nodes) {
    if (nodes.empty() || nodes[0].kind != op::input) return {mistake_kind::no_input};
    if (const mistake m = check_node(nodes, 0); m.kind != mistake_kind::accepted) return m;
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (nodes[i].kind == op::input) return {mistake_kind::second_input, i};
        if (nodes[i].inputs[0] >= i) return {mistake_kind::unknown_input, i, i, nodes[i].inputs[0]};
        if (const mistake m = check_node(nodes, i); m.kind != mistake_kind::accepted) return m;
    }
    if (nodes.size() == 1) return {mistake_kind::no_layers};
    return {};
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
