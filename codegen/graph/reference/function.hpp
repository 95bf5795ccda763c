// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of an elementwise kind: its formula, as a template over a number type,
// and the facts that no formula shows, by which a forward error and an interval are found from
// values of the formula in double. Each kind is a struct in namespace `kind`, of
//
//     static auto value(const auto& unit, const auto& x);              // the formula; x is no NaN
//     static interval range(const unit<double>&, interval x);          // what floats of it can be
//     static constexpr double steepest;                                // see `steady`
//     static double passed(const unit<double>&, double x);             // see `direct`
//     static bool is_rounded(const unit<double>&);                     // see `function`
//     static bool passes(const unit<double>&, interval x);             // see `function`
//     static bool has_pole(const unit<double>&, interval x);           // see `function`
//
// A formula uses +, -, *, /, <, >, ==, the functions of <cmath> by their plain names, and the words
// below. A number type other than double has them in its namespace.

#include <laminate/ir/node.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "interval.hpp"

namespace laminate::codegen::reference {

// An elementwise node at one of its units: the node's numbers, and what it learned there.
template <class X>
struct unit {
    double alpha;
    double beta;
    double min_value;
    double max_value;
    double threshold;
    X slope;
    X shift;
};

template <class X>
unit<X> unit_of(const ir::node& n, const X& slope, const X& shift) {
    return {static_cast<double>(n.alpha),
            static_cast<double>(n.beta),
            static_cast<double>(n.min_value),
            static_cast<double>(n.max_value),
            static_cast<double>(n.threshold),
            slope,
            shift};
}

// x >= corner, where the value at the corner is that of the piece above it. A number with a
// derivative says x > corner: at a corner the derivative is that of the piece below.
inline bool reaches(double x, double corner) { return x >= corner; }

// 1 / (1 + e^-x)
inline double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

template <class X>
X clamp(const X& x, double low, double high) {
    return !reaches(x, low) ? X(low) : x > high ? X(high) : x;
}

// What a kind gets if it says nothing else; both err to the safe side.
struct function {
    // Whether a result may be anything but the input, a constant, or the input's negative.
    static bool is_rounded(const unit<double>&) { return true; }
    // Whether every number of `x` is returned as it is (but for the sign of a zero).
    static bool passes(const unit<double>&, interval) { return false; }
    // Whether results may be of any size between the ends of `x`, elsewhere than at a corner.
    static bool has_pole(const unit<double>&, interval) { return false; }
};

// Rises or falls steadily on either side of each corner (0, +-threshold, alpha): the ends of an
// interval and the corners within it show how far results are apart. What has a valley elsewhere
// says how steep it is at most.
struct steady : function {
    static constexpr double steepest = 0.0;
};

// No formula in common use passes through numbers larger than its result. Of others `passed` says
// how large these are, since they are rounded: exp(x) - 1, 0.5 + 0.5 tanh(x / 2), log(1 + exp(x)),
// x (1 + erf(x / sqrt(2))) / 2, s x + t without an fma.
struct direct : steady {
    static double passed(const unit<double>&, double) { return 0.0; }
};

template <class Kind>
inline constexpr bool is_function = std::is_base_of_v<function, Kind>;

template <class Kind>
concept states_all_of_a_function = requires(const unit<double>& u, double x, interval range) {
    Kind::value(u, x);
    Kind::range(u, range).low;
    Kind::steepest + Kind::passed(u, x);
};

// The function of a unit.
template <class Kind, class X>
X value(const unit<X>& u, const X& x) {
    using std::isnan;
    return isnan(x) ? x : Kind::value(u, x); // no function makes a number of it
}

// The range of a function that rises throughout, or that is made of straight lines with corners at
// 0 and at the threshold: what the ends and the corners give is what it can give. 3 ulp cover its
// error.
template <class Kind>
interval by_ends(const unit<double>& u, interval x) {
    const auto f = [&](double at) { return value<Kind>(u, std::clamp(at, x.low, x.high)); };
    const interval y = hull(
        {f(x.low), f(x.high), f(0.0), f(u.threshold), f(std::nextafter(u.threshold, -largest))});
    return Kind::is_rounded(u) ? widen(y, 10.0 * roundoff * size(y) + underflow) : y;
}

} // namespace laminate::codegen::reference
