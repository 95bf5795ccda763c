// SPDX-License-Identifier: MIT
#pragma once

// Where each value of a network goes and how its units are ordered, found in two passes. Needs
// inferred shapes. Promises one entry per node, on which fusion and placement rest.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "infer.hpp"
#include "kind/table.hpp"
#include "node.hpp"

namespace laminate::ir {

struct flow {
    std::size_t consumer = none; // the one node that reads the value; none if several, or output
    std::size_t readers = 0;
    std::size_t value = none; // the node itself, or what it passes on if it is an identity
    std::size_t pieces = 1;   // order of the units, see panel.hpp: as a reader wants them
    std::size_t floats = 0;   // of one row in scratch memory, in whole lines
    bool follows_dense =
        false; // a dense layer, or elementwise nodes in an unbranched line from one
};

inline namespace LAMINATE_ISA {

// The outputs that a dense kernel computes: the units, or all places of units stored in pieces.
constexpr std::size_t computed(const node& n, const flow& f) {
    return f.pieces == 1 ? n.output.size() : f.floats;
}

constexpr void trace(std::span<const node> nodes, std::span<flow> flows) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        flows[i] = {};
        for (std::size_t producer : nodes[i].inputs)
            if (producer < i) flows[producer].consumer = flows[producer].readers++ == 0 ? i : none;
        const std::size_t from = nodes[i].inputs[0];
        flows[i].value = is_identity(nodes[i].kind) ? flows[from].value : i;
        flows[i].follows_dense = nodes[i].kind == op::dense;
    }
    for (std::size_t i = 1; i < nodes.size(); ++i)
        if (is_elementwise(nodes[i].kind) && flows[nodes[i].inputs[0]].consumer == i)
            flows[i].follows_dense = flows[nodes[i].inputs[0]].follows_dense;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const std::size_t next = flows[i].consumer;
        if (next != none && flows[i].follows_dense) {
            if (of(nodes[next].kind).is.in_pieces) flows[i].pieces = nodes[next].pieces;
            if (is_elementwise(nodes[next].kind)) flows[i].pieces = flows[next].pieces;
        }
        const std::size_t k = flows[i].pieces;
        flows[i].floats = k * piece_stride(nodes[i].output.size(), k);
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
