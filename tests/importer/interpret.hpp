// SPDX-License-Identifier: MIT
#pragma once

// What a graph computes, node by node in double: enough to compare an import with published
// outputs. Needs a right graph. Promises no float on the way, so that what differs is the
// import.

#include <laminate/codegen/graph/graph.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace laminate::test {

inline double softplus_of(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

inline double function_of(const ir::node& n, double x) {
    const double alpha = static_cast<double>(n.alpha);
    const double beta = static_cast<double>(n.beta);
    const double threshold = static_cast<double>(n.threshold);
    const double most = static_cast<double>(n.max_value);
    const auto sigmoid = [](double v) { return 1.0 / (1.0 + std::exp(-v)); };
    switch (n.kind) {
    case ir::op::linear:
        return x;
    case ir::op::relu:
        return x >= most ? most : x >= threshold ? x : alpha == 0.0 ? 0.0 : alpha * (x - threshold);
    case ir::op::leaky_relu:
        return x < 0.0 ? alpha * x : x;
    case ir::op::elu:
        return x < 0.0 ? alpha * std::expm1(x) : x;
    case ir::op::sigmoid:
        return sigmoid(x);
    case ir::op::tanh:
        return std::tanh(x);
    case ir::op::selu:
        return 1.0507009873554805 * (x > 0.0 ? x : 1.6732632423543772 * std::expm1(x));
    case ir::op::celu:
        return std::max(x, 0.0) + std::min(alpha * std::expm1(x / alpha), 0.0);
    case ir::op::thresholded_relu:
        return x > alpha ? x : 0.0;
    case ir::op::hard_sigmoid:
        return std::clamp(alpha * x + beta, 0.0, 1.0);
    case ir::op::hard_swish:
        return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0);
    case ir::op::swish:
        return x * sigmoid(alpha * x);
    case ir::op::softplus:
        return softplus_of(x);
    case ir::op::softsign:
        return x / (1.0 + std::abs(x));
    case ir::op::gelu:
        return 0.5 * x * (1.0 + std::erf(x * std::sqrt(0.5)));
    case ir::op::gelu_tanh:
        return 0.5 * x * (1.0 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
    case ir::op::mish:
        return x * std::tanh(softplus_of(x));
    case ir::op::erf:
        return std::erf(x);
    case ir::op::clip:
        return std::min(std::max(x, static_cast<double>(n.min_value)), most);
    case ir::op::shrink:
        return x < -threshold ? x + beta : x > threshold ? x - beta : 0.0;
    case ir::op::abs:
        return std::abs(x);
    case ir::op::exp:
        return std::exp(x);
    case ir::op::log:
        return std::log(x);
    case ir::op::sqrt:
        return std::sqrt(x);
    case ir::op::neg:
        return -x;
    case ir::op::reciprocal:
        return 1.0 / x;
    case ir::op::square:
        return x * x;
    case ir::op::floor:
        return std::floor(x);
    case ir::op::ceil:
        return std::ceil(x);
    case ir::op::round:
        return std::nearbyint(x);
    case ir::op::sign:
        return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    case ir::op::sin:
        return std::sin(x);
    case ir::op::cos:
        return std::cos(x);
    case ir::op::tan:
        return std::tan(x);
    case ir::op::asin:
        return std::asin(x);
    case ir::op::acos:
        return std::acos(x);
    case ir::op::atan:
        return std::atan(x);
    case ir::op::sinh:
        return std::sinh(x);
    case ir::op::cosh:
        return std::cosh(x);
    case ir::op::asinh:
        return std::asinh(x);
    case ir::op::acosh:
        return std::acosh(x);
    case ir::op::atanh:
        return std::atanh(x);
    case ir::op::rsqrt:
        return 1.0 / std::sqrt(x + alpha);
    default:
        throw std::runtime_error(std::string("no truth for ") + ir::name(n.kind));
    }
}

inline std::vector<double> dense_of(const codegen::layer_parameters& p, std::size_t units,
                                    const std::vector<double>& x) {
    std::vector<double> y(units, 0.0);
    for (std::size_t o = 0; o < units; ++o) {
        for (std::size_t i = 0; i < x.size(); ++i)
            y[o] += p.weights().at(o * x.size() + i) * x[i];
        if (!p.bias().empty()) y[o] += p.bias().at(o);
    }
    return y;
}

inline std::vector<double> softmax_of(const ir::node& n, const std::vector<double>& x) {
    std::vector<double> y(x.size());
    const std::size_t wide = x.size() / n.groups;
    for (std::size_t start = 0; start < x.size(); start += wide) {
        double most = x[start];
        double total = 0.0;
        for (std::size_t i = start; i < start + wide; ++i)
            most = std::max(most, x[i]);
        for (std::size_t i = start; i < start + wide; ++i)
            total += std::exp(x[i] - most);
        for (std::size_t i = start; i < start + wide; ++i)
            y[i] = n.kind == ir::op::log_softmax ? x[i] - most - std::log(total)
                                                 : std::exp(x[i] - most) / total;
    }
    return y;
}

inline std::vector<double> maxout_of(std::size_t pieces, const std::vector<double>& x) {
    std::vector<double> y;
    for (std::size_t start = 0; start < x.size(); start += pieces) {
        const auto first = x.begin() + static_cast<std::ptrdiff_t>(start);
        y.push_back(*std::max_element(first, first + static_cast<std::ptrdiff_t>(pieces)));
    }
    return y;
}

inline double binary_of(ir::op kind, double a, double b) {
    switch (kind) {
    case ir::op::add:
        return a + b;
    case ir::op::subtract:
        return a - b;
    case ir::op::multiply:
        return a * b;
    case ir::op::divide:
        return a / b;
    case ir::op::maximum:
        return std::max(a, b);
    case ir::op::minimum:
        return std::min(a, b);
    case ir::op::less:
        return a < b ? 1.0 : 0.0;
    case ir::op::less_equal:
        return a <= b ? 1.0 : 0.0;
    case ir::op::equal:
        return a == b ? 1.0 : 0.0;
    case ir::op::when:
        return a != 0.0 ? b : -0.0;
    case ir::op::unless:
        return a != 0.0 ? -0.0 : b;
    case ir::op::power:
        return std::pow(a, b);
    default:
        throw std::runtime_error(std::string("no truth for ") + ir::name(kind));
    }
}

// Of a node that reads several values, or a part of one; nothing of others.
inline std::vector<double> joined_of(const ir::node& n,
                                     const std::vector<std::vector<double>>& values) {
    const std::vector<double>& a = values.at(n.inputs[0]);
    std::vector<double> y;
    if (n.kind == ir::op::slice)
        return {a.begin() + static_cast<std::ptrdiff_t>(n.begin),
                a.begin() + static_cast<std::ptrdiff_t>(n.begin + n.units)};
    if (n.kind == ir::op::concat) {
        for (const std::size_t from : n.inputs)
            if (from != ir::none) y.insert(y.end(), values.at(from).begin(), values.at(from).end());
        return y;
    }
    if (n.inputs[1] == ir::none) return y;
    const std::vector<double>& b = values.at(n.inputs[1]);
    for (std::size_t u = 0; u < n.output.size(); ++u)
        y.push_back(binary_of(n.kind, a.at(a.size() == 1 ? 0 : u), b.at(b.size() == 1 ? 0 : u)));
    return y;
}

inline std::vector<double> norm_of(const ir::node& n, const codegen::layer_parameters& p,
                                   std::vector<double> x) {
    const std::size_t wide = x.size() / n.groups;
    for (std::size_t start = 0; start < x.size(); start += wide) {
        double mean = 0.0, square = 0.0;
        for (std::size_t i = start; n.kind == ir::op::layer_norm && i < start + wide; ++i)
            mean += x[i] / static_cast<double>(wide);
        for (std::size_t i = start; i < start + wide; ++i)
            square += (x[i] - mean) * (x[i] - mean) / static_cast<double>(wide);
        for (std::size_t i = start; i < start + wide; ++i)
            x[i] =
                (x[i] - mean) / std::sqrt(square + static_cast<double>(n.alpha)) * p.scale().at(i) +
                (p.shift().empty() ? 0.0 : p.shift().at(i));
    }
    return x;
}

inline std::vector<double> node_of(const codegen::graph& network, std::size_t i,
                                   const std::vector<std::vector<double>>& values) {
    const ir::node& n = network.nodes[i];
    const codegen::layer_parameters& p = network.parameters[i];
    if (std::vector<double> y = joined_of(n, values); !y.empty()) return y;
    std::vector<double> x = values.at(n.inputs[0]);
    if (n.kind == ir::op::dense) return dense_of(p, n.units, x);
    if (n.kind == ir::op::softmax || n.kind == ir::op::log_softmax) return softmax_of(n, x);
    if (n.kind == ir::op::maxout) return maxout_of(n.pieces, x);
    if (n.kind == ir::op::layer_norm || n.kind == ir::op::rms_norm) return norm_of(n, p, x);
    for (std::size_t u = 0; u < x.size(); ++u) {
        if (n.kind == ir::op::affine)
            x[u] = p.scale().at(u) * x[u] + p.shift().at(u);
        else if (n.kind == ir::op::prelu)
            x[u] = x[u] < 0.0 ? p.scale().at(n.shared ? 0 : u) * x[u] : x[u];
        else
            x[u] = function_of(n, x[u]);
    }
    return x;
}

// Of rows of all inputs and outputs, one behind the other.
inline std::vector<double> interpret(const codegen::graph& network, const std::vector<double>& x) {
    std::vector<std::vector<double>> values;
    auto next = x.begin();
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        const auto width = static_cast<std::ptrdiff_t>(n.output.size());
        if (n.kind == ir::op::input) {
            if (x.end() - next < width) throw std::runtime_error("a row is too short");
            values.emplace_back(next, next + width);
            next += width;
        } else {
            values.push_back(node_of(network, i, values));
        }
        if (values.back().size() != n.output.size())
            throw std::runtime_error("a node's width is wrong");
    }
    std::vector<ir::node> nodes = network.nodes;
    ir::infer(nodes); // which says what the outputs are
    std::vector<double> y;
    for (const ir::port& out : ir::outputs_of(nodes))
        y.insert(y.end(), values[out.node].begin(), values[out.node].end());
    return y;
}

} // namespace laminate::test
