// SPDX-License-Identifier: MIT
#pragma once

// The truth that kernels are compared with: a network interpreted node by node in double, with a
// bound on how far a float result may be from it. Needs nodes with inferred shapes and parameters
// in double, which Laminate rounds to float: the bound counts what that changes. Promises to share
// nothing with kernels, packs or plans.

#include <laminate/ir/infer.hpp>
#include <laminate/ir/node.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen::reference {

// A value, and how far at most the float that Laminate computes lies from it. The bound is infinite
// once a float may have overflowed on the way: nothing is promised of what comes after.
struct estimate {
    double value = 0.0;
    double bound = 0.0;
};
using row = std::vector<estimate>;

// What floats a bound is for.
struct arithmetic {
    bool anyones = false; // by any formula in common use, not only by Laminate's
    bool likely = false;  // roundings within a sum add up as independent ones do, not all one way
};

inline constexpr double unknown = std::numeric_limits<double>::infinity();

// A value that floats reach if nothing above `size` is on the way. Infinities are no error where
// an infinite input or bias makes them.
inline estimate within_floats(double value, double bound, double size) {
    constexpr double largest = static_cast<double>(std::numeric_limits<float>::max());
    return {value, size + bound <= largest ? bound : unknown}; // not NaN either
}

inline estimate within_floats(double value, double bound) {
    return within_floats(value, bound, std::abs(value));
}

// The unit roundoff of float, and what an underflow can lose.
inline constexpr double roundoff = 0x1p-24;
inline constexpr double underflow = 0x1p-149;

// How far a parameter lies from the float that it is rounded to.
inline double off_float(double parameter) {
    const auto rounded = static_cast<double>(static_cast<float>(parameter));
    return parameter == rounded ? 0.0 : std::abs(parameter - rounded);
}

// An infinity or a NaN that floats have as well.
inline bool is_certain(const estimate& e) { return !std::isfinite(e.value) && e.bound == 0.0; }

// n + 1 roundings at most on the way of each product, one more for good measure (Higham, Accuracy
// and Stability, 3.1): (n + 2) u (sum |w x| + |b|), beside what the inputs are off. Independent
// ones add up to sqrt(n + 2) u times the largest partial sum. Sums of neighbours are no larger than
// the running sum rises and falls in all; in eight lanes or more an eighth of sum |w x| comes on
// top. Infinities don't round.
inline row dense(const ir::node& n, const layer_parameters& p, const row& x, arithmetic by = {}) {
    std::vector<double> finite, most;
    for (const estimate& e : x) {
        finite.push_back(is_certain(e) ? 0.0 : e.value);
        most.push_back(is_certain(e) ? 0.0 : std::abs(e.value) + e.bound);
    }
    const auto terms = static_cast<double>(x.size() + 2);
    row y(n.units);
    for (std::size_t o = 0; o < n.units; ++o) {
        const double bias = n.bias ? p.bias[o] : 0.0;
        double running = std::isinf(bias) ? 0.0 : bias;
        double size = std::abs(running);
        double low = std::min(running, 0.0), high = std::max(running, 0.0);
        y[o] = {bias, off_float(bias)};
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double w = p.weights[o * x.size() + i];
            y[o].value += w * x[i].value;
            y[o].bound += std::abs(w) * x[i].bound + off_float(w) * most[i];
            size += (std::abs(w) + off_float(w)) * most[i];
            running += w * finite[i];
            low = std::min(low, running);
            high = std::max(high, running);
        }
        const double rounding =
            by.likely ? std::sqrt(terms) * (roundoff * (high - low + size / 8.0) + underflow)
                      : terms * (roundoff * size + underflow);
        const double off = y[o].bound + rounding;
        y[o] = within_floats(y[o].value, off, size);
        if (!std::isfinite(y[o].value) && y[o].bound < unknown) y[o].bound = 0.0;
    }
    return y;
}

