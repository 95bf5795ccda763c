// SPDX-License-Identifier: MIT
#pragma once

// Normally distributed random numbers, out of comparisons of whole numbers alone: no logarithm, no
// cosine, whose last bits differ between machines. Needs random numbers. Promises the same bits
// everywhere, also in constant expressions, and no error but that of 64-bit uniform numbers.
// C. F. F. Karney, "Sampling exactly from the normal distribution", ACM TOMS 42 (2016), algorithm
// N.

#include <cstdint>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// True with probability exp(-1/2): the length of the run 1/2 > u1 > u2 > ... is even.
constexpr bool is_half_exponential(random_source& random) {
    std::uint64_t last = std::uint64_t{1} << 63;
    for (bool even = true;; even = !even) {
        const std::uint64_t u = random.next();
        if (u >= last) return even;
        last = u;
    }
}

// True with probability p = (2k + x) / (2k + 2), where x is a fraction of 2^64.
constexpr bool is_below_ratio(random_source& random, std::uint64_t k, std::uint64_t x) {
    // The 2k + 2 parts of [0, 1) are equally likely. (k is small: no bias to speak of.)
    const std::uint64_t part = random.next() % (2 * k + 2);
    return part < 2 * k || (part == 2 * k && random.next() < x);
}

// True with probability exp(-x p), p as above: the run x > u1 > u2 > ..., which also ends with
// probability 1 - p at each step, is even.
constexpr bool is_exponential(random_source& random, std::uint64_t k, std::uint64_t x) {
    std::uint64_t last = x;
    for (bool even = true;; even = !even) {
        const std::uint64_t u = random.next();
        if (u >= last || !is_below_ratio(random, k, x)) return even;
        last = u;
    }
}

constexpr bool all(std::uint64_t times, const auto& trial) {
    for (std::uint64_t i = 0; i < times; ++i)
        if (!trial()) return false;
    return true;
}

} // namespace detail

// Of mean 0 and standard deviation 1.
constexpr double normal(random_source& random) {
    while (true) {
        const auto half = [&] { return detail::is_half_exponential(random); };
        std::uint64_t k = 0;
        while (half())
            ++k;
        if (k > 1 && !detail::all(k * (k - 1), half)) continue;
        const std::uint64_t x = random.next();
        if (!detail::all(k + 1, [&] { return detail::is_exponential(random, k, x); })) continue;
        const double size = static_cast<double>(k) + static_cast<double>(x) * 0x1p-64;
        return (random.next() >> 63) != 0 ? -size : size;
    }
}

} // namespace laminate::inline LAMINATE_ISA
