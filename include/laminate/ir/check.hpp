// SPDX-License-Identifier: MIT
#pragma once

// What can be wrong with a network, found before anything is planned. Needs inferred shapes.
// Promises the first mistake in the order of the nodes, with the facts that a message needs; the
// DSL turns them into one compile error, the generator into one line.

#include <cstddef>
#include <cstdint>
#include <span>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

enum class mistake_kind : std::uint8_t {
    accepted,
    no_input,           // the network doesn't start with an input
    second_input,       // a chain has one input
    no_layers,          // an input and nothing else
    unknown_input,      // a node reads a node that doesn't come before it
    zero_units,         // expected: at least 1; found: 0
    width_mismatch,     // expected: as declared; found: what arrives
    softmax_of_scalar,  // expected: at least 2; found: 1
    maxout_indivisible, // expected: a multiple of; found: the width that arrives
    groups_indivisible, // softmax in groups: the same
    unsupported_rank,   // expected: 1; found: the rank that arrives
    too_large,          // a layer of more than max_weights weights; found: how many
};

struct mistake {
    mistake_kind kind = mistake_kind::accepted;
    std::size_t node = 0;
    std::size_t expected = 0;
    std::size_t found = 0;
};

// A bound far beyond what fits a cache, so that no product of extents overflows.
inline constexpr std::size_t max_weights = std::size_t{1} << 34;

constexpr mistake check_shapes(const node& n, const shape& in, std::size_t index) {
    const std::size_t width_in = width(in);
    if (in.rank != 1) return {mistake_kind::unsupported_rank, index, 1, in.rank};
    if ((n.kind == op::dense || n.kind == op::maxout) && n.units == 0)
        return {mistake_kind::zero_units, index, 1, 0};
    if (n.kind == op::dense && n.declared_in != 0 && n.declared_in != width_in)
        return {mistake_kind::width_mismatch, index, n.declared_in, width_in};
    if (n.kind == op::dense && n.units > max_weights / width_in)
        return {mistake_kind::too_large, index, max_weights, n.units};
    if (is_softmax(n.kind) && n.groups == 0) return {mistake_kind::zero_units, index, 1, 0};
    if (is_softmax(n.kind) && width_in % n.groups != 0)
        return {mistake_kind::groups_indivisible, index, n.groups, width_in};
    if (is_softmax(n.kind) && width_in / n.groups < 2)
        return {mistake_kind::softmax_of_scalar, index, 2, width_in / n.groups};
    if (n.kind == op::maxout && width_in % n.units != 0)
        return {mistake_kind::maxout_indivisible, index, n.units, width_in};
    return {};
}

constexpr mistake check(std::span<const node> nodes) {
    if (nodes.empty() || nodes[0].kind != op::input) return {mistake_kind::no_input};
    const std::size_t inputs = nodes[0].output.size();
    if (inputs == 0) return {mistake_kind::zero_units, 0, 1, 0};
    if (inputs > max_weights) return {mistake_kind::too_large, 0, max_weights, inputs};
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (nodes[i].kind == op::input) return {mistake_kind::second_input, i};
        if (nodes[i].inputs[0] >= i) return {mistake_kind::unknown_input, i, i, nodes[i].inputs[0]};
        if (const mistake m = check_shapes(nodes[i], arriving(nodes, i), i);
            m.kind != mistake_kind::accepted)
            return m;
    }
    if (nodes.size() == 1) return {mistake_kind::no_layers};
    return {};
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
