// SPDX-License-Identifier: MIT
// Merges units of a hidden layer that always have the same value, because they have the same
// incoming weights, bias and parameters: one stays, and its outgoing weights are the sums of
// theirs. That loses no digits: a sum of weights is no larger than they together, and a term less
// is rounded.

#include <laminate/base/error.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>

#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

// All that a unit's value depends on, beside the inputs.
std::vector<std::uint32_t> signature(const graph& network, std::size_t node, std::size_t next,
                                     std::size_t unit) {
    std::vector<std::uint32_t> bits;
    const auto add = [&bits](double number) {
        bits.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(number)));
    };
    const std::size_t units = network.nodes[node].units;
    for (std::size_t i = node; i < next; ++i)
        if (!network.nodes[i].shared)
            for (const std::vector<double>& numbers : network.parameters[i].tensors) {
                const std::size_t each = numbers.size() / units;
                for (std::size_t k = 0; k < each; ++k)
                    add(numbers[unit * each + k]);
            }
    return bits;
}

// For each unit the first one that equals it.
std::vector<std::size_t> first_equals(const graph& network, std::size_t node, std::size_t next) {
    std::map<std::vector<std::uint32_t>, std::size_t> first;
    std::vector<std::size_t> of(network.nodes[node].units);
    for (std::size_t u = 0; u < of.size(); ++u)
        of[u] = first.emplace(signature(network, node, next, u), u).first->second;
    return of;
}

void merge_units(graph& network, std::size_t node, std::size_t next, pass_report& report) {
    const std::vector<std::size_t> heir = first_equals(network, node, next);
    const std::size_t units = heir.size();
    std::vector<bool> keep(units);
    for (std::size_t u = 0; u < units; ++u)
        keep[u] = heir[u] == u;
    const auto merged = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), false));
    if (merged == 0) return;
    std::vector<double> weights = network.parameters[next].weights();
    for (std::size_t row = 0; row < weights.size(); row += units)
        for (std::size_t u = 0; u < units; ++u)
            if (!keep[u]) weights[row + heir[u]] += weights[row + u];
    if (!fits_float(weights)) {
        report.left_out.push_back(sentence("kept ", merged, " of ", units, " units of ",
                                           network.origins[node],
                                           " that equal others: a number would exceed a float"));
        return;
    }
    network.parameters[next].weights() = std::move(weights);
    keep_units(network, node, next, keep);
    report.keeps_values = false;
    report.events.push_back(sentence("merged ", merged, " of ", units, " units of ",
                                     network.origins[node], " with units that equal them"));
}

} // namespace

void merge_equal_units(graph& network, const optimise_options&, pass_report& report) {
    for (std::size_t i = 1; i < network.nodes.size(); ++i)
        if (network.nodes[i].kind == ir::op::dense)
            if (const auto next = reader(network, i)) merge_units(network, i, *next, report);
}

} // namespace laminate::codegen
