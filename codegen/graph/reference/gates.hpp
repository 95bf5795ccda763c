// SPDX-License-Identifier: MIT
#pragma once

// x * s(x), where the gate s rises from 0 to 1: functions with a valley below 0.

#include <algorithm>
#include <cmath>

#include "function.hpp"

namespace laminate::codegen::reference {

// x times its gate; at -inf, where that would be -inf * 0, the limit.
template <class X>
X gated(const X& x, const X& gate) {
    return gate == 0.0 ? X(-0.0) : x * gate;
}

// Never above max(x, 0), and nowhere below `least`, the bottom of the valley.
inline interval gated_range(double least, interval x) {
    const double high = std::max(x.high, 0.0);
    return {least, high + 64.0 * roundoff * high + underflow};
}

namespace kind {

struct gate : function {
    static constexpr double steepest = 1.13;
    // Beyond 18 all that saturates is flat in float.
    static double passed(const unit<double>&, double x) { return std::min(std::abs(x), 18.0); }
};

struct hard_swish : gate {
    static constexpr double steepest = 1.5;
    static auto value(const auto&, const auto& x) {
        return gated(x, clamp((x + 3.0) / 6.0, 0.0, 1.0));
    }
    static interval range(const unit<double>&, interval x) { return gated_range(-0.38, x); }
};

struct swish : gate {
    static auto value(const auto& u, const auto& x) { return gated(x, logistic(u.alpha * x)); }
    static interval range(const unit<double>& u, interval x) { // x s(a x) = (a x) s(a x) / a
        return u.alpha > 0.0 ? gated_range(-0.29 / u.alpha, x) : unbounded;
    }
};

struct mish : gate {
    template <class X>
    static X value(const unit<X>&, const X& x) {
        using std::exp, std::log1p, std::tanh;
        return gated(x, tanh(log1p(exp(x > 100.0 ? X(100.0) : x))));
    }
    static interval range(const unit<double>&, interval x) { return gated_range(-0.32, x); }
};

struct gelu : gate {
    static auto value(const auto&, const auto& x) {
        using std::erfc;
        return gated(x, 0.5 * erfc(-x / std::sqrt(2.0)));
    }
    static interval range(const unit<double>&, interval x) { return gated_range(-0.18, x); }
};

struct gelu_tanh : gate {
    template <class X>
    static X value(const unit<X>&, const X& x) {
        constexpr double pi = 3.14159265358979324;
        return gated(x, logistic(std::sqrt(8.0 / pi) * (x + 0.044715 * x * x * x)));
    }
    static interval range(const unit<double>&, interval x) { return gated_range(-0.18, x); }
};

} // namespace kind
} // namespace laminate::codegen::reference
