// SPDX-License-Identifier: MIT
#pragma once

// A value with a bound on how far a float result may be from it. The value is that of the formulas
// in double; the bound is an error analysis of each sum, function and softmax as a whole, which is
// far narrower than one of each +, - and * in it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "function.hpp"
#include "plain.hpp"
#include "rounding.hpp"

namespace laminate::codegen::reference {

// A value, and how far at most the float that Laminate computes lies from it. The bound is infinite
// once a float may have overflowed on the way: nothing is promised of what comes after.
struct estimate {
    double value = 0.0;
    double bound = 0.0;
};
using row = std::vector<estimate>;

inline constexpr double unknown = std::numeric_limits<double>::infinity();

// A value that floats reach if nothing above `size` is on the way. Infinities are no error where
// an infinite input or bias makes them.
inline estimate within_floats(double value, double bound, double size) {
    return {value, size + bound <= largest ? bound : unknown}; // not NaN either
}

inline estimate within_floats(double value, double bound) {
    return within_floats(value, bound, std::abs(value));
}

// An infinity or a NaN that floats have as well.
inline bool is_certain(const estimate& e) { return !std::isfinite(e.value) && e.bound == 0.0; }

// What floats a bound is for, and how estimates of them are computed with.
struct floats {
    using number = estimate;

    bool anyones = false; // by any formula in common use, not only by Laminate's
    bool likely = false;  // roundings within a sum add up as independent ones do, not all one way

    template <class Kind>
    estimate function(const unit<double>& u, const estimate& x) const;
    template <class Kind>
    estimate pair(const estimate& a, const estimate& b) const {
        const double value = Kind::value(a.value, b.value);
        const double off = Kind::off(a, b);
        if (off == 0.0 && !std::isfinite(value)) return {value, 0.0}; // the float is the same
        const double size = std::abs(value) + off;
        const bool is_rounded = Kind::is_rounded && !(a.bound == 0.0 && b.bound == 0.0 &&
                                                      Kind::is_exact(a.value, b.value));
        return within_floats(value, off + (is_rounded ? 2.0 * roundoff * size + underflow : 0.0));
    }
    estimate sum(std::span<const double> weights, double bias, std::span<const estimate> x) const;
    estimate larger(const estimate& a, const estimate& b) const;
    row shares(std::span<const estimate> x, bool logarithm) const;
};

// n + 1 roundings at most on the way of each product, one more for good measure (Higham, Accuracy
// and Stability, 3.1): (n + 2) u (sum |w x| + |b|), beside what the inputs are off. Independent
// ones add up to sqrt(n + 2) u times the largest partial sum. Sums of neighbours are no larger than
// the running sum rises and falls in all; in eight lanes or more an eighth of sum |w x| comes on
// top. Infinities don't round, nor does a choice: one input that has the weight 1 or -1, or the
// bias alone.
inline estimate floats::sum(std::span<const double> weights, double bias,
                            std::span<const estimate> x) const {
    const auto terms = static_cast<double>(x.size() + 2);
    double running = std::isinf(bias) ? 0.0 : bias;
    double size = std::abs(running);
    double low = std::min(running, 0.0), high = std::max(running, 0.0);
    double value = bias, off = off_float(bias);
    std::size_t terms_that_count = bias != 0.0 ? 1 : 0;
    bool is_choice = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double w = weights[i];
        const double finite = is_certain(x[i]) ? 0.0 : x[i].value;
        const double most = is_certain(x[i]) ? 0.0 : std::abs(x[i].value) + x[i].bound;
        if (w != 0.0) ++terms_that_count;
        is_choice = is_choice && (w == 0.0 || std::abs(w) == 1.0);
        value += w * x[i].value;
        off += std::abs(w) * x[i].bound + off_float(w) * most;
        size += (std::abs(w) + off_float(w)) * most;
        running += w * finite;
        low = std::min(low, running);
        high = std::max(high, running);
    }
    if (!is_choice || terms_that_count > 1)
        off += likely ? std::sqrt(terms) * (roundoff * (high - low + size / 8.0) + underflow)
                      : terms * (roundoff * size + underflow);
    estimate y = within_floats(value, off, size);
    if (!std::isfinite(value) && y.bound < unknown) y.bound = 0.0;
    return y;
}

