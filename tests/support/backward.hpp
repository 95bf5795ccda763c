// SPDX-License-Identifier: MIT
#pragma once

// The truth that gradients are compared with: a network and a loss in double, one row and one node
// at a time, forth and back by the chain rule as textbooks write it. Needs nodes with inferred
// shapes. Promises to share nothing with kernels, packs or plans but the functions in
// the reference of values.

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

inline double slope_of(const ir::node& n, const exact_parameters& p, std::size_t unit) {
    return p.slope.empty() ? 0.0 : p.slope[n.shared ? 0 : unit];
}

inline double shift_of(const exact_parameters& p, std::size_t unit) {
    return p.bias.empty() ? 0.0 : p.bias[unit];
}

// Calls f(first, last) for each part of a row that is a distribution.
template <class Function>
void each_group(const ir::node& n, std::size_t units, const Function& f) {
    for (std::size_t part = units / n.groups, u = 0; u < units; u += part)
        f(u, u + part);
}

inline numbers forward(const ir::node& n, const exact_parameters& p, const numbers& x) {
    numbers y;
    if (n.kind == ir::op::dense) {
        for (std::size_t o = 0; o < n.units; ++o) {
            y.push_back(n.bias ? p.bias[o] : 0.0);
            for (std::size_t i = 0; i < x.size(); ++i)
                y[o] += p.weights[o * x.size() + i] * x[i];
        }
    } else if (n.kind == ir::op::softmax || n.kind == ir::op::log_softmax) {
        each_group(n, x.size(), [&](std::size_t first, std::size_t last) {
            const double highest = *std::max_element(x.begin() + static_cast<long>(first),
                                                     x.begin() + static_cast<long>(last));
            double sum = 0.0;
            for (std::size_t u = first; u < last; ++u)
                sum += std::exp(x[u] - highest);
            for (std::size_t u = first; u < last; ++u)
                y.push_back(n.kind == ir::op::softmax ? std::exp(x[u] - highest) / sum
                                                      : x[u] - highest - std::log(sum));
        });
    } else if (n.kind == ir::op::maxout) {
        for (std::size_t u = 0; u < x.size(); u += n.units)
            y.push_back(*std::max_element(x.begin() + static_cast<long>(u),
                                          x.begin() + static_cast<long>(u + n.units)));
    } else {
        for (std::size_t u = 0; u < x.size(); ++u)
            y.push_back(
                codegen::reference::function_at(n, x[u], slope_of(n, p, u), shift_of(p, u)));
    }
    return y;
}

// The derivative of an elementwise function, away from its kinks.
inline double derivative(const ir::node& n, double x, double y, double slope) {
    constexpr double pi = 3.14159265358979324;
    const auto alpha = static_cast<double>(n.alpha);
    const auto beta = static_cast<double>(n.beta);
    const auto share = [](double z) { return 1.0 / (1.0 + std::exp(-z)); };
    switch (n.kind) {
    case ir::op::affine:
        return slope;
    case ir::op::selu:
        return x > 0.0 ? 1.05070098735548049 : 1.75809934084737686 * std::exp(x);
    case ir::op::celu:
        return x > 0.0 ? 1.0 : std::exp(x / alpha);
    case ir::op::thresholded_relu:
        return x > alpha ? 1.0 : 0.0;
    case ir::op::hard_sigmoid:
        return alpha * x + beta > 0.0 && alpha * x + beta < 1.0 ? alpha : 0.0;
    case ir::op::hard_swish:
        return x < -3.0 ? 0.0 : x > 3.0 ? 1.0 : (2.0 * x + 3.0) / 6.0;
    case ir::op::swish:
        return share(alpha * x) + alpha * x * share(alpha * x) * share(-alpha * x);
    case ir::op::mish: {
        const double t = std::tanh(std::log1p(std::exp(x)));
        return t + x * (1.0 - t * t) * share(x);
    }
    case ir::op::gelu:
        return 0.5 * std::erfc(-x / std::sqrt(2.0)) +
               x * std::exp(-x * x / 2.0) / std::sqrt(2 * pi);
    case ir::op::gelu_tanh: {
        const double s = share(std::sqrt(8.0 / pi) * (x + 0.044715 * x * x * x));
        return s + x * s * (1.0 - s) * std::sqrt(8.0 / pi) * (1.0 + 3.0 * 0.044715 * x * x);
    }
    case ir::op::erf:
        return 2.0 / std::sqrt(pi) * std::exp(-x * x);
    case ir::op::softplus:
        return share(x);
    case ir::op::softsign:
        return 1.0 / ((1.0 + std::abs(x)) * (1.0 + std::abs(x)));
    case ir::op::clip:
        return x > static_cast<double>(n.min_value) && x < static_cast<double>(n.max_value) ? 1.0
                                                                                            : 0.0;
    case ir::op::shrink:
        return std::abs(x) > static_cast<double>(n.threshold) ? 1.0 : 0.0;
    case ir::op::abs:
        return x > 0.0 ? 1.0 : -1.0;
    case ir::op::neg:
        return -1.0;
    case ir::op::exp:
        return y;
    case ir::op::log:
        return 1.0 / x;
    case ir::op::sqrt:
        return 0.5 / y;
    case ir::op::reciprocal:
        return -y * y;
    case ir::op::square:
        return 2.0 * x;
    case ir::op::relu:
        if (x > static_cast<double>(n.max_value)) return 0.0;
        return x > static_cast<double>(n.threshold) ? 1.0 : static_cast<double>(n.alpha);
    case ir::op::leaky_relu:
        return x > 0.0 ? 1.0 : static_cast<double>(n.alpha);
    case ir::op::prelu:
        return x > 0.0 ? 1.0 : slope;
    case ir::op::elu:
        return x > 0.0 ? 1.0 : static_cast<double>(n.alpha) * std::exp(x);
    case ir::op::sigmoid:
        return y * (1.0 - y);
    case ir::op::tanh:
        return 1.0 - y * y;
    default:
        return 1.0;
    }
}

