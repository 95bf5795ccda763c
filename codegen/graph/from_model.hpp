// SPDX-License-Identifier: MIT
#pragma once

// A model of a declared network as a graph that the generator could have read from a file. Needs
// the DSL. Promises the parameters as users know them, exactly.

#include <laminate/model/model.hpp>

#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen {

// The parameters of a model through its views, one entry per node.
template <class Model>
std::vector<layer_parameters> parameters_of(const Model& model) {
    std::vector<layer_parameters> all(1);
    const auto add = [&all](const auto& layer) {
        layer_parameters p;
        if constexpr (requires { layer.weights; })
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    p.weights.push_back(static_cast<double>(layer.weights(o, i)));
        if constexpr (requires { layer.bias; })
            for (std::size_t o = 0; o < layer.bias.size(); ++o)
                p.bias.push_back(static_cast<double>(layer.bias[o]));
        if constexpr (requires { layer.slope; })
            for (std::size_t u = 0; u < layer.slope.size(); ++u)
                p.slope.push_back(static_cast<double>(layer.slope[u]));
        if constexpr (requires { layer.scale; })
            for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                p.slope.push_back(static_cast<double>(layer.scale[u]));
                p.bias.push_back(static_cast<double>(layer.shift[u]));
            }
        all.push_back(p);
    };
    boost::hana::for_each(model.layers(), add);
    return all;
}

template <declared Network, template <std::size_t> class Storage>
graph graph_of(const basic_model<Network, Storage>& model) {
    graph g;
    const auto& nodes = detail::plan_of<Network, ir::fusion::on>.nodes;
    g.nodes.assign(nodes.begin(), nodes.end());
    g.parameters = parameters_of(model);
    g.origins.resize(g.nodes.size());
    g.input_shape = {g.inputs()};
    g.output_shape = {g.outputs()};
    return g;
}

} // namespace laminate::codegen
