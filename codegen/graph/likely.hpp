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

// A value as N evaluations have it, without an error of its own.
template <std::size_t N>
struct clouds {
    using number = std::array<double, N>;

    template <class Kind>
    number function(const unit<double>& u, const number& x) const {
        number y;
        for (std::size_t s = 0; s < N; ++s)
            y[s] = value<Kind>(u, x[s]);
        return y;
    }

    template <class Kind>
    number pair(const number& a, const number& b) const {
        number y;
        for (std::size_t s = 0; s < N; ++s)
            y[s] = Kind::value(a[s], b[s]);
        return y;
    }

    number sum(std::span<const double> weights, double bias, std::span<const number> x) const {
        number y;
        y.fill(bias);
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t s = 0; s < N; ++s)
                y[s] += weights[i] * x[i][s];
        return y;
    }

    number larger(const number& a, const number& b) const {
        number y;
        for (std::size_t s = 0; s < N; ++s)
            y[s] = plain<double>{}.larger(a[s], b[s]);
        return y;
    }

    std::vector<number> shares(std::span<const number> x, bool logarithm) const {
        std::vector<number> y(x.size());
        std::vector<double> one(x.size());
        for (std::size_t s = 0; s < N; ++s) {
            for (std::size_t i = 0; i < x.size(); ++i)
                one[i] = x[i][s];
            const std::vector<double> of_one = plain<double>{}.shares(one, logarithm);
            for (std::size_t i = 0; i < x.size(); ++i)
                y[i][s] = of_one[i];
        }
        return y;
    }
};

// The values of all nodes for one row of input, each with the narrower of both bounds.
inline std::vector<row> interpret_likely(std::span<const ir::node> nodes,
                                         std::span<const layer_parameters> parameters,
                                         std::span<const float> in, floats by = {}) {
    std::vector<row> values = interpret(nodes, parameters, in, by);
    by.likely = true;
    std::vector<std::vector<double>> errors(nodes.size()), squares(nodes.size());
    std::vector<row> exact = values;
    for (row& x : exact)
        for (estimate& e : x)
            e.bound = 0.0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].kind == ir::op::input) continue;
        const auto rows = rows_read(exact, nodes[i]);
        // The deviation of what lies anywhere within its bound; an unknown error makes it unknown.
        for (const estimate& e :
             after(by, nodes[i], parameters[i], operands<row>(rows), shapes_read(nodes, nodes[i])))
            errors[i].push_back(e.bound < unknown ? e.bound / std::sqrt(3.0) : std::nan(""));
        squares[i].resize(errors[i].size());
    }
    constexpr std::size_t together = 8; // fit registers
    std::mt19937_64 random(1); // the same for each row: a bound doesn't depend on the others
    row_of<clouds<together>> inputs(in.size());
    for (std::size_t i = 0; i < in.size(); ++i)
        inputs[i].fill(static_cast<double>(in[i]));
    for (std::size_t s = 0; s < samples; s += together)
        evaluate(clouds<together>{}, nodes, parameters, inputs, [&](std::size_t i, auto& moved) {
            for (std::size_t u = 0; u < moved.size(); ++u) {
                const auto signs = random();
                const double value = values[i][u].value;
                for (std::size_t k = 0; k < together; ++k) {
                    double& v = moved[u][k];
                    v += (signs >> k & 1U) != 0 ? errors[i][u] : -errors[i][u];
                    if (v != value && !(std::isnan(v) && is_certain(values[i][u])))
                        squares[i][u] += (v - value) * (v - value);
                }
            }
        });
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (std::size_t u = 0; u < squares[i].size(); ++u) {
            estimate& e = values[i][u];
            const double likely = deviations * std::sqrt(squares[i][u] / samples);
            e.bound = std::min(e.bound, within_floats(e.value, likely).bound);
        }
    return values;
}

} // namespace laminate::codegen::reference
