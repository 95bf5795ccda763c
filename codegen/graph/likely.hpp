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

// A value as that many evaluations have it.
using cloud = std::array<double, samples>;

// What node `n` makes of clouds, without an error of its own.
inline std::vector<cloud> after(const ir::node& n, const layer_parameters& p,
                                const std::vector<cloud>& x) {
    std::vector<cloud> y;
    if (n.kind == ir::op::dense) {
        y.resize(n.units);
        for (std::size_t o = 0; o < n.units; ++o) {
            cloud sum;
            sum.fill(n.bias ? p.bias[o] : 0.0);
            for (std::size_t i = 0; i < x.size(); ++i)
                for (std::size_t s = 0; s < samples; ++s)
                    sum[s] += p.weights[o * x.size() + i] * x[i][s];
            y[o] = sum;
        }
        return y;
    }
    for (std::size_t s = 0; s < samples; ++s) {
        row one;
        for (const cloud& c : x)
            one.push_back({c[s], 0.0});
        const row of_one = after(n, p, one);
        y.resize(of_one.size());
        for (std::size_t u = 0; u < y.size(); ++u)
            y[u][s] = of_one[u].value;
    }
    return y;
}

// Each value up or down by the deviation of its own error, which lies anywhere within its bound.
// Nothing is known of what an unknown error makes.
inline void disturb(std::vector<cloud>& clouds, const row& errors, std::mt19937_64& random) {
    for (std::size_t u = 0; u < clouds.size(); ++u) {
        const double error =
            errors[u].bound < unknown ? errors[u].bound / std::sqrt(3.0) : std::nan("");
        const auto signs = random();
        for (std::size_t s = 0; s < samples; ++s)
            clouds[u][s] += (signs >> s & 1U) != 0 ? error : -error;
    }
}

inline double deviation(const cloud& c, double value) {
    double square = 0.0;
    for (const double v : c)
        if (v != value && !(std::isnan(v) && std::isnan(value)))
            square += (v - value) * (v - value) / static_cast<double>(samples);
    return std::sqrt(square);
}

// The values of all nodes for one row of input, each with the narrower of both bounds.
inline std::vector<row> interpret_likely(std::span<const ir::node> nodes,
                                         std::span<const layer_parameters> parameters,
                                         std::span<const float> in, arithmetic by = {}) {
    std::vector<row> values = interpret(nodes, parameters, in, by);
    std::vector<std::vector<cloud>> clouds(nodes.size());
    for (const estimate& e : values[0])
        clouds[0].emplace_back().fill(e.value);
    by.likely = true;
    std::mt19937_64 random(1); // the same for each row: a bound doesn't depend on the others
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        row x = values[nodes[i].inputs[0]];
        for (estimate& e : x)
            e.bound = 0.0;
        clouds[i] = after(nodes[i], parameters[i], clouds[nodes[i].inputs[0]]);
        disturb(clouds[i], after(nodes[i], parameters[i], x, by), random);
        for (std::size_t u = 0; u < values[i].size(); ++u) {
            estimate& e = values[i][u];
            const double likely = deviations * deviation(clouds[i][u], e.value);
            e.bound = std::min(e.bound, within_floats(e.value, likely).bound);
        }
    }
    return values;
}

} // namespace laminate::codegen::reference
