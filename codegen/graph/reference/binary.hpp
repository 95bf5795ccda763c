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
    static bool is_exact(double, double) { return false; } // of two floats
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
    static bool is_exact(double a, double b) { return sum_is_float(a, b); }
    static auto value(const auto& a, const auto& b) { return a + b; }
    static double off(const estimate& a, const estimate& b) { return a.bound + b.bound; }
    static interval range(interval a, interval b) {
        return rounded_hull({a.low + b.low, a.high + b.high});
    }
};

struct subtract : binary {
    static bool is_exact(double a, double b) { return sum_is_float(a, -b); }
    static auto value(const auto& a, const auto& b) { return a - b; }
    static double off(const estimate& a, const estimate& b) { return a.bound + b.bound; }
    static interval range(interval a, interval b) {
        return rounded_hull({a.low - b.high, a.high - b.low});
    }
};

struct multiply : binary {
    static bool is_exact(double a, double b) { return product_is_float(a, b); }
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

// 1 or 0; all that can be said where the operands are off by more than they are apart is that it is
// one of both.
struct comparison : binary {
    static constexpr bool is_rounded = false;
    static double off(const estimate& a, const estimate& b) {
        if (a.bound == 0.0 && b.bound == 0.0) return 0.0;
        return std::abs(a.value - b.value) > a.bound + b.bound ? 0.0 : 1.0;
    }
};
inline interval truth(bool holds, bool fails) { return {holds ? 1.0 : 0.0, fails ? 0.0 : 1.0}; }

struct less : comparison {
    template <class X>
    static X value(const X& a, const X& b) {
        return X(a < b ? 1.0 : 0.0);
    }
    static interval range(interval a, interval b) {
        return truth(a.high < b.low, !(a.low < b.high));
    }
};

struct less_equal : comparison {
    template <class X>
    static X value(const X& a, const X& b) {
        return X(a < b || a == b ? 1.0 : 0.0);
    }
    static interval range(interval a, interval b) {
        return truth(a.high <= b.low, !(a.low <= b.high));
    }
};

struct equal : comparison {
    template <class X>
    static X value(const X& a, const X& b) {
        return X(a == b ? 1.0 : 0.0);
    }
    static interval range(interval a, interval b) {
        return truth(a.low == a.high && b.low == b.high && a.low == b.low,
                     !(a.low <= b.high && b.low <= a.high));
    }
};

// b where a is set, or where it isn't; elsewhere nothing.
template <bool Set>
struct kept : binary {
    static constexpr bool is_rounded = false;
    template <class X>
    static X value(const X& a, const X& b) {
        return (a == X(0.0)) != Set ? b : X(-0.0);
    }
    static double off(const estimate& a, const estimate& b) {
        const bool is_sure = a.bound == 0.0 || std::abs(a.value) > a.bound;
        if (!is_sure) return std::abs(b.value) + b.bound;
        return (a.value == 0.0) != Set ? b.bound : 0.0;
    }
    static interval range(interval a, interval b) {
        const bool may_be_0 = a.low <= 0.0 && a.high >= 0.0;
        const bool is_0 = a.low == 0.0 && a.high == 0.0;
        if (Set ? is_0 : !may_be_0) return {0.0, 0.0};
        if (Set ? !may_be_0 : is_0) return b;
        return {std::min(b.low, 0.0), std::max(b.high, 0.0)};
    }
};
struct when : kept<true> {};
struct unless : kept<false> {};

// Rises or falls steadily in a and in b, where a is above 0: the corners of what they may be show
// how far results are apart. Powers of the rest by a whole number have one more, at 0.
struct power : binary {
    static auto value(const auto& a, const auto& b) {
        using std::pow;
        return pow(a, b);
    }
    static double off(const estimate& a, const estimate& b) {
        if (a.bound == 0.0 && b.bound == 0.0) return 0.0;
        const interval base = {a.value - a.bound, a.value + a.bound};
        const bool is_whole = b.bound == 0.0 && b.value == std::floor(b.value);
        const bool has_0 = base.low <= 0.0 && base.high >= 0.0;
        if (is_whole ? has_0 && b.value < 0.0 : !(base.low > 0.0)) return unknown;
        const double y = value(a.value, b.value);
        double most = is_whole && has_0 ? std::abs(y - value(0.0, b.value)) : 0.0;
        for (const double at : {base.low, base.high})
            for (const double by : {b.value - b.bound, b.value + b.bound}) {
                const double there = std::abs(value(at, by) - y);
                if (!(there <= most)) most = std::isnan(there) ? unknown : there;
            }
        return most;
    }
    static interval range(interval a, interval b) {
        if (!(a.low > 0.0)) return unbounded;
        return rounded_hull({value(a.low, b.low), value(a.low, b.high), value(a.high, b.low),
                             value(a.high, b.high)});
    }
};

} // namespace kind
} // namespace laminate::codegen::reference
