// SPDX-License-Identifier: MIT
#include "bounds.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

#include "edit.hpp"
#include "reference.hpp"

namespace laminate::codegen {

namespace {

using reference::roundoff;
using reference::underflow;
using row = std::vector<interval>;

constexpr double largest = std::numeric_limits<float>::max();

double size(interval x) { return std::max(std::abs(x.low), std::abs(x.high)); }

// Made wider by `off`; what may overflow says nothing.
interval widen(interval x, double off) {
    if (!(size(x) + off < largest)) return unbounded;
    return {x.low - off, x.high + off};
}

interval hull(std::initializer_list<double> numbers) {
    if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isnan(x); }))
        return unbounded;
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    return {*low, *high};
}

// What n operations round at most, of terms whose sizes sum up to `size`: n u / (1 - n u) of it
// (Higham, Accuracy and Stability, 3.1), and an operation more for what is rounded here, in double.
double rounding(std::size_t operations, double size) {
    const double part = static_cast<double>(operations + 1) * roundoff;
    if (part > 0.5) return std::numeric_limits<double>::infinity();
    return part / (1.0 - part) * size + static_cast<double>(operations + 1) * underflow;
}

// What is known of a value in two ways.
interval both(interval a, interval b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }

// A unit of a dense layer, with weights as floats, as the kernel has them.
interval dense_unit(std::span<const double> weights, double bias, const row& x) {
    const auto b = static_cast<double>(static_cast<float>(bias));
    interval sum = {b, b};
    interval sign = {b >= 0.0 ? 0.0 : unbounded.low, b <= 0.0 ? 0.0 : unbounded.high};
    double sizes = std::abs(b);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto w = static_cast<double>(static_cast<float>(weights[i]));
        if (w == 0.0) continue; // adds nothing, whatever the input
        const interval term = hull({w * x[i].low, w * x[i].high});
        sum = {sum.low + term.low, sum.high + term.high};
        // Roundings don't change a sign: terms of one sign make a sum of that sign.
        if (!(term.low >= 0.0)) sign.low = unbounded.low;
        if (!(term.high <= 0.0)) sign.high = unbounded.high;
        sizes += size(term);
    }
    if (sizes == std::abs(b)) return {b, b}; // no term: the bias, exactly
    if (!(sizes < largest / 2.0)) return sign;
    return both(sign, widen(sum, rounding(x.size() + 1, sizes)));
}

row dense(const graph& network, std::size_t node, const row& x) {
    const std::vector<double> bias = bias_of(network, node);
    const std::span<const double> weights = network.parameters[node].weights;
    row y(bias.size());
    for (std::size_t o = 0; o < y.size(); ++o)
        y[o] = dense_unit(weights.subspan(o * x.size(), x.size()), bias[o], x);
    return y;
}

interval affine(double scale, double shift, interval x) {
    const interval product =
        scale == 0.0 ? interval{0.0, 0.0} : hull({scale * x.low, scale * x.high});
    const interval sum = {product.low + shift, product.high + shift};
    return widen(sum, rounding(3, size(product) + std::abs(shift)));
}

// Functions that rise throughout, or that are made of straight lines with corners at 0 and at the
// threshold: what the ends and the corners give is what the function can give. 3 ulp cover its
// error.
interval by_ends(const ir::node& n, double slope, interval x) {
    const auto f = [&](double at) {
        return reference::function_at(n, std::clamp(at, x.low, x.high), slope, 0.0);
    };
    const auto threshold = static_cast<double>(n.threshold);
    const interval y =
        hull({f(x.low), f(x.high), f(0.0), f(threshold), f(std::nextafter(threshold, -largest))});
    if (n.kind == ir::op::clip || (n.kind == ir::op::relu && n.alpha == 0.0f)) return y;
    return widen(y, 10.0 * roundoff * size(y) + underflow);
}

// x * s(x), where s rises from 0 to 1: never above max(x, 0), and nowhere below `least`.
interval gated(double least, interval x) {
    const double high = std::max(x.high, 0.0);
    return {least, high + 64.0 * roundoff * high + underflow};
}

// x where it is above alpha, else 0.
interval thresholded_relu(double alpha, interval x) {
    if (!(x.low <= alpha)) return x;
    if (!(x.high > alpha)) return {0.0, 0.0};
    return {std::min(alpha, 0.0), std::max(x.high, 0.0)};
}

// x + bias below -lambd, x - bias above lambd, 0 between them.
interval shrink(double lambd, double bias, interval x) {
    interval y = unbounded;
    std::swap(y.low, y.high); // nothing yet
    const auto add = [&y](double low, double high) {
        y = {std::min(y.low, low), std::max(y.high, high)};
    };
    if (x.low < -lambd) add(x.low + bias, std::min(x.high, -lambd) + bias);
    if (x.high > lambd) add(std::max(x.low, lambd) - bias, x.high - bias);
    if (x.low <= lambd && x.high >= -lambd) add(0.0, 0.0);
    return widen(y, roundoff * size(y) + underflow);
}

