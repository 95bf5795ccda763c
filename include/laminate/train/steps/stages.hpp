// SPDX-License-Identifier: MIT
#pragma once

// A network as training runs it: one stage for each node that changes its value, so that all values
// which gradients need are kept. Needs the unfused plan of a chain. Promises the parameters' places
// and the bits of the plan that models run: a stage calls the same kernels.

#include <array>
#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../ir/call.hpp"
#include "../../layer/network.hpp"
#include "../../model/run.hpp"

namespace laminate::inline LAMINATE_ISA::training {

struct stage {
    ir::kernel run = ir::kernel::activation;
    bool drops = false;           // a dropout: an identity but for training
    std::size_t node = 0;         // whose parameters and shape
    std::size_t step = ir::none;  // of the unfused plan
    std::size_t fused = ir::none; // dense: an elementwise node computed with it
    std::size_t last = 0;         // the node whose value the stage writes
    std::size_t floats = 0;       // of a row of it, whole lines
    bool learned = false;         // it has parameters
};

template <std::size_t Nodes>
struct stage_list {
    std::array<stage, Nodes> at = {};
    std::size_t count = 0;
    std::size_t first_learned = ir::none; // no gradient is needed before it
};

// The function of elementwise node Index.
template <class Plan, std::size_t Index>
using function_of = decltype(detail::functor<Plan, Index>(nullptr));

// Whether the derivative of a node's function is known from its value: then the stage before it
// computes it in registers, and its input is never stored.
template <class Plan, std::size_t Index>
constexpr bool fusible() {
    constexpr ir::node n = Plan::value.nodes[Index];
    if constexpr (!ir::is_elementwise(n.kind) || ir::is_identity(n.kind) ||
                  Plan::value.tensors_of(Index) > 0 || Index + 1 == Plan::value.nodes.size())
        return false;
    else
        return !function_of<Plan, Index>::derivative_needs_input;
}

template <class Plan>
constexpr auto fusible_nodes() {
    constexpr std::size_t nodes = Plan::value.nodes.size();
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<bool, nodes>{fusible<Plan, I>()...};
    }
    (std::make_index_sequence<nodes>{});
}

// The last function of a network is a stage of its own: losses ask for what goes into it.
template <class Plan>
constexpr auto make_stages() {
    constexpr std::size_t nodes = Plan::value.nodes.size();
    constexpr auto fuses = fusible_nodes<Plan>();
    stage_list<nodes> list = {};
    std::size_t step = 0;
    for (std::size_t i = 1; i < nodes; ++i) {
        const ir::node& n = Plan::value.nodes[i];
        const bool identity = ir::is_identity(n.kind);
        if (n.kind == ir::op::linear || (n.kind == ir::op::dropout && n.alpha == 0.0f)) continue;
        if (!identity)
            while (Plan::value.sequence[step].node != i)
                ++step;
        const bool follows = list.count > 0 && list.at[list.count - 1].last + 1 == i;
        stage* const before = follows ? &list.at[list.count - 1] : nullptr;
        if (fuses[i] && before != nullptr && before->run == ir::kernel::dense &&
            before->fused == ir::none) {
            before->fused = before->last = i;
            continue;
        }
        const bool learned = Plan::value.tensors_of(i) > 0;
        if (learned && list.first_learned == ir::none) list.first_learned = list.count;
        list.at[list.count++] = {ir::of(n.kind).is.run,        identity, i,
                                 identity ? ir::none : step,   ir::none, i,
                                 Plan::value.values[i].floats, learned};
    }
    return list;
}

template <class Plan>
inline constexpr auto stages_of = make_stages<Plan>();

} // namespace laminate::inline LAMINATE_ISA::training
