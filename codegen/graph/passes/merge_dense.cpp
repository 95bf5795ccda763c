// SPDX-License-Identifier: MIT
// Merges a dense layer with one that reads it directly, where that leaves fewer multiply-adds:
// W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2), computed in double and rounded once, unless that
// loses digits: where the first layer is a normaliser written as a matrix.

#include <laminate/base/error.hpp>

#include "../edit.hpp"
#include "../typical.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

// Bounds the time that merging takes: seconds.
constexpr std::size_t most_products = std::size_t{1} << 32;

bool pays(std::size_t in, std::size_t middle, std::size_t out) {
    return in * out < middle * (in + out) && in * out <= most_products / middle;
}

bool pays(const graph& network, std::size_t first) {
    return network.nodes[first].kind == ir::op::dense &&
           network.nodes[first + 1].kind == ir::op::dense &&
           pays(inputs_of(network, first), network.nodes[first].units,
                network.nodes[first + 1].units);
}

void merge_dense_pair(graph& network, const typical_row& x, std::size_t first,
                      pass_report& report) {
    const std::size_t second = first + 1;
    const std::size_t in = inputs_of(network, first);
    const std::size_t middle = network.nodes[first].units;
    const std::size_t out = network.nodes[second].units;
    const std::vector<double>& inner = network.parameters[first].weights();
    const std::vector<double>& outer = network.parameters[second].weights();
    const std::vector<double> inner_bias = bias_of(network, first);
    std::vector<double> weights(out * in, 0.0);
    std::vector<double> bias = bias_of(network, second);
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t m = 0; m < middle; ++m) {
            const double w = outer[o * middle + m];
            bias[o] += w * inner_bias[m];
            for (std::size_t i = 0; i < in; ++i)
                weights[o * in + i] += w * inner[m * in + i];
        }
    const typical_row before = typical_linear(network, second, typical_linear(network, first, x));
    std::string why = lost_digits(before, typical_dense(weights, bias, x));
    if (!fits_float(weights) || !fits_float(bias)) why = "a number would exceed a float";
    if (!why.empty()) {
        report.left_out.push_back(sentence("kept ", network.origins[first], " and ",
                                           network.origins[second], " apart: merged, ", why));
        return;
    }
    report.events.push_back(sentence("merged ", network.origins[first], " and ",
                                     network.origins[second], ": ", middle * (in + out),
                                     " multiply-adds become ", in * out));
    report.keeps_values = false;
    network.parameters[second].weights() = std::move(weights);
    set_bias(network, second, std::move(bias));
    network.nodes[second].declared_in = 0;
    erase(network, first, second);
}

} // namespace

void merge_dense(graph& network, const optimise_options& options, pass_report& report) {
    std::vector<typical_row> values; // those before a merge aren't changed by it
    for (std::size_t i = network.nodes.size(); i-- > 2;) {
        if (i >= network.nodes.size() || !pays(network, i - 1)) continue;
        if (values.empty()) values = typical_values(network, options);
        merge_dense_pair(network, values[i - 2], i - 1, report);
    }
}

} // namespace laminate::codegen