interval square(interval x) {
    const double most = size(x) * size(x);
    const double least = std::max({0.0, x.low, -x.high});
    const interval y = widen({least * least, most}, 2.0 * roundoff * most + underflow);
    return both({0.0, unbounded.high}, y);
}

// An operation without a line here is one of which nothing is known.
interval elementwise(const ir::node& n, double slope, double bias, interval x) {
    switch (n.kind) {
    case ir::op::linear:
    case ir::op::dropout:
        return x;
    case ir::op::affine:
        return affine(slope, bias, x);
    case ir::op::relu:
    case ir::op::leaky_relu:
    case ir::op::prelu:
    case ir::op::elu:
    case ir::op::selu:
    case ir::op::celu:
    case ir::op::clip:
        return by_ends(n, slope, x);
    case ir::op::sigmoid:
    case ir::op::hard_sigmoid:
        return both({0.0, 1.0}, by_ends(n, slope, x));
    case ir::op::tanh:
    case ir::op::erf:
    case ir::op::softsign:
        return both({-1.0, 1.0}, by_ends(n, slope, x));
    case ir::op::gelu:
    case ir::op::gelu_tanh:
        return gated(-0.18, x);
    case ir::op::mish:
        return gated(-0.32, x);
    case ir::op::hard_swish:
        return gated(-0.38, x);
    case ir::op::swish: // x s(a x) = (a x) s(a x) / a
        return n.alpha > 0.0f ? gated(-0.29 / static_cast<double>(n.alpha), x) : unbounded;
    case ir::op::softplus:
    case ir::op::exp:
        return both({0.0, unbounded.high}, by_ends(n, slope, x));
    case ir::op::neg:
        return {-x.high, -x.low};
    case ir::op::abs:
        return {std::max({0.0, x.low, -x.high}), size(x)};
    case ir::op::square:
        return square(x);
    case ir::op::thresholded_relu:
        return thresholded_relu(static_cast<double>(n.alpha), x);
    case ir::op::shrink:
        return shrink(static_cast<double>(n.threshold), static_cast<double>(n.beta), x);
    case ir::op::sqrt: // of what is below 0 it is NaN, and so is log
        return both({0.0, unbounded.high}, by_ends(n, slope, x));
    case ir::op::log:
        return by_ends(n, slope, x);
    case ir::op::reciprocal:
        return x.low > 0.0 || x.high < 0.0 ? by_ends(n, slope, x) : unbounded;
    default:
        return unbounded;
    }
}

row maxout(std::size_t pieces, const row& x) {
    row y(x.size() / pieces, {unbounded.low, unbounded.low});
    for (std::size_t i = 0; i < x.size(); ++i) {
        interval& unit = y[i / pieces];
        unit = {std::max(unit.low, x[i].low), std::max(unit.high, x[i].high)};
    }
    return y;
}

row after(const graph& network, std::size_t node, const row& x) {
    const ir::node& n = network.nodes[node];
    const layer_parameters& p = network.parameters[node];
    const std::size_t units = n.output.size();
    switch (n.kind) {
    case ir::op::dense:
        return dense(network, node, x);
    case ir::op::maxout:
        return maxout(n.pieces, x);
    case ir::op::softmax:
        return row(units, {0.0, 1.0});
    default:
        break;
    }
    row y(units);
    for (std::size_t u = 0; u < units; ++u)
        y[u] = elementwise(n, of_unit(p.slope, u, 0.0), of_unit(p.bias, u, 0.0), x[u]);
    return y;
}

} // namespace

interval outward(interval range) {
    const auto rounded = [](double end) {
        return std::abs(end) <= largest ? static_cast<double>(static_cast<float>(end)) : end;
    };
    return {std::min(range.low, rounded(range.low)), std::max(range.high, rounded(range.high))};
}

std::vector<std::vector<interval>> bounds(const graph& network, const optimise_options& options) {
    const std::vector<interval>& range = options.input_range;
    std::vector<row> all = {row(network.inputs(), unbounded)};
    for (std::size_t i = 0; i < network.inputs() && !range.empty(); ++i)
        all[0][i] = outward(range[range.size() == 1 ? 0 : i]);
    for (std::size_t node = 1; node < network.nodes.size(); ++node)
        all.push_back(after(network, node, all.back()));
    return all;
}

bool passes(const ir::node& n, interval in) {
    switch (n.kind) {
    case ir::op::linear:
    case ir::op::dropout:
        return true;
    case ir::op::relu:
        return in.low >= static_cast<double>(n.threshold) && in.low >= 0.0 &&
               in.high <= static_cast<double>(n.max_value);
    case ir::op::leaky_relu:
    case ir::op::prelu:
    case ir::op::elu:
    case ir::op::celu:
    case ir::op::abs:
        return in.low >= 0.0;
    case ir::op::thresholded_relu:
        return in.low > static_cast<double>(n.alpha);
    case ir::op::clip:
        return in.low >= static_cast<double>(n.min_value) &&
               in.high <= static_cast<double>(n.max_value);
    default:
        return false;
    }
}

} // namespace laminate::codegen
