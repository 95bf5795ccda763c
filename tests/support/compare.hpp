// SPDX-License-Identifier: MIT
#pragma once

// What 'the same' means in tests: bit for bit, or so many ulp apart. Needs IEEE floats.
// Promises that -0 and 0 differ, and that all NaNs are the same: which NaN an operation gives is
// up to the machine, and no part of Laminate's contract.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace laminate::test {

constexpr bool same_bits(float a, float b) {
    return (a != a && b != b) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

// The position of the first difference, or the size of both.
constexpr std::size_t first_difference(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size()) return std::numeric_limits<std::size_t>::max();
    std::size_t i = 0;
    while (i < a.size() && same_bits(a[i], b[i]))
        ++i;
    return i;
}
constexpr bool same_bits(std::span<const float> a, std::span<const float> b) {
    return first_difference(a, b) == a.size() && a.size() == b.size();
}

// How many floats lie between a and b; 0 and -0 are one apart. NaN is as far as can be from any
// number.
constexpr std::uint64_t ulp_distance(float a, float b) {
    if (same_bits(a, b)) return 0;
    if (a != a || b != b) return std::numeric_limits<std::uint64_t>::max();
    const auto place = [](float f) {
        const auto bits = std::bit_cast<std::int32_t>(f);
        return bits < 0 ? -1 - static_cast<std::int64_t>(bits & 0x7fffffff)
                        : static_cast<std::int64_t>(bits);
    };
    const std::int64_t distance = place(a) - place(b);
    return static_cast<std::uint64_t>(distance < 0 ? -distance : distance);
}

} // namespace laminate::test
