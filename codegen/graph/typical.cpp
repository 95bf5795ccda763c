// SPDX-License-Identifier: MIT
#include "typical.hpp"

#include <laminate/base/error.hpp>
#include <laminate/ir/kind/table.hpp>
#include <laminate/ir/place.hpp>

#include <algorithm>
#include <cmath>

#include "bounds.hpp"
#include "edit.hpp"
#include "evaluate.hpp"
#include "reference/evaluate.hpp"

namespace laminate::codegen {

namespace {

// Evenly spread over its range, or 0 +- 1 where none is known.
ir::typical of_input(interval range) {
    const double width = range.high - range.low;
    if (!std::isfinite(width)) return {};
    return {range.low + width / 2.0, width * width / 12.0};
}

// What follows is another model than the reference, no number type of it: a mean and a variance of
// each unit, as if all were independent, don't follow from operations one by one (x * x isn't the
// product of two independent numbers). So a function is taken as a whole, at three points, and
// other layers say what they give (reference/layers.hpp). What does neither ends in evaluate_unit's
// error.
ir::typical behind_function(const graph& network, std::size_t node, std::size_t unit,
                            const ir::typical& x) {
    const layer_parameters& p = network.parameters[node];
    const auto f = [&](double at) {
        return static_cast<double>(evaluate_unit(
            network.nodes[node], static_cast<float>(of_unit(p.scale(), unit, 0.0)),
            static_cast<float>(of_unit(p.shift(), unit, 0.0)), static_cast<float>(at)));
    };
    // Gauss and Hermite's rule of three points.
    const double far = std::sqrt(3.0 * x.variance);
    const double low = f(x.mean - far);
    const double middle = f(x.mean);
    const double high = f(x.mean + far);
    const double mean = (low + 4.0 * middle + high) / 6.0;
    const auto square = [mean](double y) { return (y - mean) * (y - mean); };
    const double variance = (square(low) + 4.0 * square(middle) + square(high)) / 6.0;
    if (!std::isfinite(mean) || !std::isfinite(variance)) return {};
    return {mean, variance};
}

typical_row behind(const graph& network, std::size_t node, const typical_row& x) {
    const ir::node& n = network.nodes[node];
    if (n.kind == ir::op::dense || is_affine(n)) return typical_linear(network, node, x);
    return reference::visit(n.kind, [&]<class Kind>(Kind) {
        if constexpr (reference::says_what_is_typical<Kind>) {
            return Kind::typical(n, x);
        } else {
            typical_row y;
            for (std::size_t u = 0; u < x.size(); ++u)
                y.push_back(behind_function(network, node, u, x[u]));
            return y;
        }
    });
}

// What the affine nodes behind `node` do to each of its units.
std::vector<line> affine_lines(const graph& network, std::size_t node, std::size_t units) {
    std::vector<line> lines(units, {1.0, 0.0});
    for (std::size_t i = node + 1; i < network.nodes.size() && is_affine(network.nodes[i]); ++i)
        for (std::size_t u = 0; u < units; ++u) {
            const line next = line_of(network, i, u);
            lines[u] = {next.scale * lines[u].scale, next.scale * lines[u].shift + next.shift};
        }
    return lines;
}

// The same of a matrix, for each input that one row reads, and that row nothing else.
std::vector<line> matrix_lines(const graph& network, std::size_t dense, std::size_t units) {
    const std::vector<double>& weights = network.parameters[dense].weights();
    const std::vector<double> bias = bias_of(network, dense);
    std::vector<line> lines(units, {1.0, 0.0});
    std::vector<std::size_t> rows(units, 0); // that read this input alone
    for (std::size_t o = 0; o < bias.size(); ++o) {
        const auto row = weights.begin() + static_cast<std::ptrdiff_t>(o * units);
        const auto end = row + static_cast<std::ptrdiff_t>(units);
        const auto is_read = [](double w) { return w != 0.0; };
        const auto found = std::find_if(row, end, is_read);
        if (found == end || std::any_of(found + 1, end, is_read)) continue;
        const auto u = static_cast<std::size_t>(found - row);
        lines[u] = rows[u]++ == 0 ? line{*found, bias[o]} : line{1.0, 0.0};
    }
    return lines;
}

// What the nodes behind `node` say of it: they take it to 0 +- 1, unless its bounds say that it
// can't be there. Without a scale they say nothing of how it varies, without a shift nothing of
// where it lies.
void settle(const graph& network, std::size_t node, const std::vector<interval>& bounds,
            typical_row& values) {
    const std::size_t next = node + 1;
    const bool is_matrix = next < network.nodes.size() && network.nodes[next].kind == ir::op::dense;
    const std::vector<line> lines = is_matrix ? matrix_lines(network, next, values.size())
                                              : affine_lines(network, node, values.size());
    for (std::size_t u = 0; u < values.size(); ++u) {
        const double mean = -lines[u].shift / lines[u].scale;
        const double variance = 1.0 / (lines[u].scale * lines[u].scale);
        if (!std::isfinite(mean) || !std::isfinite(variance)) continue;
        const bool says_where = lines[u].shift != 0.0;
        if (variance != 1.0 && (says_where || node == 0)) values[u].variance = variance;
        if (says_where) values[u].mean = std::max(bounds[u].low, std::min(mean, bounds[u].high));
    }
}

} // namespace

typical_row typical_inputs(const graph& network, const optimise_options& options) {
    if (!options.typical_inputs.empty()) return options.typical_inputs;
    std::vector<interval> range = options.input_range;
    if (range.empty()) range = {unbounded};
    if (range.size() == 1) range.resize(network.inputs(), range[0]);
    typical_row x;
    std::transform(range.begin(), range.end(), std::back_inserter(x), of_input);
    settle(network, 0, range, x);
    return x;
}

std::vector<typical_row> typical_values(const graph& network, const optimise_options& options) {
    const std::vector<std::vector<interval>> range = bounds(network, options);
    std::vector<typical_row> all = {typical_inputs(network, options)};
    for (std::size_t node = 1; node < network.nodes.size(); ++node) {
        typical_row values = behind(network, node, all.back());
        for (ir::typical& v : values)
            v.error = 0.0;
        if (!is_affine(network.nodes[node])) settle(network, node, range[node], values);
        all.push_back(std::move(values));
    }
    return all;
}

typical_row typical_dense(const std::vector<double>& weights, const std::vector<double>& bias,
                          const typical_row& x) {
    const std::size_t chains = ir::chains(x.size(), bias.size());
    typical_row y(bias.size());
    for (std::size_t o = 0; o < y.size(); ++o)
        y[o] =
            ir::typical_sum(std::span(weights).subspan(o * x.size(), x.size()), bias[o], x, chains);
    return y;
}

typical_row typical_linear(const graph& network, std::size_t node, const typical_row& x) {
    if (network.nodes[node].kind == ir::op::dense)
        return typical_dense(network.parameters[node].weights(), bias_of(network, node), x);
    typical_row y(x.size());
    for (std::size_t u = 0; u < y.size(); ++u) {
        const line l = line_of(network, node, u);
        y[u] = ir::typical_line(l.scale, l.shift, x[u]);
    }
    return y;
}

std::string lost_digits(const typical_row& before, const typical_row& after) {
    const double times = std::sqrt(ir::error_growth(before, after));
    if (times <= ir::most_error_growth) return {};
    if (!(times < 1e15)) return "rounding errors would be of any size";
    const double unit = std::pow(10.0, std::floor(std::log10(times)) - 1.0); // two digits of it
    return sentence("rounding errors would be about ",
                    static_cast<std::size_t>(std::max(std::round(times / unit) * unit, 9.0)),
                    " times as large");
}

} // namespace laminate::codegen
