// SPDX-License-Identifier: MIT
// Drops nodes that return what they get: linear, dropout, 1 x + 0, and functions that change
// nothing of what the function before them can give (relu after relu, after sigmoid, ...).

#include <laminate/base/error.hpp>
#include <laminate/ir/kind/table.hpp>

#include <algorithm>

#include "../bounds.hpp"
#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

bool all_are(const std::vector<double>& numbers, double number) {
    return std::all_of(numbers.begin(), numbers.end(), [number](double n) { return n == number; });
}

bool is_identity(const graph& network, std::size_t node) {
    const layer_parameters& p = network.parameters[node];
    return ir::is_identity(network.nodes[node].kind) ||
           (network.nodes[node].kind == ir::op::affine && all_are(p.scale(), 1.0) &&
            all_are(p.shift(), 0.0));
}

bool passes_all(const ir::node& n, const std::vector<interval>& in) {
    return n.kind != ir::op::linear &&
           std::all_of(in.begin(), in.end(), [&n](interval x) { return passes(n, x); });
}

} // namespace

void drop_identities(graph& network, const optimise_options&, pass_report& report) {
    const std::vector<std::vector<interval>> values = bounds(network, {}); // whatever the input
    std::vector<bool> drop(network.nodes.size());
    for (std::size_t i = 1; i < drop.size(); ++i)
        drop[i] = is_identity(network, i) || passes_all(network.nodes[i], values[i - 1]);
    for (std::size_t i = drop.size(); i-- > 1;) {
        if (!drop[i] || network.nodes.size() == 2) continue; // a network has one layer at least
        report.events.push_back(sentence("dropped ", network.origins[i], ", which returns what ",
                                         network.origins[i - 1], " gives it"));
        erase(network, i);
    }
}

} // namespace laminate::codegen
