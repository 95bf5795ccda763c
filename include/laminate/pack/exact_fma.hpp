// SPDX-License-Identifier: MIT
#pragma once

// Fused multiply-add of floats: the target's instruction where it has one, else (and in constant
// expressions) plain arithmetic. Needs IEEE float and double. Promises the correctly rounded
// a*b + c in every case; how long the plain form takes depends a little on the values.

#include <cstdint>

#include "../base/compiler.hpp"
#include "../base/target.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

// Round to odd (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008): the
// product of two floats is exact in double; their sum with c is rounded to double such that an
// inexact one ends in an odd bit. Then the rounding to float, 29 bits shorter, can't be misled.
LAMINATE_INLINE double round_to_odd(double sum, double error) {
    const auto bits = __builtin_bit_cast(std::int64_t, sum);
    const bool inexact = error > 0.0 || error < 0.0; // false for the NaN that infinities leave
    const bool away = (error > 0.0) == (sum > 0.0);
    return inexact && (bits & 1) == 0 ? __builtin_bit_cast(double, away ? bits + 1 : bits - 1)
                                      : sum;
}

// The error of `sum` as an addition of a and b, exactly (Knuth's TwoSum).
LAMINATE_INLINE double sum_error(double a, double b, double sum) {
    return (a - (sum - (sum - a))) + (b - (sum - a));
}

// The product p of two floats is exact in double. Let s be p + c, rounded to double. Rounding s to
// float gives the right result unless s lies halfway between two floats and is inexact: any other s
// is on the side of each such point that p + c is on, because they are doubles. Where it does,
// - either |s| >= 2^-126, and its last 29 bits are 1000... (a mantissa has 52, that of a float 23).
//   That holds for the point behind the largest float too, where results become infinite;
// - or |s| < 2^-126. If it is inexact then, p + c has a bit below 2^-179. Multiples of 2^-149 such
//   as c have none, so it is one of the 48 of p: |p| < 2^-131. And c isn't 0, as p is exact. So
//   0 < |c| < 2^-125, which is known before s is.
// The others are right: infinities, NaN, and zeros, which have the sign of an exact sum.
LAMINATE_INLINE bool in_doubt(double sum, float c) {
    const auto last = static_cast<std::uint32_t>(__builtin_bit_cast(std::uint64_t, sum)) << 3;
    const std::uint32_t twice = __builtin_bit_cast(std::uint32_t, c) << 1; // without the sign
    return last == 0x80000000U || twice - 1 < 0x01ffffffU;                 // 0 - 1 is large
}

LAMINATE_INLINE float emulated_fma(float a, float b, float c) {
    const double product = static_cast<double>(a) * static_cast<double>(b);
    const double sum = product + static_cast<double>(c);
    if (!in_doubt(sum, c)) return static_cast<float>(sum);
    return static_cast<float>(round_to_odd(sum, sum_error(product, static_cast<double>(c), sum)));
}

#if defined(__FP_FAST_FMAF) || defined(LAMINATE_HAS_FMA) || defined(__ARM_FEATURE_FMA)
// By the instruction. Its result is hidden from the compiler (by an empty asm, which costs
// nothing): GCC makes of its negation another instruction, which gives the other zero where all is
// zero.
LAMINATE_INLINE_RUNTIME float instruction_fma(float a, float b, float c) {
    float sum = __builtin_fmaf(a, b, c);
#if defined(__aarch64__)
    asm("" : "+w"(sum));
#elif defined(__SSE2__)
    asm("" : "+x"(sum));
#endif
    return sum;
}
#endif

LAMINATE_INLINE float exact_fma(float a, float b, float c) {
#if defined(__FP_FAST_FMAF) || defined(LAMINATE_HAS_FMA) || defined(__ARM_FEATURE_FMA)
    if (!__builtin_is_constant_evaluated()) return instruction_fma(a, b, c);
#endif
    return emulated_fma(a, b, c);
}

} // namespace LAMINATE_ISA
} // namespace laminate::pack
