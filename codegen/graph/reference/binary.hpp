// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of functions of two values: a struct each, with the formula over any
// number type, how far off a result is if its operands are, and between which numbers it lies.

#include <algorithm>
#include <cmath>

#include "floats.hpp"
#include "interval.hpp"

namespace laminate::codegen::reference {

struct binary {
    static constexpr bool is_rounded = true;
};

template <class Kind>
inline constexpr bool is_binary = std::is_base_of_v<binary, Kind>;

template <class Kind>
concept states_all_of_a_binary = requires(double a, estimate e, interval range) {
    Kind::value(a, a) + Kind::off(e, e);
    Kind::range(range, range).low;
};

// The numbers of a hull, widened by what a result may be rounded.
inline interval rounded_hull(std::initializer_list<double> ends) {
    const interval y = hull(ends);
    return widen(y, 2.0 * roundoff * size(y) + underflow);
}

namespace kind {

struct add : binary {
    static auto value(const auto& a, const auto& b) { return a + b; }
    static double off(const estimate& a, const estimate& b) { return a.bound + b.bound; }
    static interval range(interval a, interval b) {
        return rounded_hull({a.low + b.low, a.high + b.high});
    }
};

struct subtract : binary {
    static auto value(const auto& a, const auto& b) { return a - b; }
    static double off(const estimate& a, const estimate& b) { return a.bound + b.bound; }
    static interval range(interval a, interval b) {
        return rounded_hull({a.low - b.high, a.high - b.low});
    }
};

struct multiply : binary {
    static auto value(const auto& a, const auto& b) { return a * b; }
    static double off(const estimate& a, const estimate& b) {
        return std::abs(a.value) * b.bound + std::abs(b.value) * a.bound + a.bound * b.bound;
    }
    static interval range(interval a, interval b) {
        return rounded_hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
    }
};

struct divide : binary {
    static auto value(const auto& a, const auto& b) { return a / b; }
    static double off(const estimate& a, const estimate& b) {
        if (a.bound == 0.0 && b.bound == 0.0) return 0.0;
        const double least = std::abs(b.value) - b.bound;
        if (!(least > 0.0)) return unknown;
        return (a.bound + std::abs(a.value / b.value) * b.bound) / least;
    }
    static interval range(interval a, interval b) {
        if (b.low <= 0.0 && b.high >= 0.0) return unbounded;
        return rounded_hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
    }
};

struct maximum : binary {
    static constexpr bool is_rounded = false;
    static auto value(const auto& a, const auto& b) {
        using std::isnan;
        return isnan(a) || (!(a < b) && !isnan(b)) ? a : b;
    }
    static double off(const estimate& a, const estimate& b) { return std::max(a.bound, b.bound); }
    static interval range(interval a, interval b) {
        return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
};

struct minimum : binary {
    static constexpr bool is_rounded = false;
    static auto value(const auto& a, const auto& b) {
        using std::isnan;
        return isnan(a) || (!(b < a) && !isnan(b)) ? a : b;
    }
    static double off(const estimate& a, const estimate& b) { return std::max(a.bound, b.bound); }
    static interval range(interval a, interval b) {
        return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
};

} // namespace kind
} // namespace laminate::codegen::reference
