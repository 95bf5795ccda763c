// SPDX-License-Identifier: MIT
#pragma once

// Graphs for tests of the generator, layer by layer. Needs nothing of the DSL. Promises right
// graphs with origins, and that a seed gives one graph for ever.

#include "random.hpp"

#include <laminate/codegen/graph/graph.hpp>
#include <laminate/ir/infer.hpp>
#include <laminate/ir/kind/table.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace laminate::test {

class graph_builder {
public:
    explicit graph_builder(std::size_t inputs, std::uint64_t seed = 1) : random_(seed) {
        add({.kind = ir::op::input, .output = vector_shape(inputs)}, {});
    }

    graph_builder& add(ir::node n, codegen::layer_parameters p) {
        if (!graph_.nodes.empty()) {
            n.inputs[0] = graph_.nodes.size() - 1;
            graph_.nodes.back().result = ir::none; // the last one is the output
        }
        graph_.origins.push_back(std::string(ir::name(n.kind)) + " '" +
                                 std::to_string(graph_.nodes.size()) + "'");
        graph_.nodes.push_back(n);
        graph_.parameters.push_back(std::move(p));
        ir::infer(graph_.nodes);
        return *this;
    }
    graph_builder& add(ir::op kind) { return add({.kind = kind}, {}); }
    graph_builder& dense(std::vector<double> weights, std::vector<double> bias) {
        const std::size_t units = bias.size();
        return add({.kind = ir::op::dense, .units = units},
                   {{std::move(weights), std::move(bias)}});
    }
    // Weights that keep values near 1; floats, as in a file.
    graph_builder& dense(std::size_t units) {
        const std::size_t inputs = width();
        double bound = 1.0;
        while (bound * bound * static_cast<double>(inputs) > 8.0)
            bound /= 2.0;
        auto weights = numbers(units * inputs, bound); // one after the other with any compiler
        return dense(std::move(weights), numbers(units, 0.5));
    }
    graph_builder& affine(std::vector<double> scale, std::vector<double> shift) {
        return add({.kind = ir::op::affine}, {{std::move(scale), std::move(shift)}});
    }
    graph_builder& affine() {
        auto scale = numbers(width(), 2.0);
        return affine(std::move(scale), numbers(width(), 1.0));
    }

    std::size_t width() const { return graph_.outputs(); }
    codegen::layer_parameters& last() { return graph_.parameters.back(); }
    test::random& random() { return random_; }
    operator codegen::graph() const { return graph_; }

private:
    std::vector<double> numbers(std::size_t count, double bound) {
        std::vector<double> all(count);
        for (double& n : all)
            n = static_cast<double>(random_.uniform(static_cast<float>(bound)));
        return all;
    }

    class random random_;
    codegen::graph graph_;
};

// Numbers for each learned tensor, such that values neither vanish nor explode.
inline codegen::graph with_parameters(std::vector<ir::node> nodes, random& r) {
    codegen::graph g;
    ir::infer(nodes);
    g.nodes = std::move(nodes);
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
        codegen::layer_parameters p;
        const auto shapes = ir::operands_of(g.nodes, i);
        const auto learned = ir::of(g.nodes[i].kind).learned(g.nodes[i], shapes);
        for (std::size_t k = 0; k < learned.size(); ++k) {
            if (!learned[k].learned) continue;
            const auto& extents = learned[k].extents;
            const double inputs = extents.rank >= 2 ? static_cast<double>(extents.size()) /
                                                          static_cast<double>(extents.extent[0])
                                                    : 1.0;
            for (std::size_t n = 0; n < extents.size(); ++n)
                p[k].push_back(
                    static_cast<double>(r.uniform(static_cast<float>(1.5 / std::sqrt(inputs)))));
        }
        g.parameters.push_back(std::move(p));
    }
    g.origins.resize(g.nodes.size());
    return g;
}

} // namespace laminate::test
