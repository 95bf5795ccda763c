// SPDX-License-Identifier: MIT
#pragma once

// Which stages only move numbers, and their tables. While training, each position of a row has
// whole lines, so that a layer at all positions is the same layer on more rows, and what is no move
// for a model may be one here. Needs a plan. Promises tables that are constants.

#include <cstddef>
#include <cstdint>

#include "../../base/compiler.hpp"
#include "../../ir/plan.hpp"
#include "../../kernel/back/move_table.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// A slice or concat of rows of one axis has kernels of its own.
constexpr bool is_moved(const ir::node& n) {
    switch (n.kind) {
    case ir::op::reshape:
    case ir::op::transpose:
    case ir::op::pad:
    case ir::op::as_strided:
        return true;
    case ir::op::slice:
    case ir::op::concat:
        return n.output.rank > 1;
    default:
        return false;
    }
}

// Whether a stage gives its operands all of their gradients at once, and not a unit of one.
constexpr bool gives_whole_rows(const ir::node& n) {
    return is_moved(n) || n.kind == ir::op::slice || n.kind == ir::op::matmul ||
           n.kind == ir::op::max_pool || n.kind == ir::op::average_pool;
}

// Where element `index` of a value lies, while training.
constexpr std::size_t padded(const shape& s, std::size_t index) {
    return index / width(s) * whole_lines(width(s)) + index % width(s);
}
constexpr std::size_t padded_floats(const shape& s) { return positions(s) * whole_lines(width(s)); }

// Whether a moved value lies as its operand does.
constexpr bool stays(const ir::node& n, const shape& from) {
    return n.kind == ir::op::reshape && width(from) % line_floats == 0 &&
           width(n.output) % line_floats == 0;
}

// How the elements of a moved value are found in its operand.
constexpr ir::walk walk_of(const ir::node& n, const shape& from) {
    if (n.kind == ir::op::reshape) { // as they lie
        const shape row = vector_shape(from.size());
        return ir::walk_over(row, row);
    }
    return ir::walk_of(ir::of(n.kind).arguments_of(n, {&from, 1}, n.output.size(), false));
}

// Operand K of moved node Node.
template <class Plan, std::size_t Node, std::size_t K>
constexpr auto make_table() {
    constexpr const auto& nodes = Plan::value.nodes;
    constexpr ir::node n = nodes[Node];
    constexpr shape from = nodes[n.inputs[K]].output;
    constexpr bool joins = n.kind == ir::op::concat;
    kernel::move_table<joins ? from.size() : n.output.size()> table = {};
    if constexpr (joins) {
        const std::size_t axis = ir::axis_of(n, n.output);
        const std::size_t all = n.output.size() / ir::outer(n.output, axis);
        const std::size_t part = from.size() / ir::outer(from, axis);
        std::size_t begin = 0;
        for (std::size_t k = 0; k < K; ++k)
            begin += nodes[n.inputs[k]].output.size() / ir::outer(from, axis);
        for (std::size_t i = 0; i < from.size(); ++i) {
            table.x[i] = static_cast<std::uint32_t>(padded(from, i));
            table.y[i] =
                static_cast<std::uint32_t>(padded(n.output, i / part * all + begin + i % part));
        }
    } else {
        const ir::walk walk = walk_of(n, from);
        for (std::size_t i = 0; i < n.output.size(); ++i) {
            const std::size_t source = ir::source(walk, i);
            table.x[i] = source == ir::none ? kernel::filled
                                            : static_cast<std::uint32_t>(padded(from, source));
            table.y[i] = static_cast<std::uint32_t>(padded(n.output, i));
        }
    }
    return table;
}
template <class Plan, std::size_t Node, std::size_t K>
inline constexpr auto table_of = make_table<Plan, Node, K>();

} // namespace laminate::inline LAMINATE_ISA::training
