// SPDX-License-Identifier: MIT
#pragma once

// fma for the vectors of x86 processors that lack the instruction: four lanes with SSE2, eight with
// AVX. Promises the bits of pack::exact_fma in each lane.

#include <cstdint>

#include "../base/compiler.hpp"
#include "../base/target.hpp"

#if defined(__GNUC__) && defined(__SSE2__) && !defined(LAMINATE_HAS_FMA) && \
    !defined(LAMINATE_HAS_AVX512)
#include <immintrin.h>

namespace laminate::pack::native {
inline namespace LAMINATE_ISA {

// Products of floats, exact in double, and their sums with c are as in pack::emulated_fma, where
// the derivation stands: rounded to odd only if a lane is in doubt. Products are inlined, so that
// an input in all lanes is converted once for many weights. What follows is a call: inlined too, a
// policy of 12-48-48-3 was hardly faster, more than twice as large, and took GCC half as long
// again.

// A plain shuffle: what compilers know of the lanes, such as that all are equal, they use.
LAMINATE_INLINE_RUNTIME __m128 high_half(__m128 a) {
    typedef float floats __attribute__((vector_size(16)));
    return (__m128)__builtin_shufflevector((floats)a, (floats)a, 2, 3, 2, 3);
}

LAMINATE_INLINE_RUNTIME __m128 odd_half(__m128d exact, __m128 c) {
    typedef double doubles __attribute__((vector_size(16)));
    typedef std::int64_t longs __attribute__((vector_size(16)));
    const doubles product = (doubles)exact;
    const doubles addend = (doubles)_mm_cvtps_pd(c);
    const doubles sum = product + addend;
    const doubles part = sum - product;
    const doubles error = (product - (sum - part)) + (addend - part);
    const doubles zero = {};
    const longs bits = (longs)sum;
    const longs inexact = (error > zero) | (error < zero);
    const longs even = (bits & 1) - 1;
    const longs toward_zero = (error > zero) ^ (sum > zero);
    return _mm_cvtpd_ps((__m128d)(bits + (inexact & even & (toward_zero | 1))));
}
__attribute__((cold)) LAMINATE_NOINLINE inline __m128 odd_sum(__m128d low, __m128d high, __m128 c) {
    return _mm_movelh_ps(odd_half(low, c), odd_half(high, high_half(c)));
}
LAMINATE_NOINLINE inline __m128 rounded_sum(__m128d low, __m128d high, __m128 c) {
    const __m128d low_sum = _mm_add_pd(low, _mm_cvtps_pd(c));
    const __m128d high_sum = _mm_add_pd(high, _mm_cvtps_pd(high_half(c)));
    const __m128i last =
        _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(low_sum), _mm_castpd_ps(high_sum), 0x88));
    const __m128i smallest = _mm_set1_epi32(-0x7fffffff - 1);
    const __m128i halfway = _mm_cmpeq_epi32(_mm_slli_epi32(last, 3), smallest);
    // Twice the bits of c less 2, as unsigned numbers, which are compared as signed ones.
    const __m128i twice = _mm_slli_epi32(_mm_castps_si128(c), 1);
    const __m128i tiny = _mm_cmplt_epi32(_mm_add_epi32(twice, _mm_set1_epi32(0x7ffffffe)),
                                         _mm_set1_epi32(-0x7fffffff - 1 + 0x01fffffe));
    if (__builtin_expect(_mm_movemask_epi8(_mm_or_si128(halfway, tiny)) != 0, 0))
        return odd_sum(low, high, c);
    return _mm_movelh_ps(_mm_cvtpd_ps(low_sum), _mm_cvtpd_ps(high_sum));
}
LAMINATE_INLINE_RUNTIME __m128 emulated_fma(__m128 a, __m128 b, __m128 c) {
    return rounded_sum(_mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(b)),
                       _mm_mul_pd(_mm_cvtps_pd(high_half(a)), _mm_cvtps_pd(high_half(b))), c);
}

#if defined(LAMINATE_HAS_AVX)
// In halves of 256 bits: GCC 12 takes vectors that are longer than a register apart into single
// numbers.
LAMINATE_INLINE_RUNTIME __m128 low_half(__m256 a) { return _mm256_castps256_ps128(a); }
LAMINATE_INLINE_RUNTIME __m128 high_half(__m256 a) {
    typedef float floats __attribute__((vector_size(32)));
    return (__m128)__builtin_shufflevector((floats)a, (floats)a, 4, 5, 6, 7);
}
LAMINATE_INLINE_RUNTIME __m256 joined_halves(__m128 low, __m128 high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1);
}

__attribute__((cold)) LAMINATE_NOINLINE inline __m256 odd_sum(__m256d low, __m256d high, __m256 c) {
    const auto half = [](__m256d products, __m128 addend) LAMINATE_INLINE_LAMBDA {
        return odd_sum(_mm256_castpd256_pd128(products), _mm256_extractf128_pd(products, 1),
                       addend);
    };
    return joined_halves(half(low, low_half(c)), half(high, high_half(c)));
}
LAMINATE_NOINLINE inline __m256 rounded_sum(__m256d low, __m256d high, __m256 c) {
    const __m256d low_sum = _mm256_add_pd(low, _mm256_cvtps_pd(low_half(c)));
    const __m256d high_sum = _mm256_add_pd(high, _mm256_cvtps_pd(high_half(c)));
    const __m256 last =
        _mm256_shuffle_ps(_mm256_castpd_ps(low_sum), _mm256_castpd_ps(high_sum), 0x88);
    // AVX has no integers of 256 bits to compare. With four bits set, the last ones are floats that
    // are neither denormal, which is slow, nor signalling, which raises a flag. One of these bits
    // is among the 29, so that another sum is in doubt too.
    const __m256 set = _mm256_castsi256_ps(_mm256_set1_epi32(-0x1fc00000));
    const __m256 middle = _mm256_castsi256_ps(_mm256_set1_epi32(-0x0fc00000));
    const __m256 halfway = _mm256_cmp_ps(_mm256_or_ps(last, set), middle, _CMP_EQ_OQ);
    const __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), c);
    const __m256 tiny = _mm256_and_ps(_mm256_cmp_ps(size, _mm256_set1_ps(0x1p-125f), _CMP_LT_OQ),
                                      _mm256_cmp_ps(c, _mm256_setzero_ps(), _CMP_NEQ_OQ));
    if (__builtin_expect(_mm256_movemask_ps(_mm256_or_ps(halfway, tiny)) != 0, 0))
        return odd_sum(low, high, c);
    return joined_halves(_mm256_cvtpd_ps(low_sum), _mm256_cvtpd_ps(high_sum));
}
LAMINATE_INLINE_RUNTIME __m256 emulated_fma(__m256 a, __m256 b, __m256 c) {
    return rounded_sum(_mm256_mul_pd(_mm256_cvtps_pd(low_half(a)), _mm256_cvtps_pd(low_half(b))),
                       _mm256_mul_pd(_mm256_cvtps_pd(high_half(a)), _mm256_cvtps_pd(high_half(b))),
                       c);
}
#endif

} // namespace LAMINATE_ISA
} // namespace laminate::pack::native
#endif
