// SPDX-License-Identifier: MIT
#pragma once

// Between which numbers a value lies, and what arithmetic on floats makes of that: ends move
// outward by whatever may be rounded.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>

#include "rounding.hpp"

namespace laminate::codegen {

struct interval {
    double low;
    double high;
};

inline constexpr interval unbounded = {-std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::infinity()};

namespace reference {

inline double size(interval x) { return std::max(std::abs(x.low), std::abs(x.high)); }

// Made wider by `off`; what may overflow says nothing.
inline interval widen(interval x, double off) {
    if (!(size(x) + off < largest)) return unbounded;
    return {x.low - off, x.high + off};
}

inline interval hull(std::initializer_list<double> numbers) {
    if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isnan(x); }))
        return unbounded;
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    return {*low, *high};
}

// What is known of a value in two ways.
inline interval both(interval a, interval b) {
    return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

inline constexpr interval not_negative = {0.0, unbounded.high};

// What n operations round at most, of terms whose sizes sum up to `size`: n u / (1 - n u) of it
// (Higham, Accuracy and Stability, 3.1), and an operation more for what is rounded here, in double.
inline double rounding(std::size_t operations, double size) {
    const double part = static_cast<double>(operations + 1) * roundoff;
    if (part > 0.5) return std::numeric_limits<double>::infinity();
    return part / (1.0 - part) * size + static_cast<double>(operations + 1) * underflow;
}

} // namespace reference
} // namespace laminate::codegen
