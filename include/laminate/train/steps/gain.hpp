// SPDX-License-Identifier: MIT
#pragma once

// By how much an activation shrinks what passes through it, so that starting weights can make up
// for it. Needs nodes. Promises He's derivation for every activation of the ReLU family: with
// inputs that are normally distributed around 0, gain^2 is 1 / E[f(x)^2], so that E[f(x)^2]
// stays 1.

#include <cstddef>
#include <span>

#include "../../base/compiler.hpp"
#include "../../ir/kind/table.hpp"
#include "../../ir/node.hpp"
#include "../../pack/exact_sqrt.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// Whether node `index` has the numbers of node `of`, or some of them, as they are; the largest of a
// few, too.
constexpr bool passes_on(std::span<const ir::node> nodes, std::size_t index, std::size_t of) {
    if (index == of) return true;
    const ir::role role = ir::of(nodes[index].kind).is.role;
    const bool passes = role == ir::role::identity || role == ir::role::placed ||
                        nodes[index].kind == ir::op::max_pool;
    if (index < of || !passes) return false;
    for (const std::size_t from : nodes[index].inputs)
        if (from < index && passes_on(nodes, from, of)) return true;
    return false;
}

// The first node that computes something from the value of `index`; a linear node if none does.
constexpr ir::node activation_after(std::span<const ir::node> nodes, std::size_t index) {
    for (std::size_t i = index + 1; i < nodes.size(); ++i)
        if (!passes_on(nodes, i, index))
            for (const std::size_t from : nodes[i].inputs)
                if (from < i && passes_on(nodes, from, index)) return nodes[i];
    return {.kind = ir::op::linear};
}

} // namespace detail

// What a node of the ReLU family asks of the weights before it: sqrt(2) for relu,
// sqrt(2 / (1 + slope^2)) for leaky_relu and prelu (He et al., 2015), 1.245 for elu, 1 / sqrt(M)
// for the largest of K, 1 for all others.
constexpr double relu_gain(const ir::node& n) {
    return pack::newton_root(1.0 / ir::of(n.kind).second_moment(n));
}

} // namespace laminate::inline LAMINATE_ISA
