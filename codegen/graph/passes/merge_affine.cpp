// SPDX-License-Identifier: MIT
// Merges an affine node (or a change of sign) with the one behind it:
// s2 (s1 x + t1) + t2 = (s2 s1) x + (s2 t1 + t2).

#include <laminate/base/error.hpp>

#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

bool is_affine(const ir::node& n) { return n.kind == ir::op::affine || n.kind == ir::op::neg; }

double scale(const graph& network, std::size_t node, std::size_t unit) {
    if (network.nodes[node].kind == ir::op::neg) return -1.0;
    return of_unit(network.parameters[node].slope, unit, 1.0);
}
double shift(const graph& network, std::size_t node, std::size_t unit) {
    return of_unit(network.parameters[node].bias, unit, 0.0);
}

// As one affine node, in place of the second.
bool merge(graph& network, std::size_t first, pass_report& report) {
    const std::size_t second = first + 1;
    const std::size_t units = network.nodes[first].output.size();
    layer_parameters both;
    for (std::size_t u = 0; u < units; ++u) {
        const double s = scale(network, second, u);
        both.slope.push_back(s * scale(network, first, u));
        both.bias.push_back(s * shift(network, first, u) + shift(network, second, u));
    }
    if (!fits_float(both.slope) || !fits_float(both.bias)) return false;
    report.events.push_back(sentence("merged ", network.origins[first], " with ",
                                     network.origins[second], " (", units, " units)"));
    report.exact = false;
    network.nodes[second].kind = ir::op::affine;
    network.parameters[second] = std::move(both);
    erase(network, first, second);
    return true;
}

} // namespace

void merge_affine(graph& network, const optimise_options&, pass_report& report) {
    for (std::size_t i = network.nodes.size(); i-- > 2;)
        if (i < network.nodes.size() && is_affine(network.nodes[i]) &&
            is_affine(network.nodes[i - 1]))
            merge(network, i - 1, report);
}

} // namespace laminate::codegen
