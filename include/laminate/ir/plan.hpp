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

// A plan whose arrays somebody else owns; nodes, flows and placed have one entry per node.
struct plan_view {
    std::span<const node> nodes;
    std::span<const flow> flows;
    std::span<const parameters> placed;
    std::span<const step> steps;
    figures cost;

    LAMINATE_OF_ISA constexpr std::size_t inputs() const { return nodes.front().output.size(); }
    LAMINATE_OF_ISA constexpr std::size_t outputs() const { return nodes.back().output.size(); }
};

inline namespace LAMINATE_ISA {

// Memory for planning, one entry per node each.
struct plan_workspace {
    std::span<flow> flows;
    std::span<parameters> placed;
    std::span<step> steps;
    std::span<std::size_t> last_use;
};

// Plans `nodes`, whose shapes are inferred.
constexpr plan_view make_plan(std::span<const node> nodes, fusion mode, plan_workspace work) {
    trace(nodes, work.flows);
    const std::size_t parameter_floats = place_parameters(nodes, work.flows, work.placed);
    const auto steps = work.steps.first(fuse(nodes, work.flows, mode, work.steps));
    const std::size_t scratch_floats =
        place_steps(nodes, work.flows, parameter_floats, steps, work.last_use);
    return {nodes, work.flows, work.placed, steps,
            cost(nodes, work.placed, parameter_floats, scratch_floats, steps.size())};
}

// A plan that owns its arrays, for a network whose number of nodes is a constant. Its figures are
// its members: `static_assert(laminate::plan(network).parameters == 6'682, "...")`.
template <std::size_t Nodes>
struct plan : figures {
    std::array<node, Nodes> nodes = {};
    std::array<flow, Nodes> flows = {};
    std::array<ir::parameters, Nodes> placed = {};
    std::array<step, Nodes> sequence = {};

    constexpr plan_view view() const {
        return {nodes, flows, placed, std::span(sequence).first(steps), *this};
    }
    constexpr std::size_t inputs() const { return nodes.front().output.size(); }
    constexpr std::size_t outputs() const { return nodes.back().output.size(); }
};

template <std::size_t Nodes>
constexpr plan<Nodes> make_plan(const std::array<node, Nodes>& inferred, fusion mode) {
    plan<Nodes> p = {};
    p.nodes = inferred;
    std::array<std::size_t, Nodes> last_use = {};
    static_cast<figures&>(p) =
        make_plan(p.nodes, mode, {p.flows, p.placed, p.sequence, last_use}).cost;
    return p;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
