// SPDX-License-Identifier: MIT
#pragma once

// Orders of rows, from a seed. Needs random numbers. Promises that a seed names one order for ever,
// on every machine, and that all orders are equally likely.

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../../base/standard.hpp"
#include "../../base/stop.hpp"

namespace laminate::inline LAMINATE_ISA {

// Evenly in 0 ... bound - 1, for a bound of at least 1. The 2^64 mod bound largest values are drawn
// again, since they would make small results likelier.
constexpr std::uint64_t below(random_source& random, std::uint64_t bound) {
    if (bound == 0) detail::stop("below() needs a bound of at least", 1, 0);
    const std::uint64_t excess = (0 - bound) % bound;
    std::uint64_t drawn = random.next();
    while (drawn < excess)
        drawn = random.next();
    return drawn % bound;
}

// Fisher and Yates: from the end, each element changes places with one up to itself.
template <class T>
constexpr void shuffle(std::span<T> items, random_source& random) {
    for (std::size_t left = items.size(); left > 1; --left)
        std::swap(items[left - 1], items[static_cast<std::size_t>(below(random, left))]);
}

// 0 ... count - 1 in an order of chance.
[[nodiscard]] inline std::vector<std::size_t> shuffled(std::size_t count, random_source& random) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    shuffle(std::span(order), random);
    return order;
}

} // namespace laminate::inline LAMINATE_ISA