// The function of an elementwise node at x, rounded by double alone.
inline double function_at(const ir::node& n, double x, double slope, double shift = 0.0) {
    const auto alpha = static_cast<double>(n.alpha);
    const auto beta = static_cast<double>(n.beta);
    const auto lambd = static_cast<double>(n.threshold);
    const auto share = [](double z) { return 1.0 / (1.0 + std::exp(-z)); };
    const auto gated = [x](double part) { return part == 0.0 ? -0.0 : x * part; }; // not -inf * 0
    if (std::isnan(x)) return x; // no function makes a number of it
    switch (n.kind) {
    case ir::op::affine:
        return slope * x + shift;
    case ir::op::selu:
        return x >= 0.0 ? 1.05070098735548049 * x : 1.75809934084737686 * std::expm1(x);
    case ir::op::celu:
        return x >= 0.0 ? x : alpha * std::expm1(x / alpha);
    case ir::op::thresholded_relu:
        return x > alpha ? x : 0.0;
    case ir::op::hard_sigmoid:
        return std::clamp(alpha * x + beta, 0.0, 1.0);
    case ir::op::hard_swish:
        return gated(std::clamp((x + 3.0) / 6.0, 0.0, 1.0));
    case ir::op::swish:
        return gated(share(alpha * x));
    case ir::op::mish:
        return gated(std::tanh(std::log1p(std::exp(std::min(x, 100.0)))));
    case ir::op::gelu:
        return gated(0.5 * std::erfc(-x / std::sqrt(2.0)));
    case ir::op::gelu_tanh:
        return gated(share(std::sqrt(8.0 / 3.14159265358979324) * (x + 0.044715 * x * x * x)));
    case ir::op::erf:
        return std::erf(x);
    case ir::op::softplus:
        return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case ir::op::softsign:
        return std::isinf(x) ? std::copysign(1.0, x) : x / (1.0 + std::abs(x));
    case ir::op::clip:
        return std::clamp(x, static_cast<double>(n.min_value), static_cast<double>(n.max_value));
    case ir::op::shrink:
        return x < -lambd ? x + beta : x > lambd ? x - beta : 0.0;
    case ir::op::abs:
        return std::abs(x);
    case ir::op::neg:
        return -x;
    case ir::op::exp:
        return std::exp(x);
    case ir::op::log:
        return std::log(x);
    case ir::op::sqrt:
        return std::sqrt(x);
    case ir::op::reciprocal:
        return 1.0 / x;
    case ir::op::square:
        return x * x;
    case ir::op::relu:
        return x >= static_cast<double>(n.max_value) ? static_cast<double>(n.max_value)
               : x >= static_cast<double>(n.threshold)
                   ? x
                   : (n.alpha == 0.0f
                          ? 0.0
                          : static_cast<double>(n.alpha) * (x - static_cast<double>(n.threshold)));
    case ir::op::leaky_relu:
        return x >= 0.0 ? x : static_cast<double>(n.alpha) * x;
    case ir::op::prelu:
        return x >= 0.0 ? x : slope * x;
    case ir::op::elu:
        return x >= 0.0 ? x : static_cast<double>(n.alpha) * std::expm1(x);
    case ir::op::sigmoid:
        return 1.0 / (1.0 + std::exp(-x));
    case ir::op::tanh:
        return std::tanh(x);
    default: // linear, dropout
        return x;
    }
}

// How steep a function is at most that has a valley; 0 for all others, which rise or fall steadily
// on either side of a corner.
inline double steepest(ir::op kind) {
    switch (kind) {
    case ir::op::hard_swish:
        return 1.5;
    case ir::op::swish:
    case ir::op::mish:
    case ir::op::gelu:
    case ir::op::gelu_tanh:
        return 1.13;
    default:
        return 0.0;
    }
}

// Formulas that others use pass through numbers larger than their result, and round those:
// exp(x) - 1, 0.5 + 0.5 tanh(x / 2), log(1 + exp(x)), x (1 + erf(x / sqrt(2))) / 2, s x + t without
// an fma. How large these numbers are. Beyond 18 all that saturates is flat in float.
inline double passed(const ir::node& n, double x, double slope) {
    switch (n.kind) {
    case ir::op::elu:
    case ir::op::celu:
        return x < 0.0 ? std::abs(static_cast<double>(n.alpha)) : 0.0;
    case ir::op::selu:
        return x < 0.0 ? 1.76 : 0.0;
    case ir::op::sigmoid:
    case ir::op::tanh:
    case ir::op::erf:
    case ir::op::softplus:
        return 1.0;
    case ir::op::hard_sigmoid:
        return 1.0 + std::abs(static_cast<double>(n.beta));
    case ir::op::hard_swish:
    case ir::op::swish:
    case ir::op::mish:
    case ir::op::gelu:
    case ir::op::gelu_tanh:
        return std::min(std::abs(x), 18.0);
    case ir::op::affine:
        return slope == 1.0 ? 0.0 : std::abs(slope * x);
    default:
        return 0.0;
    }
}

// Gives its input, a constant, or the input's negative: nothing is rounded.
inline bool is_rounded(const ir::node& n) {
    switch (n.kind) {
    case ir::op::linear:
    case ir::op::dropout:
    case ir::op::thresholded_relu:
    case ir::op::clip:
    case ir::op::abs:
    case ir::op::neg:
        return false;
    case ir::op::relu:
        return n.alpha != 0.0f;
    case ir::op::shrink:
        return n.beta != 0.0f;
    default:
        return true;
    }
}

