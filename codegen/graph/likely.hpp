// SPDX-License-Identifier: MIT
#pragma once

// How far a float evaluation is likely to be from the reference. The bound of reference.hpp holds
// in the worst case, all errors one way, and grows by |W| with each layer; behind many layers it
// exceeds the outputs, and excludes nothing. Here the network is evaluated 32 times more, in
// double, with each value moved up or down, by chance, by the deviation of its own rounding: errors
// then add up and cancel as they do in floats, with all that layers do to them. An output is
// expected within eight times the deviation that is seen.
//
// What that supposes: rounding errors lie anywhere within half a unit in the last place and are as
// good as independent, so that those of a sum of n terms deviate by sqrt((n + 2) / 3) u m, where no
// partial sum is larger than m (Higham and Mary, A New Approach to Probabilistic Rounding Error
// Analysis, 2019). Eight deviations, estimated from 32 samples, are then exceeded by one output
// in 2e8 (Student's t); most partial sums are smaller than m, and most functions better than 5 ulp,
// which makes that far fewer.

#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include "reference.hpp"

namespace laminate::codegen::reference {

inline constexpr std::size_t samples = 32;
inline constexpr double deviations = 8.0;

// A value as N evaluations have it.
template <std::size_t N>
using cloud = std::array<double, N>;

// What node `n` makes of clouds, without an error of its own.
template <std::size_t N>
std::vector<cloud<N>> after(const ir::node& n, const layer_parameters& p,
                            const std::vector<cloud<N>>& x) {
    std::vector<cloud<N>> y(n.kind == ir::op::dense ? n.units : 0);
    for (std::size_t o = 0; o < y.size(); ++o) {
        const double* const weights = p.weights.data() + o * x.size();
        y[o].fill(n.bias ? p.bias[o] : 0.0);
        cloud<N> sum = y[o];
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t s = 0; s < N; ++s)
                sum[s] += weights[i] * x[i][s];
        y[o] = sum;
    }
    if (n.kind == ir::op::dense) return y;
    for (std::size_t s = 0; s < N; ++s) {
        row one;
        for (const cloud<N>& c : x)
            one.push_back({c[s], 0.0});
        const row of_one = after(n, p, one);
        y.resize(of_one.size());
        for (std::size_t u = 0; u < y.size(); ++u)
            y[u][s] = of_one[u].value;
    }
    return y;
}

// The values of the last node; `change(i, clouds)` may move those of each node i on the way.
template <std::size_t N, class Change>
std::vector<cloud<N>> evaluate(std::span<const ir::node> nodes,
                               std::span<const layer_parameters> parameters,
                               std::span<const float> in, Change change) {
    std::vector<std::vector<cloud<N>>> clouds(nodes.size());
    for (const float f : in)
        clouds[0].emplace_back().fill(static_cast<double>(f));
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        clouds[i] = after<N>(nodes[i], parameters[i], clouds[nodes[i].inputs[0]]);
        change(i, clouds[i]);
    }
    return clouds.back();
}

// The values of all nodes for one row of input, each with the narrower of both bounds.
inline std::vector<row> interpret_likely(std::span<const ir::node> nodes,
                                         std::span<const layer_parameters> parameters,
                                         std::span<const float> in, arithmetic by = {}) {
    std::vector<row> values = interpret(nodes, parameters, in, by);
    by.likely = true;
    std::vector<std::vector<double>> errors(nodes.size()), squares(nodes.size());
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        row x = values[nodes[i].inputs[0]];
        for (estimate& e : x)
            e.bound = 0.0;
        // The deviation of what lies anywhere within its bound; an unknown error makes it unknown.
        for (const estimate& e : after(nodes[i], parameters[i], x, by))
            errors[i].push_back(e.bound < unknown ? e.bound / std::sqrt(3.0) : std::nan(""));
        squares[i].resize(errors[i].size());
    }
    constexpr std::size_t together = 8; // fit registers
    std::mt19937_64 random(1); // the same for each row: a bound doesn't depend on the others
    for (std::size_t s = 0; s < samples; s += together)
        evaluate<together>(nodes, parameters, in, [&](std::size_t i, auto& clouds) {
            for (std::size_t u = 0; u < clouds.size(); ++u) {
                const auto signs = random();
                const double value = values[i][u].value;
                for (std::size_t k = 0; k < together; ++k) {
                    double& v = clouds[u][k];
                    v += (signs >> k & 1U) != 0 ? errors[i][u] : -errors[i][u];
                    if (v != value && !(std::isnan(v) && is_certain(values[i][u])))
                        squares[i][u] += (v - value) * (v - value);
                }
            }
        });
    for (std::size_t i = 1; i < nodes.size(); ++i)
        for (std::size_t u = 0; u < values[i].size(); ++u) {
            estimate& e = values[i][u];
            const double likely = deviations * std::sqrt(squares[i][u] / samples);
            e.bound = std::min(e.bound, within_floats(e.value, likely).bound);
        }
    return values;
}

} // namespace laminate::codegen::reference
