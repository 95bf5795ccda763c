// SPDX-License-Identifier: MIT
#pragma once

// A double that remembers what it was computed from, and so has a derivative by every number before
// it: the number type that turns the reference into gradients. One pass over what was recorded,
// last first, gives those by all of a network's parameters at once, where a number that carried its
// derivatives along would need a pass, or a place, for each.

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace laminate::test {

class recording;

// A constant has no place in a recording.
struct recorded {
    double value = 0.0;
    recording* on = nullptr;
    std::size_t place = 0;

    recorded(double constant = 0.0) : value(constant) {}
    recorded(double v, recording& r, std::size_t at) : value(v), on(&r), place(at) {}
};

class recording {
public:
    // A number of which nothing before is known: an input or a parameter.
    recorded start(double value) {
        steps_.push_back({});
        return {value, *this, steps_.size() - 1};
    }
    // `value`, which changes by `by_a` where a changes by 1, and by `by_b` where b does.
    static recorded result(double value, const recorded& a, double by_a, const recorded& b = {},
                           double by_b = 0.0) {
        recording* const on = a.on != nullptr ? a.on : b.on;
        if (on == nullptr) return value;
        recorded y = on->start(value);
        if (a.on != nullptr) on->steps_.back()[0] = {a.place, by_a};
        if (b.on != nullptr) on->steps_.back()[1] = {b.place, by_b};
        return y;
    }

    std::size_t size() const { return steps_.size(); }
    void forget_from(std::size_t place) { steps_.resize(place); }

    // The derivatives of the sum of weights[i] * of[i], by the number at each place.
    std::vector<double> derivatives(const std::vector<recorded>& of,
                                    const std::vector<double>& weights) const {
        std::vector<double> by(steps_.size(), 0.0);
        for (std::size_t i = 0; i < of.size(); ++i)
            if (of[i].on != nullptr) by[of[i].place] += weights[i];
        for (std::size_t at = steps_.size(); at-- > 0;)
            for (const part& p : steps_[at])
                if (p.slope != 0.0) by[p.place] += by[at] * p.slope;
        return by;
    }

private:
    struct part {
        std::size_t place = 0;
        double slope = 0.0;
    };
    std::vector<std::array<part, 2>> steps_;
};

inline recorded operator+(const recorded& a, const recorded& b) {
    return recording::result(a.value + b.value, a, 1.0, b, 1.0);
}
inline recorded operator-(const recorded& a, const recorded& b) {
    return recording::result(a.value - b.value, a, 1.0, b, -1.0);
}
inline recorded operator*(const recorded& a, const recorded& b) {
    return recording::result(a.value * b.value, a, b.value, b, a.value);
}
inline recorded operator/(const recorded& a, const recorded& b) {
    const double y = a.value / b.value;
    return recording::result(y, a, 1.0 / b.value, b, -y / b.value);
}
inline recorded operator-(const recorded& x) { return recording::result(-x.value, x, -1.0); }
inline recorded& operator+=(recorded& a, const recorded& b) { return a = a + b; }

inline bool operator<(const recorded& a, const recorded& b) { return a.value < b.value; }
inline bool operator>(const recorded& a, const recorded& b) { return a.value > b.value; }
inline bool operator<=(const recorded& a, const recorded& b) { return a.value <= b.value; }
inline bool operator==(const recorded& a, const recorded& b) { return a.value == b.value; }
inline bool isnan(const recorded& x) { return std::isnan(x.value); }
inline bool isinf(const recorded& x) { return std::isinf(x.value); }

// At a corner the derivative is that of the piece below it, and so is that of abs at 0.
inline bool reaches(const recorded& x, double corner) { return x.value > corner; }
inline recorded abs(const recorded& x) {
    return recording::result(std::abs(x.value), x, x.value > 0.0 ? 1.0 : -1.0);
}

// Flat between jumps.
inline recorded floor(const recorded& x) { return std::floor(x.value); }
inline recorded ceil(const recorded& x) { return std::ceil(x.value); }
inline recorded nearbyint(const recorded& x) { return std::nearbyint(x.value); }
inline recorded sin(const recorded& x) {
    return recording::result(std::sin(x.value), x, std::cos(x.value));
}
inline recorded cos(const recorded& x) {
    return recording::result(std::cos(x.value), x, -std::sin(x.value));
}
inline recorded tan(const recorded& x) {
    const double y = std::tan(x.value);
    return recording::result(y, x, 1.0 + y * y);
}
inline recorded asin(const recorded& x) {
    return recording::result(std::asin(x.value), x, 1.0 / std::sqrt(1.0 - x.value * x.value));
}
inline recorded acos(const recorded& x) {
    return recording::result(std::acos(x.value), x, -1.0 / std::sqrt(1.0 - x.value * x.value));
}
inline recorded atan(const recorded& x) {
    return recording::result(std::atan(x.value), x, 1.0 / (1.0 + x.value * x.value));
}
inline recorded sinh(const recorded& x) {
    return recording::result(std::sinh(x.value), x, std::cosh(x.value));
}
inline recorded cosh(const recorded& x) {
    return recording::result(std::cosh(x.value), x, std::sinh(x.value));
}
inline recorded asinh(const recorded& x) {
    return recording::result(std::asinh(x.value), x, 1.0 / std::sqrt(x.value * x.value + 1.0));
}
inline recorded acosh(const recorded& x) {
    return recording::result(std::acosh(x.value), x, 1.0 / std::sqrt(x.value * x.value - 1.0));
}
inline recorded atanh(const recorded& x) {
    return recording::result(std::atanh(x.value), x, 1.0 / (1.0 - x.value * x.value));
}

inline recorded exp(const recorded& x) {
    const double y = std::exp(x.value);
    return recording::result(y, x, y);
}
inline recorded expm1(const recorded& x) {
    return recording::result(std::expm1(x.value), x, std::exp(x.value));
}
inline recorded log(const recorded& x) {
    return recording::result(std::log(x.value), x, 1.0 / x.value);
}
inline recorded log1p(const recorded& x) {
    return recording::result(std::log1p(x.value), x, 1.0 / (1.0 + x.value));
}
inline recorded pow(const recorded& a, const recorded& b) {
    const double y = std::pow(a.value, b.value);
    const double by_a = b.value == 0.0 ? 0.0 : b.value * std::pow(a.value, b.value - 1.0);
    return recording::result(y, a, by_a, b, a.value > 0.0 ? y * std::log(a.value) : 0.0);
}
inline recorded sqrt(const recorded& x) {
    const double y = std::sqrt(x.value);
    return recording::result(y, x, 0.5 / y);
}
inline recorded tanh(const recorded& x) {
    const double y = std::tanh(x.value);
    return recording::result(y, x, 1.0 - y * y);
}
inline recorded logistic(const recorded& x) {
    const double y = 1.0 / (1.0 + std::exp(-x.value));
    return recording::result(y, x, y * (1.0 - y));
}
inline recorded erf(const recorded& x) {
    return recording::result(std::erf(x.value), x,
                             2.0 * std::numbers::inv_sqrtpi * std::exp(-x.value * x.value));
}
inline recorded erfc(const recorded& x) {
    return recording::result(std::erfc(x.value), x,
                             -2.0 * std::numbers::inv_sqrtpi * std::exp(-x.value * x.value));
}

} // namespace laminate::test
