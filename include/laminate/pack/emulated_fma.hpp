// SPDX-License-Identifier: MIT
#pragma once

// fma for the vectors of x86 processors that don't have the instruction: four lanes with SSE2,
// eight with AVX. Promises the bits of pack::exact_fma in each lane.

#include <cstdint>

#include "../base/compiler.hpp"

#if defined(__GNUC__) && defined(__SSE2__) && !defined(__FMA__) && !defined(__AVX512F__)
#include <immintrin.h>

namespace laminate::pack::native {
inline namespace LAMINATE_ISA {

// As in pack::emulated_fma, where the reasons stand, the sum in double is rounded to odd only where
// one of the lanes is in doubt: so seldom that it is a call. So is the rest: inlined, thirty
// instructions each time, policy (bench/networks.hpp) is a seventh faster, but three times as large
// and twice as long to compile.

LAMINATE_INLINE_RUNTIME __m128 odd_half(__m128 a, __m128 b, __m128 c) {
    typedef double doubles __attribute__((vector_size(16)));
    typedef std::int64_t longs __attribute__((vector_size(16)));
    const doubles product = (doubles)_mm_cvtps_pd(a) * (doubles)_mm_cvtps_pd(b);
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
LAMINATE_INLINE_RUNTIME __m128 high_half(__m128 a) { return _mm_movehl_ps(a, a); }

__attribute__((cold)) LAMINATE_NOINLINE inline __m128 odd_fma(__m128 a, __m128 b, __m128 c) {
    return _mm_movelh_ps(odd_half(a, b, c), odd_half(high_half(a), high_half(b), high_half(c)));
}
LAMINATE_NOINLINE inline __m128 emulated_fma(__m128 a, __m128 b, __m128 c) {
    const auto sum_of = [](__m128 x, __m128 y, __m128 z) LAMINATE_INLINE_LAMBDA {
        return _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(x), _mm_cvtps_pd(y)), _mm_cvtps_pd(z));
    };
    const __m128d low = sum_of(a, b, c);
    const __m128d high = sum_of(high_half(a), high_half(b), high_half(c));
    const __m128i last =
        _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(low), _mm_castpd_ps(high), 0x88));
    const __m128i halfway =
        _mm_cmpeq_epi32(_mm_slli_epi32(last, 3), _mm_set1_epi32(-0x7fffffff - 1));
    // 0 < |c| < 2^-125: twice its bits, unsigned, are 2 to 0x01ffffff. Compared as signed ones.
    const __m128i twice = _mm_slli_epi32(_mm_castps_si128(c), 1);
    const __m128i tiny = _mm_cmplt_epi32(_mm_add_epi32(twice, _mm_set1_epi32(0x7ffffffe)),
                                         _mm_set1_epi32(-0x7fffffff - 1 + 0x01fffffe));
    if (__builtin_expect(_mm_movemask_epi8(_mm_or_si128(halfway, tiny)) != 0, 0))
        return odd_fma(a, b, c);
    return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}

#if defined(__AVX__)
LAMINATE_INLINE_RUNTIME __m128 low_half(__m256 a) { return _mm256_castps256_ps128(a); }
LAMINATE_INLINE_RUNTIME __m128 high_half(__m256 a) { return _mm256_extractf128_ps(a, 1); }
LAMINATE_INLINE_RUNTIME __m256 both_halves(__m128 low, __m128 high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1);
}

__attribute__((cold)) LAMINATE_NOINLINE inline __m256 odd_fma(__m256 a, __m256 b, __m256 c) {
    return both_halves(odd_fma(low_half(a), low_half(b), low_half(c)),
                       odd_fma(high_half(a), high_half(b), high_half(c)));
}
// In halves of 256 bits: GCC 12 takes vectors that are longer than a register apart into single
// numbers.
LAMINATE_NOINLINE inline __m256 emulated_fma(__m256 a, __m256 b, __m256 c) {
    const auto sum_of = [](__m128 x, __m128 y, __m128 z) LAMINATE_INLINE_LAMBDA {
        return _mm256_add_pd(_mm256_mul_pd(_mm256_cvtps_pd(x), _mm256_cvtps_pd(y)),
                             _mm256_cvtps_pd(z));
    };
    const __m256d low = sum_of(low_half(a), low_half(b), low_half(c));
    const __m256d high = sum_of(high_half(a), high_half(b), high_half(c));
    // AVX compares no integers of 256 bits. As floats the last bits are no denormals (slow) and no
    // signalling NaN (a trap, where a program asks for it) with these bits set; of the 29 that count
    // one is lost, for which a sum or two more are taken to be in doubt.
    const __m256 last = _mm256_shuffle_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high), 0x88);
    const __m256 set = _mm256_castsi256_ps(_mm256_set1_epi32(-0x1fc00000));
    const __m256 expected = _mm256_castsi256_ps(_mm256_set1_epi32(-0x0fc00000));
    const __m256 halfway = _mm256_cmp_ps(_mm256_or_ps(last, set), expected, _CMP_EQ_OQ);
    const __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), c);
    const __m256 tiny = _mm256_and_ps(_mm256_cmp_ps(size, _mm256_set1_ps(0x1p-125f), _CMP_LT_OQ),
                                      _mm256_cmp_ps(c, _mm256_setzero_ps(), _CMP_NEQ_OQ));
    if (__builtin_expect(_mm256_movemask_ps(_mm256_or_ps(halfway, tiny)) != 0, 0))
        return odd_fma(a, b, c);
    return both_halves(_mm256_cvtpd_ps(low), _mm256_cvtpd_ps(high));
}
#endif

} // namespace LAMINATE_ISA
} // namespace laminate::pack::native
#endif