// The gradient by x, given that by y; gradients by parameters are added to `by`.
inline numbers backward(const ir::node& n, const exact_parameters& p, const numbers& x,
                        const numbers& y, const numbers& dy, exact_parameters& by) {
    numbers dx(x.size(), 0.0);
    if (n.kind == ir::op::dense) {
        for (std::size_t o = 0; o < n.units; ++o) {
            if (n.bias) by.bias[o] += dy[o];
            for (std::size_t i = 0; i < x.size(); ++i) {
                by.weights[o * x.size() + i] += dy[o] * x[i];
                dx[i] += dy[o] * p.weights[o * x.size() + i];
            }
        }
    } else if (n.kind == ir::op::softmax || n.kind == ir::op::log_softmax) {
        const bool logarithm = n.kind == ir::op::log_softmax;
        each_group(n, x.size(), [&](std::size_t first, std::size_t last) {
            double sum = 0.0;
            for (std::size_t u = first; u < last; ++u)
                sum += logarithm ? dy[u] : y[u] * dy[u];
            for (std::size_t u = first; u < last; ++u)
                dx[u] = logarithm ? dy[u] - std::exp(y[u]) * sum : y[u] * (dy[u] - sum);
        });
    } else if (n.kind == ir::op::maxout) {
        for (std::size_t u = 0; u < y.size(); ++u) {
            std::size_t j = u * n.units;
            while (x[j] != y[u])
                ++j;
            dx[j] = dy[u];
        }
    } else {
        for (std::size_t u = 0; u < x.size(); ++u) {
            dx[u] = dy[u] * derivative(n, x[u], y[u], slope_of(n, p, u));
            if (n.kind == ir::op::prelu) by.slope[n.shared ? 0 : u] += dy[u] * std::min(x[u], 0.0);
            if (n.kind == ir::op::affine) {
                by.slope[u] += dy[u] * x[u];
                by.bias[u] += dy[u];
            }
        }
    }
    return dx;
}

struct exact_gradient {
    double loss = 0.0;
    std::vector<exact_parameters> by;
};

// The sum of the rows' losses, and its gradient by all parameters. `masks`, where there are any,
// hold what dropout node i multiplies row r with: masks[i][r].
inline exact_gradient back_propagate(std::span<const ir::node> nodes,
                                     const std::vector<exact_parameters>& parameters,
                                     std::span<const float> in, const loss_function& loss,
                                     const std::vector<std::vector<numbers>>& masks = {}) {
    const std::size_t width = nodes[0].output.size();
    exact_gradient g = {0.0, parameters};
    for (exact_parameters& p : g.by)
        for (numbers* all : {&p.weights, &p.bias, &p.slope})
            std::fill(all->begin(), all->end(), 0.0);
    for (std::size_t r = 0; r < in.size() / width; ++r) {
        std::vector<numbers> values(nodes.size());
        values[0].assign(in.begin() + static_cast<long>(r * width),
                         in.begin() + static_cast<long>((r + 1) * width));
        const auto times_mask = [&](std::size_t i, numbers& x) {
            if (nodes[i].kind != ir::op::dropout || masks.empty()) return;
            for (std::size_t u = 0; u < x.size(); ++u)
                x[u] *= masks[i][r][u];
        };
        for (std::size_t i = 1; i < nodes.size(); ++i) {
            values[i] = forward(nodes[i], parameters[i], values[i - 1]);
            times_mask(i, values[i]);
        }
        const row_loss l = loss(values.back(), r);
        g.loss += l.value;
        numbers dy = l.gradient;
        for (std::size_t i = nodes.size(); i-- > 1;) {
            times_mask(i, dy);
            dy = backward(nodes[i], parameters[i], values[i - 1], values[i], dy, g.by[i]);
        }
    }
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
    const auto check = [&](numbers& of, const numbers& gradient) {
        for (std::size_t i = 0; i<of.size(); i += of.size()> 100 ? 37 : 1) {
            constexpr double h = 1e-6;
            const double at = of[i];
            of[i] = at + h;
            const double above = back_propagate(nodes, parameters, in, loss).loss;
            of[i] = at - h;
            const double below = back_propagate(nodes, parameters, in, loss).loss;
            of[i] = at;
            const double slope = (above - below) / (2.0 * h);
            const double error = std::abs(slope - gradient[i]);
            worst = worse(worst, error / std::max(1e-3, std::abs(gradient[i])));
        }
    };
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        check(parameters[n].weights, truth.by[n].weights);
        check(parameters[n].bias, truth.by[n].bias);
        check(parameters[n].slope, truth.by[n].slope);
    }
    return worst;
}

} // namespace laminate::test
