// SPDX-License-Identifier: MIT
#pragma once

// Functions made of straight lines.

#include <algorithm>
#include <cmath>
#include <utility>

#include "function.hpp"

namespace laminate::codegen::reference::kind {

struct linear : direct {
    static auto value(const auto&, const auto& x) { return x; }
    static interval range(const unit<double>&, interval x) { return x; }
    static bool is_rounded(const unit<double>&) { return false; }
    static bool passes(const unit<double>&, interval) { return true; }
};

struct dropout : linear {}; // when not training

struct affine : steady {
    // Of a float, by one rounding or by two.
    static bool is_exact(const unit<double>& u, double x) {
        return is_float(u.slope) && is_float(u.shift) && product_is_float(u.slope, x) &&
               sum_is_float(u.slope * x, u.shift);
    }
    static auto value(const auto& u, const auto& x) { return u.slope * x + u.shift; }
    static interval range(const unit<double>& u, interval x) {
        const interval product =
            u.slope == 0.0 ? interval{0.0, 0.0} : hull({u.slope * x.low, u.slope * x.high});
        const interval sum = {product.low + u.shift, product.high + u.shift};
        return widen(sum, rounding(3, size(product) + std::abs(u.shift)));
    }
    static double passed(const unit<double>& u, double x) {
        return u.slope == 1.0 ? 0.0 : std::abs(u.slope * x);
    }
};

struct relu : direct {
    template <class X>
    static X value(const unit<X>& u, const X& x) {
        if (reaches(x, u.max_value)) return u.max_value;
        if (reaches(x, u.threshold)) return x;
        return u.alpha == 0.0 ? X(0.0) : u.alpha * (x - u.threshold);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<relu>(u, x); }
    static bool is_rounded(const unit<double>& u) { return u.alpha != 0.0; }
    static bool passes(const unit<double>& u, interval x) {
        return x.low >= u.threshold && x.low >= 0.0 && x.high <= u.max_value;
    }
};

struct leaky_relu : direct {
    static auto value(const auto& u, const auto& x) { return reaches(x, 0.0) ? x : u.alpha * x; }
    static interval range(const unit<double>& u, interval x) { return by_ends<leaky_relu>(u, x); }
    static bool passes(const unit<double>&, interval x) { return x.low >= 0.0; }
};

struct prelu : direct {
    static auto value(const auto& u, const auto& x) { return reaches(x, 0.0) ? x : u.slope * x; }
    static interval range(const unit<double>& u, interval x) { return by_ends<prelu>(u, x); }
    static bool passes(const unit<double>&, interval x) { return x.low >= 0.0; }
};

// x where it is above alpha, else 0.
struct thresholded_relu : direct {
    template <class X>
    static X value(const unit<X>& u, const X& x) {
        return x > u.alpha ? x : X(0.0);
    }
    static interval range(const unit<double>& u, interval x) {
        if (!(x.low <= u.alpha)) return x;
        if (!(x.high > u.alpha)) return {0.0, 0.0};
        return {std::min(u.alpha, 0.0), std::max(x.high, 0.0)};
    }
    static bool is_rounded(const unit<double>&) { return false; }
    static bool passes(const unit<double>& u, interval x) { return x.low > u.alpha; }
};

struct hard_sigmoid : steady {
    static auto value(const auto& u, const auto& x) {
        return clamp(u.alpha * x + u.beta, 0.0, 1.0);
    }
    static interval range(const unit<double>& u, interval x) {
        return both({0.0, 1.0}, by_ends<hard_sigmoid>(u, x));
    }
    static double passed(const unit<double>& u, double) { return 1.0 + std::abs(u.beta); }
};

struct clip : direct {
    static auto value(const auto& u, const auto& x) { return clamp(x, u.min_value, u.max_value); }
    static interval range(const unit<double>& u, interval x) { return by_ends<clip>(u, x); }
    static bool is_rounded(const unit<double>&) { return false; }
    static bool passes(const unit<double>& u, interval x) {
        return x.low >= u.min_value && x.high <= u.max_value;
    }
};

// x + bias below -lambd, x - bias above lambd, 0 between them.
struct shrink : direct {
    template <class X>
    static X value(const unit<X>& u, const X& x) {
        return x < -u.threshold ? x + u.beta : x > u.threshold ? x - u.beta : X(0.0);
    }
    static interval range(const unit<double>& u, interval x) {
        const double lambd = u.threshold;
        interval y = unbounded;
        std::swap(y.low, y.high); // nothing yet
        const auto add = [&y](double low, double high) {
            y = {std::min(y.low, low), std::max(y.high, high)};
        };
        if (x.low < -lambd) add(x.low + u.beta, std::min(x.high, -lambd) + u.beta);
        if (x.high > lambd) add(std::max(x.low, lambd) - u.beta, x.high - u.beta);
        if (x.low <= lambd && x.high >= -lambd) add(0.0, 0.0);
        return widen(y, roundoff * size(y) + underflow);
    }
    static bool is_rounded(const unit<double>& u) { return u.beta != 0.0; }
};

// Rises by whole numbers: ends of an interval show the jumps in it.
template <class Kind>
struct steps : direct {
    static interval range(const unit<double>& u, interval x) { return by_ends<Kind>(u, x); }
    static bool is_rounded(const unit<double>&) { return false; }
};
struct floor : steps<floor> {
    static auto value(const auto&, const auto& x) {
        using std::floor;
        return floor(x);
    }
};
struct ceil : steps<ceil> {
    static auto value(const auto&, const auto& x) {
        using std::ceil;
        return ceil(x);
    }
};
struct round : steps<round> { // to even
    static auto value(const auto&, const auto& x) {
        using std::nearbyint;
        return nearbyint(x);
    }
};
struct sign : steps<sign> {
    template <class X>
    static X value(const unit<X>&, const X& x) {
        return x > 0.0 ? X(1.0) : x < 0.0 ? X(-1.0) : X(0.0);
    }
};

struct abs : direct {
    static auto value(const auto&, const auto& x) {
        using std::abs;
        return abs(x);
    }
    static interval range(const unit<double>&, interval x) {
        return {std::max({0.0, x.low, -x.high}), size(x)};
    }
    static bool is_rounded(const unit<double>&) { return false; }
    static bool passes(const unit<double>&, interval x) { return x.low >= 0.0; }
};

struct neg : direct {
    static auto value(const auto&, const auto& x) { return -x; }
    static interval range(const unit<double>&, interval x) { return {-x.high, -x.low}; }
    static bool is_rounded(const unit<double>&) { return false; }
};

} // namespace laminate::codegen::reference::kind
