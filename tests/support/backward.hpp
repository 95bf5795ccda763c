// SPDX-License-Identifier: MIT
#pragma once

// The truth that gradients are compared with: a network and a loss in double, one row at a time,
// by the reference of values over a number with a derivative. Needs nodes with inferred shapes.
// Promises to share nothing with kernels, packs or plans. Finite differences, which share nothing
// with derivatives, check it.

#include "recorded.hpp"

#include <laminate/codegen/graph/reference.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace laminate::test {

// Of one node, in double.
using exact_parameters = codegen::layer_parameters;

using numbers = std::vector<double>;

// The loss of a row's outputs, and its gradient by them.
struct row_loss {
    double value = 0.0;
    numbers gradient;
};
using loss_function = std::function<row_loss(const numbers&, std::size_t)>;

struct exact_gradient {
    double loss = 0.0;
    std::vector<exact_parameters> by;
};

// What dropout node i multiplies row r with: masks[i][r], if there are any.
using dropout_masks = std::vector<std::vector<numbers>>;

// The values of all outputs, over any number type, with dropout as while training.
template <class Arithmetic, class Parameters>
auto outputs_of(const Arithmetic& by, std::span<const ir::node> nodes,
                const std::vector<Parameters>& parameters, std::span<const float> row,
                const dropout_masks& masks, std::size_t r) {
    using number = typename Arithmetic::number;
    const auto drop = [&](std::size_t i, std::vector<number>& values) {
        if (nodes[i].kind != ir::op::dropout || masks.empty()) return;
        for (std::size_t u = 0; u < values.size(); ++u)
            values[u] = values[u] * masks[i][r][u];
    };
    return codegen::reference::outputs(
        nodes, codegen::reference::evaluate(by, nodes, std::span(parameters),
                                            codegen::reference::numbers_of<number>(row), drop));
}

// The sum of the rows' losses. A row has those of all inputs, one behind the other.
inline double loss_of(std::span<const ir::node> nodes,
                      const std::vector<exact_parameters>& parameters, std::span<const float> in,
                      const loss_function& loss) {
    const std::size_t width = ir::total_width(ir::inputs_of(nodes));
    double sum = 0.0;
    for (std::size_t r = 0; r < in.size() / width; ++r)
        sum += loss(outputs_of(codegen::reference::plain<double>{}, nodes, parameters,
                               in.subspan(r * width, width), {}, r),
                    r)
                   .value;
    return sum;
}

// Parameters of one node as numbers with derivatives.
using recorded_parameters = codegen::learned_tensors<recorded>;

inline recorded_parameters recorded_on(recording& on, const exact_parameters& p) {
    recorded_parameters all;
    for (const numbers& tensor : p.tensors) {
        std::vector<recorded>& starts = all.tensors.emplace_back();
        for (const double x : tensor)
            starts.push_back(on.start(x));
    }
    return all;
}

// Adds the derivatives by them, of all by every number.
inline void add(const numbers& by, const recorded_parameters& of, exact_parameters& to) {
    for (std::size_t k = 0; k < of.tensors.size(); ++k)
        for (std::size_t i = 0; i < of[k].size(); ++i)
            to[k][i] += by[of[k][i].place];
}

// The sum of the rows' losses, and its gradient by all parameters.
inline exact_gradient back_propagate(std::span<const ir::node> nodes,
                                     const std::vector<exact_parameters>& parameters,
                                     std::span<const float> in, const loss_function& loss,
                                     const dropout_masks& masks = {}) {
    const std::size_t width = ir::total_width(ir::inputs_of(nodes));
    exact_gradient g = {0.0, parameters};
    for (exact_parameters& p : g.by)
        for (numbers& all : p.tensors)
            std::fill(all.begin(), all.end(), 0.0);
    recording record;
    std::vector<recorded_parameters> learned;
    for (const exact_parameters& p : parameters)
        learned.push_back(recorded_on(record, p));
    const std::size_t starts = record.size();
    for (std::size_t r = 0; r < in.size() / width; ++r) {
        record.forget_from(starts);
        const std::vector<recorded> y = outputs_of(codegen::reference::plain<recorded>{}, nodes,
                                                   learned, in.subspan(r * width, width), masks, r);
        numbers values;
        for (const recorded& number : y)
            values.push_back(number.value);
        const row_loss l = loss(values, r);
        g.loss += l.value;
        const numbers by = record.derivatives(y, l.gradient);
        for (std::size_t i = 0; i < learned.size(); ++i)
            add(by, learned[i], g.by[i]);
    }
    // Several nodes have copies of shared parameters: the gradient of each is that of all together.
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (const std::size_t first = nodes[i].like; first != ir::none)
            for (std::size_t k = 0; k < g.by[i].tensors.size(); ++k)
                for (std::size_t n = 0; n < g.by[i][k].size(); ++n)
                    g.by[first][k][n] += g.by[i][k][n];
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].like != ir::none) g.by[i] = g.by[nodes[i].like];
    return g;
}

// The larger of two errors, where NaN is the largest of all: std::max would keep what came first.
inline double worse(double a, double b) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return std::max(std::isnan(a) ? infinity : a, std::isnan(b) ? infinity : b);
}

// How far back_propagate's gradient is from finite differences of its loss, relative to the
// gradient or to 0.001: the worst of the parameters, of many every 37th.
inline double worst_of_differences(std::span<const ir::node> nodes,
                                   std::vector<exact_parameters> parameters,
                                   std::span<const float> in, const loss_function& loss) {
    const exact_gradient truth = back_propagate(nodes, parameters, in, loss);
    double worst = 0.0;
    // Sets number i of a node's tensor, and of the copies that share it.
    const auto set = [&](std::size_t node, std::size_t k, std::size_t i, double to) {
        for (std::size_t n = node; n < nodes.size(); ++n)
            if (n == node || nodes[n].like == node) parameters[n][k][i] = to;
    };
    const auto check = [&](std::size_t n, std::size_t k, const numbers& gradient) {
        const std::size_t size = gradient.size();
        for (std::size_t i = 0; i<size; i += size> 100 ? 37 : 1) {
            constexpr double h = 1e-6;
            const double at = parameters[n][k][i];
            set(n, k, i, at + h);
            const double above = loss_of(nodes, parameters, in, loss);
            set(n, k, i, at - h);
            const double below = loss_of(nodes, parameters, in, loss);
            set(n, k, i, at);
            const double slope = (above - below) / (2.0 * h);
            const double error = std::abs(slope - gradient[i]);
            worst = worse(worst, error / std::max(1e-3, std::abs(gradient[i])));
        }
    };
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        if (nodes[n].like != ir::none) continue;
        for (std::size_t k = 0; k < parameters[n].tensors.size(); ++k)
            check(n, k, truth.by[n][k]);
    }
    return worst;
}

} // namespace laminate::test
