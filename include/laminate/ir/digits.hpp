// SPDX-License-Identifier: MIT
#pragma once

// How many digits linear layers lose to rounding, estimated from their numbers: what decides
// whether a fold is made (codegen/graph/passes, train/data/normalise.hpp). Not a bound, which says
// little of wide layers, but what is usual: values vary and are rounded independently of each
// other, so squares add up. Needs weights that fit a float. Promises nothing of one row; a factor
// of 2 over many.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#include "../base/compiler.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// A value over the rows that a network meets, and the square of what its float is usually off by.
struct typical {
    double mean = 0.0;
    double variance = 1.0;
    double error = 0.0;

    constexpr double square() const { return mean * mean + variance; }
};

// Of a number whose square is 1: evenly spread over half an ulp, u^2 / 3, which is from 1 to 1/4 of
// it as the number goes from a power of two to the next.
inline constexpr double rounding_error = 0x1p-48 / 6.0;

constexpr double parameter_error(double parameter) {
    const double off = parameter - static_cast<double>(static_cast<float>(parameter));
    return off * off;
}

// scale * x + shift, an fma.
constexpr typical typical_line(double scale, double shift, const typical& x) {
    typical y = {scale * x.mean + shift, scale * scale * x.variance,
                 scale * scale * x.error + parameter_error(scale) * x.square() +
                     parameter_error(shift)};
    const bool exact = shift == 0.0 && (scale == 1.0 || scale == -1.0);
    if (!exact) y.error += rounding_error * y.square();
    return y;
}

// A unit of a dense layer: bias + sum of weights * x, in the layer's chains (see place.hpp), of
// which the first begins with the bias. It is the partial sums that are rounded: where they cancel,
// the result keeps their errors.
constexpr typical typical_sum(std::span<const double> weights, double bias,
                              std::span<const typical> x, std::size_t chains) {
    typical y = {0.0, 0.0, parameter_error(bias)};
    for (std::size_t chain = 0; chain < chains; ++chain) {
        typical part = {chain == 0 ? bias : 0.0, 0.0, 0.0};
        for (std::size_t i = chain; i < x.size(); i += chains) {
            const double w = weights[i];
            if (w == 0.0) continue;
            part.mean += w * x[i].mean;
            part.variance += w * w * x[i].variance;
            part.error += w * w * x[i].error + parameter_error(w) * x[i].square() +
                          rounding_error * part.square();
        }
        if (chains > 1) part.error += rounding_error * part.square(); // where it joins the others
        y = {y.mean + part.mean, y.variance + part.variance, y.error + part.error};
    }
    return y;
}

// How many times as large errors may become by a fold: three bits.
inline constexpr double most_error_growth = 8.0;

// The square of how many times as large the error is after a fold. One rounding of the result is
// everybody's right.
constexpr double error_growth(const typical& before, const typical& after) {
    const double allowed = before.error + rounding_error * before.square();
    if (after.error <= allowed) return 1.0;
    const bool known = allowed > 0.0 && after.error <= std::numeric_limits<double>::max();
    return known ? after.error / allowed : std::numeric_limits<double>::infinity(); // NaN, too
}

// The largest of all units.
constexpr double error_growth(std::span<const typical> before, std::span<const typical> after) {
    double most = 1.0;
    for (std::size_t u = 0; u < before.size(); ++u)
        most = std::max(most, error_growth(before[u], after[u]));
    return most;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
