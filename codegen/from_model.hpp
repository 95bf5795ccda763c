// SPDX-License-Identifier: MIT
#pragma once

// A model of a declared network as a graph that the generator could have read from a file. Needs
// the DSL. Promises the parameters as users know them, exactly.

#include <laminate/model/model.hpp>

#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <vector>

#include "graph/graph.hpp"

namespace laminate::codegen {

// The parameters of a model through its views, one entry per node.
template <class Model>
std::vector<layer_parameters> parameters_of(const Model& model) {
    std::vector<layer_parameters> all(1);
    const auto add = [&all](const auto& layer) {
        layer_parameters& p = all.emplace_back();
        layer.each([&p](const auto& tensor) {
            std::vector<double>& numbers = p.tensors.emplace_back();
            tensor.each([&numbers](float x) { numbers.push_back(static_cast<double>(x)); });
        });
    };
    boost::hana::for_each(model.layers(), add);
    return all;
}

template <declared Network, template <std::size_t> class Storage>
graph graph_of(const basic_model<Network, Storage>& model) {
    graph g;
    const auto& plan = detail::plan_of<Network, ir::fusion::on>;
    g.nodes.assign(plan.nodes.begin(), plan.nodes.end());
    for (ir::node& n : g.nodes)
        n.like = ir::none; // parameters_of() copies them for each place
    g.layer_names.assign(plan.names.begin(), plan.names.end());
    g.parameters = parameters_of(model);
    g.origins.resize(g.nodes.size());
    const auto extents = [&g](const ir::port& p) {
        const shape& s = g.nodes[p.node].output;
        return std::vector(s.extent.begin(),
                           s.extent.begin() + static_cast<std::ptrdiff_t>(s.rank));
    };
    for (const ir::port& p : ir::inputs_of(g.nodes))
        g.input_shapes.push_back(extents(p));
    for (const ir::port& p : ir::outputs_of(g.nodes))
        g.output_shapes.push_back(extents(p));
    return g;
}

} // namespace laminate::codegen
