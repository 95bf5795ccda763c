// SPDX-License-Identifier: MIT
#include "edit.hpp"

#include <laminate/base/error.hpp>
#include <laminate/ir/infer.hpp>
#include <laminate/ir/kind/table.hpp>
#include <laminate/ir/place.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "reference/evaluate.hpp"

namespace laminate::codegen {

namespace {

void relink(graph& network) {
    for (std::size_t i = 1; i < network.nodes.size(); ++i)
        network.nodes[i].inputs[0] = i - 1;
    ir::infer(network.nodes);
}

// Groups of `size` numbers, one for each unit, of which some are kept.
void keep_groups(std::vector<double>& numbers, std::size_t size, const std::vector<bool>& keep) {
    if (numbers.size() != size * keep.size()) return; // one for all units
    std::size_t to = 0;
    for (std::size_t u = 0; u < keep.size(); ++u)
        if (keep[u]) {
            std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(u * size), size,
                        numbers.begin() + static_cast<std::ptrdiff_t>(to * size));
            ++to;
        }
    numbers.resize(to * size);
}

// One number of each row of `weights`, [outputs, inputs], for each input that is kept.
void keep_columns(std::vector<double>& weights, const std::vector<bool>& keep) {
    std::size_t to = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (keep[k % keep.size()]) weights[to++] = weights[k];
    weights.resize(to);
}

bool same_order(std::size_t inputs, std::size_t kept_inputs, std::size_t outputs,
                const std::vector<bool>& keep) {
    const std::size_t chains = ir::chains(inputs, outputs);
    if (ir::chains(kept_inputs, outputs) != chains) return false;
    std::size_t to = 0;
    for (std::size_t from = 0; from < keep.size(); ++from)
        if (keep[from] && (from - to++) % chains != 0) return false;
    return true;
}

} // namespace

bool passes_know(const ir::node& n) {
    if (n.output.rank > 1 || n.kind == ir::op::reshape) return false; // rows of units alone
    if (ir::is_elementwise(n.kind) || n.kind == ir::op::dense) return true;
    return reference::visit(n.kind,
                            []<class Kind>(Kind) { return reference::says_what_is_typical<Kind>; });
}

bool is_chain(const graph& network) {
    for (std::size_t i = 1; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        if (!passes_know(n) || n.inputs[0] != i - 1) return false;
        if (network.nodes[i - 1].result != ir::none) return false;
    }
    return true;
}

void prepend_affine(graph& network, std::vector<double> scale, std::vector<double> shift) {
    ir::node affine;
    affine.kind = ir::op::affine;
    network.nodes.insert(network.nodes.begin() + 1, affine);
    network.parameters.insert(network.parameters.begin() + 1,
                              {{std::move(scale), std::move(shift)}});
    network.origins.insert(network.origins.begin() + 1, "the normaliser of the inputs");
    if (!network.layer_names.empty())
        network.layer_names.insert(network.layer_names.begin() + 1, std::string());
    relink(network);
}

void erase(graph& network, std::size_t node, std::optional<std::size_t> heir) {
    if (heir && !network.origins[node].empty())
        network.origins[*heir] =
            *heir < node ? sentence(network.origins[*heir], " + ", network.origins[node])
                         : sentence(network.origins[node], " + ", network.origins[*heir]);
    const auto at = static_cast<std::ptrdiff_t>(node);
    network.nodes.erase(network.nodes.begin() + at);
    network.parameters.erase(network.parameters.begin() + at);
    network.origins.erase(network.origins.begin() + at);
    if (node < network.layer_names.size())
        network.layer_names.erase(network.layer_names.begin() + at);
    relink(network);
}

std::optional<std::size_t> reader(const graph& network, std::size_t node) {
    std::size_t next = node + 1;
    while (next < network.nodes.size() && ir::is_elementwise(network.nodes[next].kind))
        ++next;
    if (next == network.nodes.size() || network.nodes[next].kind != ir::op::dense)
        return std::nullopt;
    return next;
}

bool keep_units(graph& network, std::size_t node, std::size_t next, const std::vector<bool>& keep) {
    const std::size_t inputs = inputs_of(network, node);
    const std::size_t units = keep.size();
    const auto kept = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), true));
    assert(kept > 0);
    const std::size_t outputs = network.nodes[next].units;
    const bool ordered = ir::chains(inputs, units) == ir::chains(inputs, kept) &&
                         same_order(units, kept, outputs, keep);
    for (std::size_t i = node; i < next; ++i)
        if (!network.nodes[i].shared)
            for (std::vector<double>& numbers : network.parameters[i].tensors)
                keep_groups(numbers, numbers.size() / units, keep);
    keep_columns(network.parameters[next].weights(), keep);
    network.nodes[node].units = kept;
    network.nodes[next].declared_in = 0;
    relink(network);
    return ordered;
}

double of_unit(const std::vector<double>& numbers, std::size_t unit, double otherwise) {
    if (numbers.empty()) return otherwise;
    return numbers[numbers.size() == 1 ? 0 : unit];
}

bool is_affine(const ir::node& n) { return n.kind == ir::op::affine || n.kind == ir::op::neg; }

line line_of(const graph& network, std::size_t node, std::size_t unit) {
    if (network.nodes[node].kind == ir::op::neg) return {-1.0, 0.0};
    const layer_parameters& p = network.parameters[node];
    return {of_unit(p.scale(), unit, 1.0), of_unit(p.shift(), unit, 0.0)};
}

std::vector<double> bias_of(const graph& network, std::size_t node) {
    if (network.nodes[node].bias) return network.parameters[node].bias();
    return std::vector<double>(network.nodes[node].units, 0.0);
}

void set_bias(graph& network, std::size_t node, std::vector<double> bias) {
    const bool zero = std::all_of(bias.begin(), bias.end(), [](double b) { return b == 0.0; });
    if (!network.nodes[node].bias && zero) return;
    network.nodes[node].bias = true;
    network.parameters[node].bias() = std::move(bias);
}

std::size_t inputs_of(const graph& network, std::size_t node) {
    return network.nodes[network.nodes[node].inputs[0]].output.size();
}

bool fits_float(const std::vector<double>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(),
                       [](double n) { return std::isfinite(static_cast<float>(n)); });
}

} // namespace laminate::codegen
