// SPDX-License-Identifier: MIT
#pragma once

// The planner: trace, fuse, place and count, in this order. Needs a network that check() accepts.
// Promises one plan for one network: the DSL runs it at compile time, the generator on a graph from
// a file, through the same functions on spans.

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "../base/compiler.hpp"
#include "check.hpp"
#include "cost.hpp"
#include "fuse.hpp"
#include "place.hpp"
#include "value.hpp"

namespace laminate::ir {

// A plan whose arrays somebody else owns; nodes and values have one entry per node, first_tensor
// one more.
struct plan_view {
    std::span<const node> nodes;
    std::span<const value> values;
    std::span<const tensor> tensors;
    std::span<const std::size_t> first_tensor;
    std::span<const step> sequence; // in the order in which they run; `steps` is how many, a figure
    std::span<const port> in;
    std::span<const port> out;
    figures cost;
    // What files call each node's layer, empty where that is its number; none at all where no layer
    // has a name.
    std::span<const std::string_view> names = {};

    LAMINATE_OF_ISA constexpr std::string_view name_of(std::size_t index) const {
        return names.empty() ? std::string_view() : names[index];
    }
    // Floats of a row, of all inputs or outputs together.
    LAMINATE_OF_ISA constexpr std::size_t inputs() const {
        return in.back().begin + in.back().units;
    }
    LAMINATE_OF_ISA constexpr std::size_t outputs() const {
        return out.back().begin + out.back().units;
    }
    // Floats from a row of a place to the next.
    LAMINATE_OF_ISA constexpr std::size_t stride(const place& p) const {
        return p.in == memory::scratch ? cost.scratch_bytes / sizeof(float)
               : p.in == memory::input ? in[p.index].units
                                       : out[p.index].units;
    }
    LAMINATE_OF_ISA constexpr std::span<const tensor> tensors_of(std::size_t index) const {
        return tensors.subspan(first_tensor[index], first_tensor[index + 1] - first_tensor[index]);
    }
};

inline namespace LAMINATE_ISA {

// Memory for planning: count_tensors() tensors, most_steps() steps, else one entry per node each,
// and one more in first_tensor.
struct plan_workspace {
    std::span<value> values;
    std::span<tensor> tensors;
    std::span<std::size_t> first_tensor;
    std::span<step> steps;
    std::span<placing> rows;
    std::span<std::size_t> by_size;
    ports& in;
    ports& out;
};

// Plans `nodes`, whose shapes are inferred.
constexpr plan_view make_plan(std::span<const node> nodes, fusion mode, rows_in_scratch how,
                              plan_workspace work) {
    work.in = inputs_of(nodes);
    work.out = outputs_of(nodes);
    trace(nodes, work.values);
    const std::size_t parameter_floats =
        place_parameters(nodes, work.values, work.tensors, work.first_tensor);
    const auto steps = work.steps.first(fuse(nodes, work.values, mode, work.steps));
    const std::size_t scratch_floats =
        place_steps(nodes, work.values, parameter_floats, steps, how, work.rows, work.by_size);
    return {
        nodes,           work.values,
        work.tensors,    work.first_tensor,
        steps,           work.in.span(),
        work.out.span(), cost(nodes, work.tensors, parameter_floats, scratch_floats, steps.size())};
}

// A plan that owns its arrays, for a network whose number of nodes is a constant. Its figures are
// its members: `static_assert(laminate::plan(network).parameters == 6'682, "...")`.
template <std::size_t Nodes, std::size_t Tensors, std::size_t Steps>
struct plan : figures {
    std::array<node, Nodes> nodes = {};
    std::array<value, Nodes> values = {};
    std::array<tensor, Tensors> tensors = {};
    std::array<std::size_t, Nodes + 1> first_tensor = {};
    std::array<step, Steps> sequence = {};
    ports in = {};
    ports out = {};
    std::span<const std::string_view> names = {};

    constexpr plan_view view() const {
        return {nodes,     values,     tensors, first_tensor, std::span(sequence).first(steps),
                in.span(), out.span(), *this,   names};
    }
    constexpr std::size_t inputs() const { return view().inputs(); }
    constexpr std::size_t outputs() const { return view().outputs(); }
    // Tensor number k of node `index`.
    constexpr const tensor& tensor_of(std::size_t index, std::size_t k) const {
        return tensors[first_tensor[index] + k];
    }
    constexpr std::size_t tensors_of(std::size_t index) const {
        return first_tensor[index + 1] - first_tensor[index];
    }
};

// Tensors is count_tensors(inferred), and Steps most_steps(inferred). Without fusion each row has
// memory of its own, as in a framework that runs every layer over all rows.
template <std::size_t Tensors, std::size_t Steps, std::size_t Nodes>
constexpr plan<Nodes, Tensors, Steps> make_plan(const std::array<node, Nodes>& inferred,
                                                fusion mode,
                                                std::span<const std::string_view> names = {}) {
    plan<Nodes, Tensors, Steps> p = {};
    p.nodes = inferred;
    p.names = names;
    std::array<placing, Nodes> rows = {};
    std::array<std::size_t, Nodes> by_size = {};
    static_cast<figures&>(p) =
        make_plan(p.nodes, mode,
                  mode == fusion::on ? rows_in_scratch::shared : rows_in_scratch::apart,
                  {p.values, p.tensors, p.first_tensor, p.sequence, rows, by_size, p.in, p.out})
            .cost;
    return p;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
