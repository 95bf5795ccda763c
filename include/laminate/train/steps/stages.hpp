// SPDX-License-Identifier: MIT
#pragma once

// A network as training runs it: one stage for each node that changes its value, so that all values
// which gradients need are kept. Needs the unfused plan. Promises the parameters' places and the
// bits of the plan that models run: a stage calls the same kernels.

#include <array>
#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../ir/call.hpp"
#include "../../layer/network.hpp"
#include "../../model/run.hpp"
#include "moves.hpp"
#include "trainable.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// Whose value a stage reads: another's, or a row of the caller's.
struct operand {
    std::size_t stage = ir::none;
    std::size_t input = ir::none; // number of an input of the network
};

struct stage {
    ir::role role = ir::role::layer; // identity: a dropout, which is one but for training
    ir::kernel run = ir::kernel::activation;
    std::size_t node = 0;         // whose parameters and shape
    std::size_t step = ir::none;  // of the unfused plan
    std::size_t fused = ir::none; // dense, conv: an elementwise node computed with it
    std::size_t last = 0;         // the node whose value the stage writes
    std::size_t floats = 0;       // of a row of it, or of one position: whole lines
    bool learned = false;         // it has parameters
    std::array<operand, ir::max_inputs> reads = {};
    std::size_t positions = 1; // which count as rows

    constexpr std::size_t operands() const {
        std::size_t count = 0;
        while (count < reads.size() && reads[count].stage != reads[count].input)
            ++count;
        return count;
    }
    // Whether each number of its value is a function of one number alone.
    constexpr bool is_function() const {
        return role == ir::role::function || role == ir::role::identity;
    }
};

template <std::size_t Nodes>
struct stage_list {
    std::array<stage, Nodes> at = {};
    std::array<operand, Nodes> of = {}; // whose value each node's is
    std::size_t count = 0;
};

