// SPDX-License-Identifier: MIT
#pragma once

// What floats lose: the constants that error analyses are written with, and a parameter's way from
// double to float.

#include <cmath>
#include <limits>

namespace laminate::codegen::reference {

// The unit roundoff of float, and what an underflow can lose.
inline constexpr double roundoff = 0x1p-24;
inline constexpr double underflow = 0x1p-149;

inline constexpr double largest = std::numeric_limits<float>::max();

// Whether a + b, or a * b, of floats is one, so that nothing is rounded.
inline bool is_float(double number) {
    return static_cast<double>(static_cast<float>(number)) == number;
}
inline bool sum_is_float(double a, double b) {
    const double sum = a + b;
    return is_float(sum) && sum - a == b && sum - b == a;
}
inline bool product_is_float(double a, double b) { return is_float(a * b); }

// How far a parameter lies from the float that it is rounded to.
inline double off_float(double parameter) {
    const auto rounded = static_cast<double>(static_cast<float>(parameter));
    return parameter == rounded ? 0.0 : std::abs(parameter - rounded);
}

} // namespace laminate::codegen::reference
