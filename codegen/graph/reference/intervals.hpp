// SPDX-License-Identifier: MIT
#pragma once

// Intervals that hold the floats which Laminate computes, rounding errors and all.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "function.hpp"
#include "interval.hpp"

namespace laminate::codegen::reference {

struct intervals {
    using number = interval;

    template <class Kind>
    interval function(const unit<double>& u, interval x) const {
        return Kind::range(u, x);
    }
    template <class Kind>
    interval pair(interval a, interval b) const {
        return Kind::range(a, b);
    }
    interval sum(std::span<const double> weights, double bias, std::span<const interval> x) const;
    interval larger(interval a, interval b) const {
        return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    // Of a logarithm nothing is known.
    std::vector<interval> shares(std::span<const interval> x, bool logarithm) const {
        return {x.size(), logarithm ? unbounded : interval{0.0, 1.0}};
    }
};

// Of weights as floats, as the kernel has them.
inline interval intervals::sum(std::span<const double> weights, double bias,
                               std::span<const interval> x) const {
    const auto b = static_cast<double>(static_cast<float>(bias));
    interval sum = {b, b};
    interval signs = {b >= 0.0 ? 0.0 : unbounded.low, b <= 0.0 ? 0.0 : unbounded.high};
    double sizes = std::abs(b);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto w = static_cast<double>(static_cast<float>(weights[i]));
        if (w == 0.0) continue; // adds nothing, whatever the input
        const interval term = hull({w * x[i].low, w * x[i].high});
        sum = {sum.low + term.low, sum.high + term.high};
        // Roundings don't change a sign: terms of one sign make a sum of that sign.
        if (!(term.low >= 0.0)) signs.low = unbounded.low;
        if (!(term.high <= 0.0)) signs.high = unbounded.high;
        sizes += size(term);
    }
    if (sizes == std::abs(b)) return {b, b}; // no term: the bias, exactly
    if (!(sizes < largest / 2.0)) return signs;
    return both(signs, widen(sum, rounding(x.size() + 1, sizes)));
}

} // namespace laminate::codegen::reference
