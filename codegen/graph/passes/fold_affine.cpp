// SPDX-License-Identifier: MIT
// Folds an affine node (batch normalisation, input normalisation, a change of sign) into the dense
// layer before it, s (W x + b) + t = (s W) x + (s b + t), or else into the one behind it,
// W (s x + t) + b = (W s) x + (W t + b). Weights are computed in double and rounded once.

#include <laminate/base/error.hpp>

#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

struct line {
    double scale;
    double shift;
};

line line_of(const graph& network, std::size_t node, std::size_t unit) {
    if (network.nodes[node].kind == ir::op::neg) return {-1.0, 0.0};
    const layer_parameters& p = network.parameters[node];
    return {of_unit(p.slope, unit, 1.0), of_unit(p.bias, unit, 0.0)};
}

bool fold(graph& network, std::size_t affine, std::size_t dense, pass_report& report) {
    std::vector<double> weights = network.parameters[dense].weights;
    std::vector<double> bias = bias_of(network, dense);
    const std::size_t inputs = inputs_of(network, dense);
    const bool behind = dense < affine;
    for (std::size_t o = 0; o < bias.size(); ++o) {
        const line out = behind ? line_of(network, affine, o) : line{1.0, 0.0};
        bias[o] = out.scale * bias[o] + out.shift;
        for (std::size_t i = 0; i < inputs; ++i) {
            const line in = behind ? line{1.0, 0.0} : line_of(network, affine, i);
            double& w = weights[o * inputs + i];
            bias[o] += w * in.shift;
            w *= out.scale * in.scale;
        }
    }
    if (!fits_float(weights) || !fits_float(bias)) return false;
    report.events.push_back(sentence("folded ", network.origins[affine], " (",
                                     network.nodes[affine].output.size(), " units) into ",
                                     network.origins[dense], behind ? " before it" : " behind it"));
    report.exact = false;
    network.parameters[dense].weights = std::move(weights);
    set_bias(network, dense, std::move(bias));
    erase(network, affine, dense);
    return true;
}

} // namespace

void fold_affine(graph& network, const optimise_options&, pass_report& report) {
    const auto is_dense = [&](std::size_t i) {
        return i < network.nodes.size() && network.nodes[i].kind == ir::op::dense;
    };
    for (std::size_t i = network.nodes.size(); i-- > 1;) {
        const ir::op kind = network.nodes[i].kind;
        if (kind != ir::op::affine && kind != ir::op::neg) continue;
        if (is_dense(i - 1) && fold(network, i, i - 1, report)) continue;
        if (is_dense(i + 1)) fold(network, i, i + 1, report);
    }
}

} // namespace laminate::codegen
