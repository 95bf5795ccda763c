// SPDX-License-Identifier: MIT
// Folds an affine node (batch normalisation, input normalisation, a change of sign) into the dense
// layer before it, s (W x + b) + t = (s W) x + (s b + t), or else into the one behind it,
// W (s x + t) + b = (W s) x + (W t + b), unless that loses digits: where x lies far from 0, W s x
// and W t cancel. Weights are computed in double and rounded once.

#include <laminate/base/error.hpp>

#include <algorithm>

#include "../edit.hpp"
#include "../typical.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

struct folded {
    std::vector<double> weights;
    std::vector<double> bias;
};

folded fold_before(const graph& network, std::size_t affine, std::size_t dense) {
    folded f = {network.parameters[dense].weights(), bias_of(network, dense)};
    const std::size_t inputs = inputs_of(network, dense);
    for (std::size_t o = 0; o < f.bias.size(); ++o) {
        const line out = line_of(network, affine, o);
        f.bias[o] = out.scale * f.bias[o] + out.shift;
        for (std::size_t i = 0; i < inputs; ++i)
            f.weights[o * inputs + i] *= out.scale;
    }
    return f;
}

folded fold_behind(const graph& network, std::size_t affine, std::size_t dense) {
    folded f = {network.parameters[dense].weights(), bias_of(network, dense)};
    const std::size_t inputs = inputs_of(network, dense);
    for (std::size_t o = 0; o < f.bias.size(); ++o)
        for (std::size_t i = 0; i < inputs; ++i) {
            const line in = line_of(network, affine, i);
            double& w = f.weights[o * inputs + i];
            f.bias[o] += w * in.shift;
            w *= in.scale;
        }
    return f;
}

bool is_dense(const graph& network, std::size_t node) {
    return node < network.nodes.size() && network.nodes[node].kind == ir::op::dense;
}

// Whether digits would be lost. Behind the last dense layer an affine node takes values from about
// 0 to where results lie: its shift, far off, would be rounded with every term of the sum. Before
// that it is a batch norm, which takes values to about 0 from where they lie: what its shift
// cancels is in the sum already, and only the weights are of interest.
std::string lost_by_folding(const graph& network, std::size_t affine, std::size_t dense,
                            const folded& f, const typical_row& x) {
    if (affine < dense)
        return lost_digits(typical_linear(network, dense, typical_linear(network, affine, x)),
                           typical_dense(f.weights, f.bias, x));
    bool is_last = true;
    for (std::size_t i = affine + 1; i < network.nodes.size(); ++i)
        is_last = is_last && !is_dense(network, i);
    const std::vector<double> none(f.bias.size(), 0.0);
    typical_row before = typical_dense(network.parameters[dense].weights(),
                                       is_last ? bias_of(network, dense) : none, x);
    for (std::size_t o = 0; o < before.size(); ++o) {
        const line out = line_of(network, affine, o);
        before[o] = ir::typical_line(out.scale, is_last ? out.shift : 0.0, before[o]);
    }
    return lost_digits(before, typical_dense(f.weights, is_last ? f.bias : none, x));
}

// Nothing if the affine node is gone, else why it stays.
std::string fold(graph& network, const std::vector<typical_row>& values, std::size_t affine,
                 std::size_t dense, pass_report& report) {
    const bool behind = dense < affine;
    folded f = behind ? fold_before(network, affine, dense) : fold_behind(network, affine, dense);
    if (!fits_float(f.weights) || !fits_float(f.bias)) return "a number would exceed a float";
    if (std::string why =
            lost_by_folding(network, affine, dense, f, values[std::min(affine, dense) - 1]);
        !why.empty())
        return why;
    report.events.push_back(sentence("folded ", network.origins[affine], " (",
                                     network.nodes[affine].output.size(), " units) into ",
                                     network.origins[dense], behind ? " before it" : " behind it"));
    report.keeps_values = false;
    network.parameters[dense].weights() = std::move(f.weights);
    set_bias(network, dense, std::move(f.bias));
    erase(network, affine, dense);
    return {};
}

} // namespace

void fold_affine(graph& network, const optimise_options& options, pass_report& report) {
    std::vector<typical_row> values; // those before a fold aren't changed by it
    for (std::size_t i = network.nodes.size(); i-- > 1;) {
        if (!is_affine(network.nodes[i])) continue;
        std::string why;
        for (const std::size_t dense : {i - 1, i + 1}) {
            if (!is_dense(network, dense)) continue;
            if (values.empty()) values = typical_values(network, options);
            why = fold(network, values, i, dense, report);
            if (why.empty()) break;
        }
        if (!why.empty())
            report.left_out.push_back(
                sentence("kept ", network.origins[i], ": folded into ",
                         network.origins[is_dense(network, i + 1) ? i + 1 : i - 1], ", ", why));
    }
}

} // namespace laminate::codegen
