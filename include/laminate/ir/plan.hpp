// SPDX-License-Identifier: MIT
#pragma once

// The planner: trace, fuse, place and count, in this order. Needs a network that check() accepts.
// Promises one plan for one network: the DSL runs it at compile time, the generator on a graph from
// a file, through the same functions on spans.

#include <array>
#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "check.hpp"
#include "cost.hpp"
#include "flow.hpp"
#include "fuse.hpp"
#include "place.hpp"

namespace laminate::ir {

// A plan whose arrays somebody else owns; nodes and flows have one entry per node, first_tensor one
// more.
struct plan_view {
    std::span<const node> nodes;
    std::span<const flow> flows;
    std::span<const tensor> tensors;
    std::span<const std::size_t> first_tensor;
    std::span<const step> steps;
    figures cost;

    LAMINATE_OF_ISA constexpr std::size_t inputs() const { return nodes.front().output.size(); }
    LAMINATE_OF_ISA constexpr std::size_t outputs() const { return nodes.back().output.size(); }
    LAMINATE_OF_ISA constexpr std::span<const tensor> tensors_of(std::size_t index) const {
        return tensors.subspan(first_tensor[index], first_tensor[index + 1] - first_tensor[index]);
    }
};

inline namespace LAMINATE_ISA {

// Memory for planning: count_tensors() tensors, else one entry per node each, and one more in
// first_tensor.
struct plan_workspace {
    std::span<flow> flows;
    std::span<tensor> tensors;
    std::span<std::size_t> first_tensor;
    std::span<step> steps;
    std::span<std::size_t> last_use;
};

// Plans `nodes`, whose shapes are inferred.
constexpr plan_view make_plan(std::span<const node> nodes, fusion mode, plan_workspace work) {
    trace(nodes, work.flows);
    const std::size_t parameter_floats =
        place_parameters(nodes, work.flows, work.tensors, work.first_tensor);
    const auto steps = work.steps.first(fuse(nodes, work.flows, mode, work.steps));
    const std::size_t scratch_floats =
        place_steps(nodes, work.flows, parameter_floats, steps, work.last_use);
    return {
        nodes,        work.flows,
        work.tensors, work.first_tensor,
        steps,        cost(nodes, work.tensors, parameter_floats, scratch_floats, steps.size())};
}

// A plan that owns its arrays, for a network whose number of nodes is a constant. Its figures are
// its members: `static_assert(laminate::plan(network).parameters == 6'682, "...")`.
template <std::size_t Nodes, std::size_t Tensors>
struct plan : figures {
    std::array<node, Nodes> nodes = {};
    std::array<flow, Nodes> flows = {};
    std::array<tensor, Tensors> tensors = {};
    std::array<std::size_t, Nodes + 1> first_tensor = {};
    std::array<step, Nodes> sequence = {};

    constexpr plan_view view() const {
        return {nodes, flows, tensors, first_tensor, std::span(sequence).first(steps), *this};
    }
    constexpr std::size_t inputs() const { return nodes.front().output.size(); }
    constexpr std::size_t outputs() const { return nodes.back().output.size(); }
    // Tensor number k of node `index`.
    constexpr const tensor& tensor_of(std::size_t index, std::size_t k) const {
        return tensors[first_tensor[index] + k];
    }
    constexpr std::size_t tensors_of(std::size_t index) const {
        return first_tensor[index + 1] - first_tensor[index];
    }
};

// Tensors is count_tensors(inferred).
template <std::size_t Tensors, std::size_t Nodes>
constexpr plan<Nodes, Tensors> make_plan(const std::array<node, Nodes>& inferred, fusion mode) {
    plan<Nodes, Tensors> p = {};
    p.nodes = inferred;
    std::array<std::size_t, Nodes> last_use = {};
    static_cast<figures&>(p) =
        make_plan(p.nodes, mode, {p.flows, p.tensors, p.first_tensor, p.sequence, last_use}).cost;
    return p;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
