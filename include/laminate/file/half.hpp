// SPDX-License-Identifier: MIT
#pragma once

// Narrow and wide floating-point formats to float: IEEE binary16, bfloat16, binary64.
// Needs a float that is IEEE binary32, checked below.
// Promises that binary16 and bfloat16 convert exactly (also denormals, infinities, NaN and its
// payload), and that binary64 rounds to nearest, ties to even.

#include <bit>
#include <cstdint>
#include <limits>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4 &&
                  std::numeric_limits<double>::is_iec559 && sizeof(double) == 8,
              "Laminate needs float and double to be IEEE binary32 and binary64");

constexpr float float_from_half(std::uint16_t half) {
    const std::uint32_t sign_bit = (half & 0x8000u) << 16;
    const std::uint32_t exponent = (half >> 10) & 0x1fu;
    const std::uint32_t fraction = half & 0x3ffu;
    if (exponent == 0) { // Zero or denormal: fraction * 2^-24, which a float holds exactly.
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return sign_bit != 0 ? -magnitude : magnitude;
    }
    // The largest exponent stays the largest; others move from a bias of 15 to one of 127.
    const std::uint32_t biased = exponent == 31 ? 255u : exponent + (127u - 15u);
    return std::bit_cast<float>(sign_bit | biased << 23 | fraction << 13);
}

// bfloat16 is the upper half of a float.
constexpr float float_from_bfloat16(std::uint16_t upper) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
}

// False for finite values that would round to infinity: from 2^128 - 2^103 up, which is half-way
// between the largest float and 2^128.
constexpr bool fits_float(double value) {
    constexpr double bound = 0x1.ffffffp127;
    const bool infinite = value - value != 0.0; // inf - inf and NaN - NaN are NaN
    return infinite || (-bound < value && value < bound);
}

// Rounds to nearest even; call only with values for which fits_float.
constexpr float float_from_double(double value) { return static_cast<float>(value); }

} // namespace laminate::inline LAMINATE_ISA
