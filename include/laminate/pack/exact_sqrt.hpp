// SPDX-License-Identifier: MIT
#pragma once

// The square root of a float: the target's instruction, or Newton's method in constant expressions.
// Needs IEEE float and double. Promises the correctly rounded root; NaN of numbers below 0.

#include "../base/compiler.hpp"

namespace laminate::pack {

// From above, until it no longer falls: then it is within two units of a double, and the root of a
// float is never so near the middle between two floats that this rounds the wrong way.
constexpr float newton_sqrt(float a) {
    if (a < 0.0f) return __builtin_nanf("");
    if (!(a > 0.0f) || a > 0x1.fffffep127f) return a; // 0, -0, NaN, inf
    const auto x = static_cast<double>(a);
    double root = x < 1.0 ? 1.0 : x;
    for (double next = 0.5 * (root + x / root); next < root; next = 0.5 * (root + x / root))
        root = next;
    return static_cast<float>(root);
}

LAMINATE_INLINE float exact_sqrt(float a) {
    if (__builtin_is_constant_evaluated()) return newton_sqrt(a);
    return __builtin_sqrtf(a);
}

} // namespace laminate::pack
