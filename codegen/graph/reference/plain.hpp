// SPDX-License-Identifier: MIT
#pragma once

// The formulas as they stand, for double and for what can stand for it: +, -, *, /, <, ==, exp,
// log, and whatever else the formulas of functions use.

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "function.hpp"

namespace laminate::codegen::reference {

template <class X>
X maximum(std::span<const X> x) {
    X most = -std::numeric_limits<double>::infinity();
    for (const X& each : x)
        if (most < each) most = each;
    return most;
}

// The logarithms of softmax.
template <class X>
std::vector<X> log_shares(std::span<const X> x) {
    using std::exp, std::log;
    const X most = maximum(x);
    X sum = 0.0;
    for (const X& each : x)
        sum += exp(each - most);
    std::vector<X> y;
    for (const X& each : x)
        y.push_back(each - most - log(sum));
    return y;
}

template <class X>
struct plain {
    using number = X;

    template <class Kind>
    X function(const unit<X>& u, const X& x) const {
        return value<Kind>(u, x);
    }

    template <class Kind>
    X pair(const X& a, const X& b) const {
        return Kind::value(a, b);
    }

    X sum(std::span<const X> weights, const X& bias, std::span<const X> x) const {
        X y = bias;
        for (std::size_t i = 0; i < x.size(); ++i)
            y += weights[i] * x[i];
        return y;
    }

    X larger(const X& a, const X& b) const { // a NaN stays
        using std::isnan;
        return b <= a || isnan(a) ? a : b;
    }

    std::vector<X> shares(std::span<const X> x, bool logarithm) const {
        using std::exp;
        std::vector<X> y = log_shares(x);
        if (!logarithm)
            for (X& each : y)
                each = exp(each);
        return y;
    }
};

} // namespace laminate::codegen::reference
