// SPDX-License-Identifier: MIT
// Takes out units of hidden layers whose value never changes: those without incoming weights, and
// those whose bounds meet (a ReLU that never fires, a clip that always saturates). What they add to
// the units behind them, weight times value, goes to the biases of these.

#include <laminate/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include "../bounds.hpp"
#include "../edit.hpp"
#include "../evaluate.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

struct found {
    std::vector<bool> keep;
    std::vector<double> value; // of those not kept
    std::size_t without_inputs = 0;
    std::size_t silent = 0; // always 0
    std::size_t constant = 0;
};

// The value of a unit that is `x` behind the dense layer, behind the nodes up to `next`.
float through(const graph& network, std::size_t node, std::size_t next, std::size_t unit, float x) {
    for (std::size_t i = node + 1; i < next; ++i) {
        const layer_parameters& p = network.parameters[i];
        x = evaluate_unit(network.nodes[i], static_cast<float>(of_unit(p.slope, unit, 0.0)),
                          static_cast<float>(of_unit(p.bias, unit, 0.0)), x);
    }
    return x;
}

found look(const graph& network, std::size_t node, std::size_t next,
           const std::vector<std::vector<interval>>& values) {
    const std::size_t units = network.nodes[node].units;
    found f{std::vector<bool>(units, true), std::vector<double>(units)};
    for (std::size_t u = 0; u < units; ++u) {
        std::optional<double> value;
        const interval sum = values[node][u];
        const interval result = values[next - 1][u];
        if (sum.low == sum.high) {
            value =
                static_cast<double>(through(network, node, next, u, static_cast<float>(sum.low)));
            if (std::isfinite(*value)) ++f.without_inputs;
        } else if (result.low == result.high) {
            value = result.low;
            ++(*value == 0.0 ? f.silent : f.constant);
        }
        if (!value || !std::isfinite(*value)) continue;
        f.keep[u] = false;
        f.value[u] = *value;
    }
    return f;
}

// Biases of the reader with what the constant units add; whether anything was added.
bool add_to_bias(graph& network, std::size_t next, const found& f) {
    std::vector<double> bias = bias_of(network, next);
    const std::vector<double>& weights = network.parameters[next].weights;
    bool added = false;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const std::size_t u = k % f.keep.size();
        if (f.keep[u] || f.value[u] == 0.0 || weights[k] == 0.0) continue;
        bias[k / f.keep.size()] += weights[k] * f.value[u];
        added = true;
    }
    set_bias(network, next, std::move(bias));
    return added;
}

std::string reasons(const found& f) {
    std::string all;
    const auto add = [&all](std::size_t count, const char* what) {
        if (count > 0) all += sentence(all.empty() ? "" : ", ", count, what);
    };
    add(f.without_inputs, " without any input that matters");
    add(f.silent, " that never fire");
    add(f.constant, " whose value never changes");
    return all;
}

bool remove(graph& network, std::size_t node, std::size_t next, found f, pass_report& report) {
    const std::size_t units = f.keep.size();
    auto count = static_cast<std::size_t>(std::count(f.keep.begin(), f.keep.end(), false));
    const bool all = count == units; // one has to stay: a layer has a unit at least
    if (all) --count;
    if (count == 0) return false;
    report.events.push_back(sentence("removed ", count, " of ", units, " units of ",
                                     network.origins[node], ": ", reasons(f)));
    const bool added = add_to_bias(network, next, f);
    if (all) {
        f.keep[0] = true;
        for (std::size_t o = 0; o < network.nodes[next].units; ++o)
            network.parameters[next].weights[o * units] = 0.0;
    }
    const bool ordered = keep_units(network, node, next, f.keep);
    report.exact = report.exact && ordered && !added;
    return true;
}

} // namespace

void remove_constant_units(graph& network, const optimise_options& options, pass_report& report) {
    std::vector<std::vector<interval>> values = bounds(network, options);
    for (std::size_t i = 1; i < network.nodes.size(); ++i) {
        if (network.nodes[i].kind != ir::op::dense) continue;
        const auto next = reader(network, i);
        if (next && remove(network, i, *next, look(network, i, *next, values), report))
            values = bounds(network, options); // other roundings, other bounds
    }
}

} // namespace laminate::codegen
