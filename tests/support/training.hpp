// SPDX-License-Identifier: MIT
#pragma once

// Small networks that together train every layer, losses in double to train them with, and how
// close gradients must be. Needs the trainer and the reference. Promises to name the layer where
// one is off.

#include "backward.hpp"
#include "catch.hpp"
#include "networks.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace laminate::test {

// The share of row r in a mean over rows of `outputs` numbers each, as losses promise it.
struct mean_over {
    std::vector<double> weights; // of the rows
    double sum = 0.0;

    mean_over(std::size_t rows, std::span<const float> given, double outputs) : weights(rows, 1.0) {
        if (!given.empty()) weights.assign(given.begin(), given.end());
        for (const double w : weights)
            sum += w * outputs;
    }
    double operator()(std::size_t r) const { return weights[r] / sum; }
};

// A loss that is a sum of f(y, t) over the numbers of a row; f gives value and slope.
template <class Function>
loss_function by_number(std::span<const float> targets, const mean_over& mean, Function f) {
    return [=](const numbers& y, std::size_t r) {
        row_loss l;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const auto [value, slope] = f(y[i], static_cast<double>(targets[r * y.size() + i]), i);
            l.value += value * mean(r);
            l.gradient.push_back(slope * mean(r));
        }
        return l;
    };
}

struct value_and_slope {
    double value;
    double slope;
};

inline value_and_slope exact_squared(double y, double t, std::size_t = 0) {
    return {(y - t) * (y - t), 2.0 * (y - t)};
}

// The largest difference of packed gradients from the exact ones, as a share of the layer's largest
// gradient.
template <class Gradients>
double worst_difference(const Gradients& gradients, const exact_gradient& truth) {
    std::size_t node = 0;
    double worst = 0.0;
    boost::hana::for_each(gradients, [&](const auto& layer) {
        const exact_parameters& exact = truth.by[++node];
        double off = 0.0;
        double largest = 1e-30;
        const auto compare = [&](double found, double expected) {
            off = worse(off, std::abs(found - expected));
            largest = worse(largest, std::abs(expected));
        };
        if constexpr (requires { layer.weights; })
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    compare(static_cast<double>(layer.weights(o, i)),
                            exact.weights()[o * layer.weights.inputs() + i]);
        if constexpr (requires { layer.bias; })
            for (std::size_t o = 0; o < layer.bias.size(); ++o)
                compare(static_cast<double>(layer.bias[o]), exact.bias()[o]);
        if constexpr (requires { layer.slope; })
            for (std::size_t u = 0; u < layer.slope.size(); ++u)
                compare(static_cast<double>(layer.slope[u]), exact.scale()[u]);
        if constexpr (requires { layer.scale; })
            for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                compare(static_cast<double>(layer.scale[u]), exact.scale()[u]);
                if constexpr (requires { layer.shift; })
                    compare(static_cast<double>(layer.shift[u]), exact.shift()[u]);
            }
        worst = worse(worst, off / largest);
    });
    return worst;
}

// A step that changes nothing, so that the gradient belongs to the model as it is.
inline constexpr sgd standstill = {.learning_rate = 0.0f};

// Targets for rows of a network, from a seed that follows from their number.
template <class Network>
std::vector<float> targets_of(std::size_t rows) {
    std::vector<float> targets(rows * model<Network>::outputs);
    fill(targets, rows + 1);
    return targets;
}

// Gradients of batches of so many rows are within `most` of those that the chain rule has in
// double; a second step finds nothing that the first one left.
template <class Network>
void check_gradients(std::initializer_list<std::size_t> batches, double most) {
    auto model = random_model<Network>(7);
    constexpr std::size_t outputs = laminate::model<Network>::outputs;
    trainer trainer(model, mean_squared_error{}, standstill);
    for (const std::size_t rows : batches) {
        const std::vector<float> in = random_rows<Network>(rows, rows);
        const std::vector<float> targets = targets_of<Network>(rows);
        const step_result r = trainer.step(in, targets);
        const auto truth = back_propagate(
            plan(Network{}).nodes, codegen::parameters_of(model), in,
            by_number(targets, {rows, {}, static_cast<double>(outputs)}, exact_squared));
        INFO(rows << " rows");
        CHECK(r.finite);
        CHECK(r.loss == approx(truth.loss).epsilon(1e-5));
        CHECK(trainer.loss(in, targets) == r.loss);
        CHECK(worst_difference(trainer.gradients(), truth) < most);
        CHECK(trainer.step(in, targets).gradient_norm == r.gradient_norm);
    }
}

// The chain rule in double agrees with differences of the loss.
template <class Network>
void check_reference(std::size_t rows) {
    const auto model = random_model<Network>(7);
    const std::vector<float> in = random_rows<Network>(rows, 9);
    const std::vector<float> targets = targets_of<Network>(rows); // the loss refers to them
    const auto loss = by_number(targets, {rows, {}, 1.0}, exact_squared);
    CHECK(worst_of_differences(plan(Network{}).nodes, codegen::parameters_of(model), in, loss) <
          1e-4);
}

} // namespace laminate::test
