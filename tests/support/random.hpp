// SPDX-License-Identifier: MIT
#pragma once

// Pseudo-random floats for tests: the same ones on every machine, in constant expressions too.
// Needs nothing. Promises that a seed names one sequence for ever (splitmix64, Steele et al.,
// 2014).

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace laminate::test {

class random {
public:
    constexpr explicit random(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    constexpr std::size_t below(std::size_t end) {
        return static_cast<std::size_t>(next() >> 33) % end;
    }
    // In [-bound, bound); bound is a power of two, so nothing is rounded on any machine.
    constexpr float uniform(float bound) {
        const auto whole = static_cast<std::int32_t>(next() >> 40) - (1 << 23);
        return static_cast<float>(whole) * 0x1p-23f * bound;
    }
    // Any float: NaNs, infinities and denormals as often as their bits.
    constexpr float any() { return std::bit_cast<float>(static_cast<std::uint32_t>(next() >> 32)); }

private:
    std::uint64_t state_;
};

constexpr void fill(std::span<float> floats, std::uint64_t seed, float bound = 1.0f) {
    random r(seed);
    for (float& f : floats)
        f = r.uniform(bound);
}

} // namespace laminate::test
