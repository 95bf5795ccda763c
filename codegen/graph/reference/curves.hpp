// SPDX-License-Identifier: MIT
#pragma once

// Functions that rise throughout, or fall, in curves.

#include <cmath>

#include "function.hpp"

namespace laminate::codegen::reference::kind {

struct elu : steady {
    static auto value(const auto& u, const auto& x) {
        using std::expm1;
        return reaches(x, 0.0) ? x : u.alpha * expm1(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<elu>(u, x); }
    static double passed(const unit<double>& u, double x) {
        return x < 0.0 ? std::abs(u.alpha) : 0.0;
    }
    static bool passes(const unit<double>&, interval x) { return x.low >= 0.0; }
};

struct celu : steady {
    static auto value(const auto& u, const auto& x) {
        using std::expm1;
        return reaches(x, 0.0) ? x : u.alpha * expm1(x / u.alpha);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<celu>(u, x); }
    static double passed(const unit<double>& u, double x) { return elu::passed(u, x); }
    static bool passes(const unit<double>&, interval x) { return x.low >= 0.0; }
};

struct selu : steady {
    static auto value(const auto&, const auto& x) {
        using std::expm1;
        return reaches(x, 0.0) ? 1.05070098735548049 * x : 1.75809934084737686 * expm1(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<selu>(u, x); }
    static double passed(const unit<double>&, double x) { return x < 0.0 ? 1.76 : 0.0; }
};

struct sigmoid : steady {
    static auto value(const auto&, const auto& x) { return logistic(x); }
    static interval range(const unit<double>& u, interval x) {
        return both({0.0, 1.0}, by_ends<sigmoid>(u, x));
    }
    static double passed(const unit<double>&, double) { return 1.0; }
};

struct tanh : steady {
    static auto value(const auto&, const auto& x) {
        using std::tanh;
        return tanh(x);
    }
    static interval range(const unit<double>& u, interval x) {
        return both({-1.0, 1.0}, by_ends<tanh>(u, x));
    }
    static double passed(const unit<double>&, double) { return 1.0; }
};

struct erf : steady {
    static auto value(const auto&, const auto& x) {
        using std::erf;
        return erf(x);
    }
    static interval range(const unit<double>& u, interval x) {
        return both({-1.0, 1.0}, by_ends<erf>(u, x));
    }
    static double passed(const unit<double>&, double) { return 1.0; }
};

struct softplus : steady {
    template <class X>
    static X value(const unit<X>&, const X& x) {
        using std::abs, std::exp, std::log1p;
        return (reaches(x, 0.0) ? x : X(0.0)) + log1p(exp(-abs(x)));
    }
    static interval range(const unit<double>& u, interval x) {
        return both(not_negative, by_ends<softplus>(u, x));
    }
    static double passed(const unit<double>&, double) { return 1.0; }
};

struct softsign : direct {
    template <class X>
    static X value(const unit<X>&, const X& x) {
        using std::abs, std::isinf;
        if (isinf(x)) return x > 0.0 ? X(1.0) : X(-1.0);
        return x / (1.0 + abs(x));
    }
    static interval range(const unit<double>& u, interval x) {
        return both({-1.0, 1.0}, by_ends<softsign>(u, x));
    }
};

struct exp : direct {
    static auto value(const auto&, const auto& x) {
        using std::exp;
        return exp(x);
    }
    static interval range(const unit<double>& u, interval x) {
        return both(not_negative, by_ends<exp>(u, x));
    }
};

struct log : direct {
    static auto value(const auto&, const auto& x) {
        using std::log;
        return log(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<log>(u, x); }
};

struct sqrt : direct {
    static auto value(const auto&, const auto& x) {
        using std::sqrt;
        return sqrt(x);
    }
    static interval range(const unit<double>& u, interval x) { // below 0 it is NaN, and so is log
        return both(not_negative, by_ends<sqrt>(u, x));
    }
};

struct reciprocal : direct {
    static auto value(const auto&, const auto& x) { return 1.0 / x; }
    static interval range(const unit<double>& u, interval x) {
        return x.low > 0.0 || x.high < 0.0 ? by_ends<reciprocal>(u, x) : unbounded;
    }
};

struct rsqrt : steady {
    static auto value(const auto& u, const auto& x) {
        using std::sqrt;
        return 1.0 / sqrt(x + u.alpha);
    }
    static interval range(const unit<double>& u, interval x) {
        return x.low + u.alpha > 0.0 ? both(not_negative, by_ends<rsqrt>(u, x)) : unbounded;
    }
    // The sum is rounded, too.
    static double passed(const unit<double>& u, double x) {
        const double y = 1.0 / std::sqrt(x + u.alpha);
        return std::isfinite(y) ? y * (std::abs(x) + std::abs(u.alpha)) / (x + u.alpha) : 0.0;
    }
};

// Whether one of first + k period lies in x, k a whole number; of wide and of far intervals it is
// not asked.
inline bool reaches_one(interval x, double first, double period) {
    return !(size(x) < 0x1p20) ||
           std::floor((x.high - first) / period) > std::floor((x.low - first) / period);
}

// Between -1 and 1, with a crest at `Crest` half turns.
template <class Kind, int Crest>
struct wave : steady {
    static constexpr double steepest = 1.0;
    static interval range(const unit<double>& u, interval x) {
        constexpr double pi = 3.14159265358979324;
        const bool high = reaches_one(x, 0.5 * Crest * pi, 2.0 * pi);
        const bool low = reaches_one(x, (0.5 * Crest + 1.0) * pi, 2.0 * pi);
        if (high && low) return {-1.0, 1.0};
        const interval ends = by_ends<Kind>(u, x);
        return both({-1.0, 1.0}, {low ? -1.0 : ends.low, high ? 1.0 : ends.high});
    }
    static double passed(const unit<double>&, double) { return 1.0; }
};
struct sin : wave<sin, 1> {
    static auto value(const auto&, const auto& x) {
        using std::sin;
        return sin(x);
    }
};
struct cos : wave<cos, 0> {
    static auto value(const auto&, const auto& x) {
        using std::cos;
        return cos(x);
    }
};

struct tan : direct {
    static auto value(const auto&, const auto& x) {
        using std::tan;
        return tan(x);
    }
    static bool has_pole(const unit<double>&, interval x) {
        constexpr double pi = 3.14159265358979324;
        return reaches_one(x, 0.5 * pi, pi);
    }
    static interval range(const unit<double>& u, interval x) {
        return has_pole(u, x) ? unbounded : by_ends<tan>(u, x);
    }
};

struct asin : direct {
    static auto value(const auto&, const auto& x) {
        using std::asin;
        return asin(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<asin>(u, x); }
};

struct acos : direct {
    static auto value(const auto&, const auto& x) {
        using std::acos;
        return acos(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<acos>(u, x); }
};

struct atan : direct {
    static auto value(const auto&, const auto& x) {
        using std::atan;
        return atan(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<atan>(u, x); }
};

struct sinh : direct {
    static auto value(const auto&, const auto& x) {
        using std::sinh;
        return sinh(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<sinh>(u, x); }
};

struct cosh : direct {
    static auto value(const auto&, const auto& x) {
        using std::cosh;
        return cosh(x);
    }
    static interval range(const unit<double>& u, interval x) {
        return both({1.0, unbounded.high}, by_ends<cosh>(u, x));
    }
};

struct asinh : direct {
    static auto value(const auto&, const auto& x) {
        using std::asinh;
        return asinh(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<asinh>(u, x); }
};

struct acosh : direct {
    static auto value(const auto&, const auto& x) {
        using std::acosh;
        return acosh(x);
    }
    static interval range(const unit<double>& u, interval x) {
        return both(not_negative, by_ends<acosh>(u, x));
    }
};

struct atanh : direct {
    static auto value(const auto&, const auto& x) {
        using std::atanh;
        return atanh(x);
    }
    static interval range(const unit<double>& u, interval x) { return by_ends<atanh>(u, x); }
};

struct square : direct {
    static auto value(const auto&, const auto& x) { return x * x; }
    static interval range(const unit<double>&, interval x) { // its valley is the corner at 0
        const double most = size(x) * size(x);
        const double least = std::max({0.0, x.low, -x.high});
        return both(not_negative, widen({least * least, most}, 2.0 * roundoff * most + underflow));
    }
};

} // namespace laminate::codegen::reference::kind