// The ends of an interval around x, and the corners and jumps within it, show how far the result
// can be off, or else how steep the function is. 5 ulp (10 u) cover the stated errors of the
// functions and the rounding of a product.
inline row elementwise(const ir::node& n, const layer_parameters& p, const row& x,
                       arithmetic by = {}) {
    row y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double slope = p.slope.empty() ? 0.0 : p.slope[n.shared ? 0 : i];
        const double shift = p.bias.empty() ? 0.0 : p.bias[i];
        const double value = function_at(n, x[i].value, slope, shift);
        y[i] = {value, 0.0};
        if (x[i].bound == 0.0 && !std::isfinite(value)) continue; // the float is the same
        double off = steepest(n.kind) * x[i].bound;
        const double low = x[i].value - x[i].bound;
        const double high = x[i].value + x[i].bound;
        for (double corner : {low, high, 0.0, static_cast<double>(n.threshold),
                              -static_cast<double>(n.threshold), static_cast<double>(n.alpha)}) {
            if (x[i].bound == 0.0) break;
            for (double at : {corner, std::nextafter(corner, -1e9), std::nextafter(corner, 1e9)}) {
                if (!(low <= at && at <= high)) continue;
                const double there = std::abs(function_at(n, at, slope, shift) - value);
                if (!(there <= off) && !std::isnan(off)) off = there; // a NaN stays
            }
        }
        off += is_certain(x[i])
                   ? 0.0
                   : off_float(slope) * (std::abs(x[i].value) + x[i].bound) + off_float(shift);
        const double through = by.anyones ? passed(n, x[i].value, slope) : 0.0;
        const double size = std::abs(value) + off + through;
        const double rounding = is_rounded(n) ? 10.0 * roundoff * size + underflow : 0.0;
        y[i] = within_floats(value, off + rounding + (x[i].bound < unknown ? 0.0 : unknown));
    }
    return y;
}

// Where inputs are off by e, y is off by a factor of exp(2 e) at most. Beside it: exp of a rounded
// difference d is off by |d| u and an ulp, the sum by 4 + n / 16 roundings (those of others by n),
// the division by one. The logarithm is off by what the share is, relative to it, and by its own
// roundings; others take log(sum) + maximum from x.
inline row softmax(const row& x, bool logarithm = false, arithmetic by = {}) {
    double maximum = -std::numeric_limits<double>::infinity();
    double off = 0.0;
    double spread = 0.0;
    for (const estimate& e : x) {
        maximum = std::max(maximum, e.value);
        off = std::max(off, e.bound);
    }
    double sum = 0.0;
    for (const estimate& e : x) {
        sum += std::exp(e.value - maximum);
        spread = std::max(spread, std::min(maximum - e.value, 104.0));
    }
    const auto terms = static_cast<double>(x.size());
    const double of_sum = !by.anyones ? terms / 16.0 : by.likely ? std::sqrt(terms) : terms;
    const double relative = std::expm1(2.0 * off) + 2.0 * roundoff * (8.0 + 2.0 * spread + of_sum);
    row y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double log_share = x[i].value - maximum - std::log(sum);
        const double value = std::exp(log_share);
        const double through = by.anyones ? std::abs(x[i].value) + std::abs(maximum) : 0.0;
        y[i] = within_floats(value, value * relative + 2.0 * underflow);
        if (logarithm)
            y[i] = within_floats(log_share,
                                 relative + 4.0 * roundoff * (std::abs(log_share) + through));
        // Of an input of -inf, or a NaN.
        if (!std::isfinite(y[i].value) && off < unknown) y[i].bound = 0.0;
    }
    return y;
}

// Each part of the row by itself.
inline row softmax(const ir::node& n, const row& x, arithmetic by = {}) {
    row y;
    const std::size_t part = x.size() / n.groups;
    for (auto from = x.begin(); from != x.end(); from += static_cast<std::ptrdiff_t>(part)) {
        const row group = softmax(row(from, from + static_cast<std::ptrdiff_t>(part)),
                                  n.kind == ir::op::log_softmax, by);
        y.insert(y.end(), group.begin(), group.end());
    }
    return y;
}

inline row maxout(const ir::node& n, const row& x) {
    row y(x.size() / n.pieces, {-std::numeric_limits<double>::infinity(), 0.0});
    for (std::size_t i = 0; i < x.size(); ++i) {
        estimate& e = y[i / n.pieces];
        if (!(x[i].value <= e.value)) e.value = std::isnan(e.value) ? e.value : x[i].value;
        e.bound = std::max(e.bound, x[i].bound);
    }
    return y;
}

// What node `n` makes of its input.
inline row after(const ir::node& n, const layer_parameters& p, const row& x, arithmetic by = {}) {
    switch (n.kind) {
    case ir::op::dense:
        return dense(n, p, x, by);
    case ir::op::softmax:
    case ir::op::log_softmax:
        return softmax(n, x, by);
    case ir::op::maxout:
        return maxout(n, x);
    default:
        return elementwise(n, p, x, by);
    }
}

// The values of all nodes for one row of input, each with its bound in the worst case.
inline std::vector<row> interpret(std::span<const ir::node> nodes,
                                  std::span<const layer_parameters> parameters,
                                  std::span<const float> in, arithmetic by = {}) {
    std::vector<row> values(nodes.size());
    for (float f : in)
        values[0].push_back({static_cast<double>(f), 0.0});
    for (std::size_t i = 1; i < nodes.size(); ++i)
        values[i] = after(nodes[i], parameters[i], values[nodes[i].inputs[0]], by);
    return values;
}

} // namespace laminate::codegen::reference