// The ends of an interval around x, and the corners and jumps within it, show how far the result
// can be off, or else how steep the function is. 5 ulp (10 u) cover the stated errors of the
// functions and the rounding of a product.
template <class Kind>
estimate floats::function(const unit<double>& u, const estimate& x) const {
    const double value = reference::value<Kind>(u, x.value);
    if (x.bound == 0.0 && !std::isfinite(value)) return {value, 0.0}; // the float is the same
    const double low = x.value - x.bound;
    const double high = x.value + x.bound;
    double off =
        x.bound > 0.0 && Kind::has_pole(u, {low, high}) ? unknown : Kind::steepest * x.bound;
    for (double corner : {low, high, 0.0, u.threshold, -u.threshold, u.alpha}) {
        if (x.bound == 0.0) break;
        for (double at : {corner, std::nextafter(corner, -1e9), std::nextafter(corner, 1e9)}) {
            if (!(low <= at && at <= high)) continue;
            const double there = std::abs(reference::value<Kind>(u, at) - value);
            if (!(there <= off) && !std::isnan(off)) off = there; // a NaN stays
        }
    }
    if (!is_certain(x))
        off += off_float(u.slope) * (std::abs(x.value) + x.bound) + off_float(u.shift);
    const double through = anyones ? Kind::passed(u, x.value) : 0.0;
    const double size = std::abs(value) + off + through;
    bool is_rounded = Kind::is_rounded(u);
    if constexpr (requires { Kind::is_exact(u, x.value); })
        is_rounded = is_rounded && !(x.bound == 0.0 && Kind::is_exact(u, x.value));
    const double rounding = is_rounded ? 10.0 * roundoff * size + underflow : 0.0;
    return within_floats(value, off + rounding + (x.bound < unknown ? 0.0 : unknown));
}

inline estimate floats::larger(const estimate& a, const estimate& b) const {
    return {plain<double>{}.larger(a.value, b.value), std::max(a.bound, b.bound)};
}

// Where inputs are off by e, y is off by a factor of exp(2 e) at most. Beside it: exp of a rounded
// difference d is off by |d| u and an ulp, the sum by 4 + n / 16 roundings (those of others by n),
// the division by one. The logarithm is off by what the share is, relative to it, and by its own
// roundings; others take log(sum) + maximum from x.
inline row floats::shares(std::span<const estimate> x, bool logarithm) const {
    std::vector<double> values;
    double off = 0.0;
    for (const estimate& e : x) {
        values.push_back(e.value);
        off = std::max(off, e.bound);
    }
    const double most = maximum<double>(values);
    double spread = 0.0;
    for (const double v : values)
        spread = std::max(spread, std::min(most - v, 104.0));
    const auto terms = static_cast<double>(x.size());
    const double of_sum = !anyones ? terms / 16.0 : likely ? std::sqrt(terms) : terms;
    const double relative = std::expm1(2.0 * off) + 2.0 * roundoff * (8.0 + 2.0 * spread + of_sum);
    const std::vector<double> exact = plain<double>{}.shares(values, logarithm);
    row y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double through = anyones ? std::abs(x[i].value) + std::abs(most) : 0.0;
        y[i] = within_floats(exact[i],
                             logarithm ? relative + 4.0 * roundoff * (std::abs(exact[i]) + through)
                                       : exact[i] * relative + 2.0 * underflow);
        // Of an input of -inf, or a NaN.
        if (!std::isfinite(exact[i]) && off < unknown) y[i].bound = 0.0;
    }
    return y;
}

} // namespace laminate::codegen::reference
