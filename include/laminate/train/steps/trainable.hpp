// SPDX-License-Identifier: MIT
#pragma once

// What training lacks: the one place that says which kinds of nodes have no way back yet. Needs a
// plan. Promises one readable error for a network with such a node.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../model/run.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace training {

// The function of elementwise node Index.
template <class Plan, std::size_t Index>
using function_of = decltype(detail::functor<Plan, Index>(nullptr));

template <class Function>
inline constexpr bool has_derivative = requires {
    Function::derivative_needs_input;
};

constexpr bool normalises(ir::kernel k) {
    return k == ir::kernel::layer_norm || k == ir::kernel::rms_norm;
}
constexpr bool has_way_back(ir::kernel k) { return ir::facts_of(k).back != ir::way_back::missing; }

// Losses are of rows of one axis.
template <class Plan>
constexpr bool ends_in_rows(std::size_t index) {
    const ir::node& n = Plan::value.nodes[index];
    return n.result == ir::none || positions(n.output) == 1;
}
// What is joined unit by unit has as many positions in both operands, or one.
template <class Plan>
constexpr bool joins_positions(std::size_t index) {
    const ir::node& n = Plan::value.nodes[index];
    if (!ir::is_binary(n.kind)) return true;
    for (std::size_t k = 0; k < 2; ++k)
        if (positions(Plan::value.nodes[n.inputs[k]].output) != positions(n.output)) return false;
    return true;
}

template <class Plan, std::size_t Index>
constexpr bool is_trainable() {
    constexpr ir::op kind = Plan::value.nodes[Index].kind;
    constexpr ir::role role = ir::of(kind).is.role;
    if constexpr (!ends_in_rows<Plan>(Index) || !joins_positions<Plan>(Index))
        return false;
    else if constexpr (role == ir::role::function)
        return has_derivative<function_of<Plan, Index>>;
    else if constexpr (role == ir::role::placed)
        return kind == ir::op::concat || kind == ir::op::slice;
    else
        return role != ir::role::layer || has_way_back(ir::of(kind).is.run);
}

// The first node that isn't; none if all are.
template <class Plan>
constexpr std::size_t first_untrainable() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        std::size_t first = ir::none;
        ((first == ir::none && !is_trainable<Plan, I>() ? void(first = I) : void()), ...);
        return first;
    }
    (std::make_index_sequence<Plan::value.nodes.size()>{});
}

} // namespace training

namespace detail {

template <ir::op Kind, std::size_t Node>
struct has_no_way_back {
    static_assert(Node == ir::none,
                  "Laminate: this network has a layer that training can't go back through (its "
                  "operation and the number of its node follow the name has_no_way_back): an "
                  "output of several positions, behind which flatten is missing, or a function of "
                  "two values of which one has fewer positions; see docs/training.md");
};

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
