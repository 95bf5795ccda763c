// SPDX-License-Identifier: MIT
// Takes out units of hidden layers whose value never changes: those without incoming weights, and
// those whose bounds meet (a ReLU that never fires, a clip that always saturates). What they add to
// the units behind them, weight times value, goes to the biases of these, unless that loses digits:
// a bias that is far larger than all else is rounded with every term of the sum.

#include <laminate/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "../bounds.hpp"
#include "../edit.hpp"
#include "../evaluate.hpp"
#include "../typical.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

struct found {
    std::vector<bool> keep;
    std::vector<double> value; // of those not kept, and why not
    std::vector<const char*> why;
};

// The value of a unit that is `x` behind the dense layer, behind the nodes up to `next`.
float through(const graph& network, std::size_t node, std::size_t next, std::size_t unit, float x) {
    for (std::size_t i = node + 1; i < next; ++i) {
        const layer_parameters& p = network.parameters[i];
        x = evaluate_unit(network.nodes[i], static_cast<float>(of_unit(p.scale(), unit, 0.0)),
                          static_cast<float>(of_unit(p.shift(), unit, 0.0)), x);
    }
    return x;
}

found look(const graph& network, std::size_t node, std::size_t next,
           const std::vector<std::vector<interval>>& values) {
    const std::size_t units = network.nodes[node].units;
    found f{std::vector<bool>(units, true), std::vector<double>(units),
            std::vector<const char*>(units)};
    for (std::size_t u = 0; u < units; ++u) {
        std::optional<double> value;
        const interval sum = values[node][u];
        const interval result = values[next - 1][u];
        if (sum.low == sum.high) {
            value =
                static_cast<double>(through(network, node, next, u, static_cast<float>(sum.low)));
            f.why[u] = " without any input that matters";
        } else if (result.low == result.high) {
            value = result.low;
            f.why[u] = *value == 0.0 ? " that never fire" : " whose value never changes";
        }
        if (!value || !std::isfinite(*value)) continue;
        f.keep[u] = false;
        f.value[u] = *value;
    }
    return f;
}

// What the units that go add to each unit of the reader, on top of its bias.
struct sums {
    std::vector<double> bias;
    bool added = false;
};
sums add_up(const graph& network, std::size_t next, const found& f) {
    sums s = {bias_of(network, next)};
    const std::vector<double>& weights = network.parameters[next].weights();
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const std::size_t u = k % f.keep.size();
        if (f.keep[u] || f.value[u] == 0.0 || weights[k] == 0.0) continue;
        s.bias[k / f.keep.size()] += weights[k] * f.value[u];
        s.added = true;
    }
    return s;
}

// Why the units can't go that add something to these biases.
std::string lost(const graph& network, std::size_t next, const found& f,
                 const std::vector<double>& bias, const optimise_options& options) {
    if (!fits_float(bias)) return "a number would exceed a float";
    std::vector<double> weights = network.parameters[next].weights();
    typical_row x = typical_values(network, options)[next - 1];
    for (std::size_t u = 0; u < x.size(); ++u)
        if (!f.keep[u]) x[u] = {f.value[u], 0.0};
    const typical_row before = typical_linear(network, next, x);
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (!f.keep[k % x.size()]) weights[k] = 0.0;
    return lost_digits(before, typical_dense(weights, bias, x));
}

std::string reasons(const found& f) {
    std::string all;
    for (const char* const why :
         {" without any input that matters", " that never fire", " whose value never changes"}) {
        std::size_t count = 0;
        for (std::size_t u = 0; u < f.keep.size(); ++u)
            count += !f.keep[u] && f.why[u] == std::string_view(why);
        if (count > 0) all += sentence(all.empty() ? "" : ", ", count, why);
    }
    return all;
}

std::size_t to_remove(const found& f) {
    return static_cast<std::size_t>(std::count(f.keep.begin(), f.keep.end(), false));
}

// Gives the reader's biases what units that go add to them, or else keeps these units. Whether
// anything was added.
bool add_to_bias(graph& network, std::size_t node, std::size_t next, found& f,
                 const optimise_options& options, pass_report& report) {
    sums s = add_up(network, next, f);
    const std::string why = s.added ? lost(network, next, f, s.bias, options) : "";
    if (why.empty()) {
        set_bias(network, next, std::move(s.bias));
        return s.added;
    }
    const std::size_t all = to_remove(f);
    for (std::size_t u = 0; u < f.keep.size(); ++u)
        if (f.value[u] != 0.0) f.keep[u] = true;
    report.left_out.push_back(sentence(
        "kept ", all - to_remove(f), " of ", f.keep.size(), " units of ", network.origins[node],
        ", whose value never changes: in the biases of ", network.origins[next], ", ", why));
    return false;
}

bool remove(graph& network, std::size_t node, std::size_t next, found f,
            const optimise_options& options, pass_report& report) {
    const std::size_t units = f.keep.size();
    if (to_remove(f) == 0 || units == 1) return false; // a layer has a unit at least
    const bool added = add_to_bias(network, node, next, f, options, report);
    auto count = to_remove(f);
    if (count == 0) return false;
    const bool all = count == units;
    if (all) --count;
    report.events.push_back(sentence("removed ", count, " of ", units, " units of ",
                                     network.origins[node], ": ", reasons(f)));
    if (all) {
        f.keep[0] = true;
        for (std::size_t o = 0; o < network.nodes[next].units; ++o)
            network.parameters[next].weights()[o * units] = 0.0;
    }
    const bool ordered = keep_units(network, node, next, f.keep);
    report.keeps_values = report.keeps_values && ordered && !added;
    return true;
}

} // namespace

void remove_constant_units(graph& network, const optimise_options& options, pass_report& report) {
    std::vector<std::vector<interval>> values = bounds(network, options);
    for (std::size_t i = 1; i < network.nodes.size(); ++i) {
        if (network.nodes[i].kind != ir::op::dense) continue;
        const auto next = reader(network, i);
        if (next && remove(network, i, *next, look(network, i, *next, values), options, report))
            values = bounds(network, options); // other roundings, other bounds
    }
}

} // namespace laminate::codegen
