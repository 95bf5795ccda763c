// SPDX-License-Identifier: MIT
// Takes out units of hidden layers that no unit behind them reads: all outgoing weights are zero.

#include <laminate/base/error.hpp>

#include <algorithm>

#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

std::vector<bool> read_units(const graph& network, std::size_t node, std::size_t next) {
    const std::size_t units = network.nodes[node].units;
    const std::vector<double>& weights = network.parameters[next].weights();
    std::vector<bool> read(units, false);
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (static_cast<float>(weights[k]) != 0.0f) read[k % units] = true;
    return read;
}

} // namespace

void remove_unread_units(graph& network, const optimise_options&, pass_report& report) {
    for (std::size_t i = network.nodes.size(); i-- > 1;) {
        if (network.nodes[i].kind != ir::op::dense) continue;
        const auto next = reader(network, i);
        if (!next) continue;
        std::vector<bool> read = read_units(network, i, *next);
        if (std::find(read.begin(), read.end(), true) == read.end()) read[0] = true;
        const auto unread = static_cast<std::size_t>(std::count(read.begin(), read.end(), false));
        if (unread == 0) continue;
        report.events.push_back(sentence("removed ", unread, " of ", read.size(), " units of ",
                                         network.origins[i], ": ", network.origins[*next],
                                         " doesn't read them"));
        report.keeps_values = keep_units(network, i, *next, read) && report.keeps_values;
    }
}

} // namespace laminate::codegen
