// SPDX-License-Identifier: MIT
#pragma once

// The square root of a float: the compiler's where it has one, else (and in constant expressions)
// plain arithmetic. Needs IEEE float and double. Promises the correctly rounded root in every case;
// NaN of negative numbers, and sqrt(-0) is -0.

#include <limits>

#include "../base/compiler.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

// The root of a positive number by Newton's method, from above, until it no longer falls: then it
// is off by an ulp at most. (std::sqrt isn't constexpr in C++20.)
constexpr double newton_root(double x) {
    double root = x < 1.0 ? 1.0 : x;
    double next = 0.5 * (root + x / root);
    while (next < root) {
        root = next;
        next = 0.5 * (root + x / root);
    }
    return root;
}

// The root of a float is at least four ulp of double away from where floats round up or down, so
// that the last rounding is right.
LAMINATE_INLINE float newton_sqrt(float a) {
    if (!(a > 0.0f && a <= std::numeric_limits<float>::max()))
        return a < 0.0f ? std::numeric_limits<float>::quiet_NaN() : a;
    return static_cast<float>(newton_root(static_cast<double>(a)));
}

LAMINATE_INLINE float exact_sqrt(float a) {
#if defined(__GNUC__)
    if (!__builtin_is_constant_evaluated()) return __builtin_sqrtf(a);
#endif
    return newton_sqrt(a);
}

} // namespace LAMINATE_ISA
} // namespace laminate::pack
