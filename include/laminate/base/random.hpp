// SPDX-License-Identifier: MIT
#pragma once

// Pseudo-random numbers for starting weights. Needs nothing. Promises that a seed names one
// sequence for ever, on every machine and in constant expressions.

#include <cstdint>

#include "compiler.hpp"
#include "standard.hpp"

namespace laminate::inline LAMINATE_ISA {

// SplitMix64 (Steele, Lea and Flood, 2014): small, fast, and good enough to start weights from.
class random_source {
public:
    constexpr explicit random_source(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    // Evenly in [-limit, limit), on a grid of 2^24 points, so that each is exact before scaling.
    constexpr float uniform(float limit) {
        return (static_cast<float>(next() >> 40) * 0x1p-23f - 1.0f) * limit;
    }

private:
    std::uint64_t state_;
};

} // namespace laminate::inline LAMINATE_ISA
