// SPDX-License-Identifier: MIT
#include "chains.hpp"

#include <algorithm>
#include <utility>

#include "edit.hpp"

namespace laminate::codegen {

std::vector<chain> chains_of(const graph& network) {
    const std::size_t count = network.nodes.size();
    std::vector<std::size_t> readers(count, 0);
    for (const ir::node& n : network.nodes)
        for (const std::size_t from : n.inputs)
            if (from != ir::none) ++readers[from];
    for (const ir::port& out : ir::outputs_of(network.nodes))
        ++readers[out.node]; // the caller
    std::vector<chain> all;
    std::vector<std::size_t> ends(count, ir::none); // which chain ends in a node
    for (std::size_t i = 0; i < count; ++i) {
        if (!passes_know(network.nodes[i])) continue;
        const std::size_t from = network.nodes[i].inputs[0];
        if (ends[from] == ir::none || readers[from] != 1) {
            ends[i] = all.size();
            all.push_back({from, {i}});
        } else {
            ends[i] = ends[from];
            all[ends[i]].nodes.push_back(i);
        }
    }
    std::erase_if(all, [](const chain& c) { return c.nodes.size() < 2; });
    std::sort(all.begin(), all.end(),
              [](const chain& a, const chain& b) { return a.nodes.back() < b.nodes.back(); });
    return all;
}

graph extract(const graph& network, const chain& part) {
    graph alone;
    alone.nodes.push_back({.output = network.nodes[part.from].output});
    alone.parameters.emplace_back();
    alone.origins.push_back(network.origins[part.from]);
    for (const std::size_t i : part.nodes) {
        ir::node n = network.nodes[i];
        n.inputs[0] = alone.nodes.size() - 1;
        n.result = ir::none;
        alone.nodes.push_back(n);
        alone.parameters.push_back(network.parameters[i]);
        alone.origins.push_back(network.origins[i]);
    }
    ir::infer(alone.nodes);
    return alone;
}

void replace(graph& network, const chain& part, graph by) {
    const std::vector<ir::node> nodes = std::exchange(network.nodes, {});
    std::vector<layer_parameters> parameters = std::exchange(network.parameters, {});
    std::vector<std::string> origins = std::exchange(network.origins, {});
    network.layer_names.clear(); // numbers change
    std::vector<std::size_t> places(nodes.size(), ir::none);
    const auto add = [&network](const ir::node& n, layer_parameters& p, std::string& origin) {
        network.nodes.push_back(n);
        network.parameters.push_back(std::move(p));
        network.origins.push_back(std::move(origin));
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        ir::node n = nodes[i];
        if (i == part.nodes.back()) {
            for (std::size_t k = 1; k < by.nodes.size(); ++k) {
                ir::node& next = by.nodes[k];
                next.inputs[0] = k == 1 ? places[part.from] : network.nodes.size() - 1;
                next.result = k + 1 == by.nodes.size() ? n.result : ir::none;
                add(next, by.parameters[k], by.origins[k]);
            }
        } else if (std::find(part.nodes.begin(), part.nodes.end(), i) == part.nodes.end()) {
            for (std::size_t& from : n.inputs)
                if (from != ir::none) from = places[from];
            add(n, parameters[i], origins[i]);
        }
        places[i] = network.nodes.size() - 1;
    }
    ir::infer(network.nodes);
}

} // namespace laminate::codegen
