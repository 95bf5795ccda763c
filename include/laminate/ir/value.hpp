// SPDX-License-Identifier: MIT
#pragma once

// The values between nodes: who reads each, how its units are ordered, and in whose row it lies.
// Needs inferred shapes. Promises one entry per node, on which fusion and placement rest.

#include <cstddef>
#include <cstdint>
#include <span>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "infer.hpp"
#include "kind/table.hpp"
#include "node.hpp"

namespace laminate::ir {

// Where a row lies: in scratch memory, or the caller's, in input or output number `index`, which
// isn't padded.
enum class memory : std::uint8_t { scratch, input, output };

struct place {
    memory in = memory::scratch;
    std::size_t index = 0;
    std::size_t offset = none; // in floats, from where a row of that memory starts

    LAMINATE_OF_ISA friend constexpr bool operator==(const place&, const place&) = default;
};

struct value {
    std::size_t consumer = none; // the one node that reads it; none if several, or an output
    std::size_t readers = 0;
    std::size_t of = none; // itself; of an identity or a slice the node whose value it is a part of
    std::size_t first = 0; // from which unit of that on
    std::size_t pieces = 1; // order of the units, see panel.hpp: as a reader wants them
    bool is_shared = false; // several nodes read these parameters, so that no reader orders them
    std::size_t floats = 0; // of one row in scratch memory, in whole lines
    bool follows_dense =
        false;                 // a dense layer, or elementwise nodes in an unbranched line from one
    std::size_t result = none; // the output that it is written as; another may be a copy of it

    std::size_t row = none; // itself; a concat, of which it is written as a part
    std::size_t begin = 0;  // from which float of that on
    // Of a value in a row of its own, these are found by place_steps().
    std::size_t born = none; // the first step that writes to the row
    std::size_t dies = none; // the last step that reads or writes it
    place at = {};
};

inline namespace LAMINATE_ISA {

// The outputs that a dense kernel computes: the units, or all places of units stored in pieces.
constexpr std::size_t computed(const node& n, const value& v) {
    return v.pieces == 1 ? width(n.output) : v.floats;
}

// Whether a concat or slice is one piece of memory: nothing but 1 stands in front of its axis.
constexpr bool is_one_piece(const node& n) { return outer(n.output, axis_of(n, n.output)) == 1; }

// Whether a transpose leaves all floats where they are: only axes of extent 1 change places.
constexpr bool keeps_order(const node& n) {
    std::size_t last = 0;
    for (std::size_t k = 0; k < n.axes.rank; ++k) {
        if (n.output.extent[k] == 1) continue;
        if (n.axes.extent[k] < last) return false;
        last = n.axes.extent[k];
    }
    return true;
}

// Whether the value of a node is a part of what it reads, or all of that.
constexpr bool is_part(const node& n) {
    return is_identity(n.kind) || (n.kind == op::slice && is_one_piece(n)) ||
           (n.kind == op::transpose && keeps_order(n));
}

// Whether the value of node `index` is all of another's, or its own.
constexpr bool is_whole(std::span<const node> nodes, std::span<const value> values,
                        std::size_t index) {
    return nodes[index].output.size() == nodes[values[index].of].output.size();
}

// Whether a value may be written where a concat or an output has it: it is computed, and isn't
// written elsewhere.
constexpr bool may_be_placed(std::span<const node> nodes, std::span<const value> values,
                             std::size_t index) {
    const std::size_t v = values[index].of;
    return nodes[v].kind != op::input && is_whole(nodes, values, index) &&
           values[v].result == none && values[v].row == v;
}

constexpr void find_readers(std::span<const node> nodes, std::span<value> values) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const node& n = nodes[i];
        const std::size_t from = n.inputs[0];
        values[i] = {};
        values[i].of = values[i].row = i;
        for (const std::size_t producer : n.inputs)
            if (producer < i)
                values[producer].consumer = values[producer].readers++ == 0 ? i : none;
        if (is_part(n)) {
            values[i].of = values[from].of;
            values[i].first = values[from].first + n.begin * inner(n.output, axis_of(n, n.output));
        }
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].result != none) values[i].consumer = none;
        if (nodes[i].like != none) values[i].is_shared = values[nodes[i].like].is_shared = true;
    }
}

// The order of units that dense layers write for a reader that wants them in pieces.
constexpr void find_order(std::span<const node> nodes, std::span<value> values) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::size_t from = nodes[i].inputs[0];
        values[i].follows_dense = nodes[i].output.rank == 1 && !values[i].is_shared &&
                                  (nodes[i].kind == op::dense ||
                                   (is_elementwise(nodes[i].kind) && values[from].consumer == i &&
                                    values[from].follows_dense));
    }
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const std::size_t next = values[i].consumer;
        if (next != none && values[i].follows_dense) {
            if (of(nodes[next].kind).is.in_pieces) values[i].pieces = nodes[next].pieces;
            if (is_elementwise(nodes[next].kind)) values[i].pieces = values[next].pieces;
        }
        const std::size_t k = values[i].pieces;
        values[i].floats = k * piece_stride(nodes[i].output.size(), k);
    }
}

// What is written as an output, or into a concat, outer ones first. All else that they need is a
// copy: see fuse.hpp.
constexpr void find_rows(std::span<const node> nodes, std::span<value> values) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].result != none && may_be_placed(nodes, values, i))
            values[values[i].of].result = nodes[i].result;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        if (nodes[i].kind != op::concat || !is_one_piece(nodes[i])) continue;
        std::size_t begin = 0;
        for (const std::size_t part : nodes[i].inputs) {
            if (part >= i) break;
            value& v = values[values[part].of];
            if (may_be_placed(nodes, values, part)) {
                v.row = values[i].row;
                v.begin = values[i].begin + begin;
            }
            begin += nodes[part].output.size();
        }
    }
}

constexpr void trace(std::span<const node> nodes, std::span<value> values) {
    find_readers(nodes, values);
    find_order(nodes, values);
    find_rows(nodes, values);
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