// Whether the derivative of a node's function is known from its value: then the stage before it may
// compute it in registers, and its input is never stored.
template <class Plan, std::size_t Index>
constexpr bool fusible() {
    constexpr ir::node n = Plan::value.nodes[Index];
    if constexpr (ir::of(n.kind).is.role != ir::role::function ||
                  Plan::value.tensors_of(Index) > 0 || !is_trainable<Plan, Index>())
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

// The nodes whose values are those of outputs. The last function before an output is a stage of its
// own: losses ask for what goes into it.
template <class Plan>
constexpr auto nodes_of_outputs() {
    std::array<bool, Plan::value.nodes.size()> is = {};
    for (std::size_t i = is.size(); i-- > 0;) {
        const ir::node& n = Plan::value.nodes[i];
        is[i] = is[i] || n.result != ir::none;
        if (is[i] && ir::is_identity(n.kind)) is[n.inputs[0]] = true;
    }
    return is;
}

template <class Plan>
constexpr auto make_stages() {
    constexpr std::size_t nodes = Plan::value.nodes.size();
    constexpr auto fuses = fusible_nodes<Plan>();
    constexpr auto ends = nodes_of_outputs<Plan>();
    stage_list<nodes> list = {};
    std::size_t step = 0;
    std::size_t inputs = 0;
    for (std::size_t i = 0; i < nodes; ++i) {
        const ir::node& n = Plan::value.nodes[i];
        const ir::role role = is_moved(n) ? ir::role::placed : ir::of(n.kind).is.role;
        const std::size_t from = n.inputs[0];
        if (role == ir::role::input) {
            list.of[i] = {ir::none, inputs++};
            continue;
        }
        list.of[i] = list.of[from];
        if (n.kind == ir::op::linear || (n.kind == ir::op::dropout && n.alpha == 0.0f)) continue;
        const bool has_step = role != ir::role::identity && role != ir::role::placed;
        if (has_step)
            while (Plan::value.sequence[step].node != i)
                ++step;
        stage* const before =
            list.of[from].stage != ir::none ? &list.at[list.of[from].stage] : nullptr;
        if (fuses[i] && !ends[i] && before != nullptr &&
            (before->run == ir::kernel::dense || ir::is_window_kernel(before->run)) &&
            before->last == from && before->fused == ir::none &&
            Plan::value.values[from].consumer == i) {
            before->fused = before->last = i;
            continue;
        }
        stage s = {role,
                   is_moved(n) ? ir::kernel::move : ir::of(n.kind).is.run,
                   i,
                   has_step ? step : ir::none,
                   ir::none,
                   i,
                   n.output.rank > 1 ? whole_lines(width(n.output)) : Plan::value.values[i].floats,
                   Plan::value.tensors_of(i) > 0};
        s.positions = positions(n.output);
        for (std::size_t k = 0; k < ir::max_inputs && n.inputs[k] < i; ++k)
            s.reads[k] = list.of[n.inputs[k]];
        list.of[i] = {list.count, ir::none};
        list.at[list.count++] = s;
    }
    return list;
}

template <class Plan>
inline constexpr auto stages_of = make_stages<Plan>();

// How gradients of values go back. A function of one number whose value has one reader passes them
// on in registers, to the stage before it; every other stage stores its own, of which its readers
// store or add their share: in the order in which these are computed, last stage first, the first
// stores and the others add.
template <std::size_t Nodes>
struct ways_back {
    std::array<bool, Nodes> needed = {}; // a loss depends on it, and it on parameters
    std::array<bool, Nodes> passes = {};
    std::array<bool, Nodes> summed = {};    // from several shares, or parts
    std::array<std::size_t, Nodes> to = {}; // the stage that stores its gradient
    std::array<std::array<bool, ir::max_inputs>, Nodes> adds = {}; // by reader and operand
    std::array<bool, ir::max_ports> loss_adds = {};
    // In the rows of which stage a gradient lies, and from which float on: those of an addition or
    // a concat serve the dense layers that give their operands, too.
    std::array<std::size_t, Nodes> row = {};
    std::array<std::size_t, Nodes> begin = {};
};

// From which unit on the gradient of stage `s` is, unchanged, that of its operand k; none if it
// isn't, or where whole lines of it would hold more.
template <class Plan>
constexpr std::size_t same_gradient(std::size_t s, std::size_t k) {
    constexpr const auto& nodes = Plan::value.nodes;
    const stage& reader = stages_of<Plan>.at[s];
    const ir::node& n = nodes[reader.node];
    const std::size_t units = nodes[n.inputs[k]].output.size();
    if (n.kind == ir::op::add || (n.kind == ir::op::subtract && k == 0))
        return units == n.output.size() ? 0 : ir::none;
    if (n.kind != ir::op::concat || n.output.rank > 1) return ir::none;
    std::size_t begin = 0;
    for (std::size_t part = 0; part < k; ++part)
        begin += nodes[n.inputs[part]].output.size();
    const bool is_last = begin + units == n.output.size();
    return (is_last || units % line_floats == 0) && begin + whole_lines(units) <= reader.floats
               ? begin
               : ir::none;
}

// Starts: of each output the stage by whose value the loss gives a gradient.
template <class Plan, std::size_t... Starts>
constexpr auto make_ways_back(std::index_sequence<Starts...>) {
    constexpr const auto& stages = stages_of<Plan>;
    ways_back<Plan::value.nodes.size()> w = {};
    std::array<bool, Plan::value.nodes.size()> depends = {}; // on parameters
    std::array<std::size_t, Plan::value.nodes.size()> shares = {};
    for (std::size_t s = 0; s < stages.count; ++s) {
        depends[s] = stages.at[s].learned;
        for (const operand& from : stages.at[s].reads)
            if (from.stage != ir::none) depends[s] = depends[s] || depends[from.stage];
    }
    ((w.needed[Starts] = depends[Starts], ++shares[Starts]), ...);
    for (std::size_t s = stages.count; s-- > 0;)
        for (const operand& from : stages.at[s].reads)
            if (from.stage != ir::none && w.needed[s] && depends[from.stage]) {
                w.needed[from.stage] = true;
                ++shares[from.stage];
                if (gives_whole_rows(Plan::value.nodes[stages.at[s].node]))
                    w.summed[from.stage] = true;
            }
    for (std::size_t s = 0; s < stages.count; ++s) {
        w.row[s] = s;
        w.summed[s] = w.summed[s] || shares[s] > 1;
        w.passes[s] = stages.at[s].is_function() && !stages.at[s].learned && !w.summed[s];
        w.to[s] = s;
        if (w.needed[s] && w.passes[s]) w.to[s] = w.to[stages.at[s].reads[0].stage];
    }
    for (std::size_t s = stages.count; s-- > 0;) {
        for (std::size_t k = 0; k < stages.at[s].operands(); ++k) {
            const std::size_t from = stages.at[s].reads[k].stage;
            if (from == ir::none || !w.needed[s] || w.passes[s] || !w.needed[from] ||
                shares[from] != 1 || w.summed[from] || stages.at[from].run != ir::kernel::dense ||
                stages.at[from].fused != ir::none)
                continue;
            if (const std::size_t at = same_gradient<Plan>(s, k); at != ir::none) {
                w.row[from] = w.row[s];
                w.begin[from] = w.begin[s] + at;
            }
        }
    }
    std::array<bool, Plan::value.nodes.size()> stored = {};
    std::size_t output = 0;
    ((w.loss_adds[output++] = std::exchange(stored[w.to[Starts]], true)), ...);
    for (std::size_t s = stages.count; s-- > 0;)
        for (std::size_t k = 0; k < ir::max_inputs; ++k) {
            const std::size_t from = stages.at[s].reads[k].stage;
            if (from != ir::none && w.needed[s] && !w.passes[s] && w.needed[from])
                w.adds[s][k] = std::exchange(stored[w.to[from]], true);
        }
    return w;
}

template <class Plan, class Starts>
inline constexpr auto ways_back_of = make_ways_back<Plan>(Starts{});

} // namespace laminate::inline LAMINATE_ISA::training
