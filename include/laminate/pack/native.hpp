// SPDX-License-Identifier: MIT
#pragma once

// The words of a pack that neither vector extensions nor xsimd 8.1 spell the same way everywhere
// (xsimd 8.1 has no AVX-512 fma: it multiplies, then adds). Needs GCC or Clang on x86 or AArch64,
// or says so through LAMINATE_NATIVE_LANES = 1. Promises one meaning on every ISA, that of
// pack::scalar.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/target.hpp"
#include "emulated_fma.hpp"
#include "table.hpp"

#if defined(__GNUC__) && defined(LAMINATE_HAS_AVX512)
#define LAMINATE_NATIVE_LANES 16
#elif defined(__GNUC__) && defined(LAMINATE_HAS_AVX)
#define LAMINATE_NATIVE_LANES 8
#elif defined(__GNUC__) && (defined(__SSE2__) || defined(__aarch64__))
#define LAMINATE_NATIVE_LANES 4
#else
#define LAMINATE_NATIVE_LANES 1
#endif

#if LAMINATE_NATIVE_LANES > 1
#if defined(__aarch64__)
#include <arm_neon.h>
#else
#include <immintrin.h>
#endif

namespace laminate::pack::native {
inline namespace LAMINATE_ISA {

template <std::size_t Lanes>
struct vector {
    typedef float floats __attribute__((vector_size(4 * Lanes)));
    typedef std::int32_t ints __attribute__((vector_size(4 * Lanes)));
    typedef double doubles __attribute__((vector_size(8 * Lanes)));
    typedef std::int64_t longs __attribute__((vector_size(8 * Lanes)));
};
template <std::size_t Lanes>
using floats = typename vector<Lanes>::floats;
template <std::size_t Lanes>
using ints = typename vector<Lanes>::ints;

#if defined(LAMINATE_HAS_AVX512) || defined(__aarch64__)
inline constexpr std::size_t registers = 32;
#else
inline constexpr std::size_t registers = 16;
#endif

// The same value, whose origin is hidden from the compiler by an empty asm, which costs nothing.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> hidden(floats<Lanes> a) {
#if defined(__aarch64__)
    asm("" : "+w"(a));
#elif defined(LAMINATE_HAS_AVX512)
    asm("" : "+v"(a));
#else
    asm("" : "+x"(a));
#endif
    return a;
}

// a * b whose product no compiler may contract with a later addition, whatever its flags.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> mul(floats<Lanes> a, floats<Lanes> b) {
    return hidden<Lanes>(a * b);
}

// A loaded value that many instructions use. GCC, short of registers, would load it again for each
// of them, which costs more than the registers; Clang does not, and spills if told. With only 16
// registers GCC spills too.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> keep(floats<Lanes> a) {
#if defined(__clang__)
    return a;
#else
    return registers >= 32 ? hidden<Lanes>(a) : a;
#endif
}

// Ties eight sums together: what is added to one of them later is added behind what was added to
// any of them before. Clang would finish one of many sums first, at the pace of its latency, and
// keep the inputs of all others in registers and memory; GCC leaves them in order.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME void tie([[maybe_unused]] floats<Lanes> (&sum)[8]) {
#if defined(__clang__) && defined(LAMINATE_HAS_AVX512)
    asm(""
        : "+v"(sum[0]), "+v"(sum[1]), "+v"(sum[2]), "+v"(sum[3]), "+v"(sum[4]), "+v"(sum[5]),
          "+v"(sum[6]), "+v"(sum[7]));
#endif
}

#if !defined(LAMINATE_HAS_FMA) && !defined(LAMINATE_HAS_AVX512) && !defined(__aarch64__)
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> fma(floats<Lanes> a, floats<Lanes> b, floats<Lanes> c) {
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return (floats<Lanes>)emulated_fma((__m256)a, (__m256)b, (__m256)c);
#endif
    if constexpr (Lanes == 4) return (floats<Lanes>)emulated_fma((__m128)a, (__m128)b, (__m128)c);
}
#elif defined(__aarch64__)
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> fma(floats<Lanes> a, floats<Lanes> b, floats<Lanes> c) {
    return (floats<Lanes>)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#else
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> fma(floats<Lanes> a, floats<Lanes> b, floats<Lanes> c) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return (floats<Lanes>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#endif
#if defined(LAMINATE_HAS_FMA)
    if constexpr (Lanes == 8)
        return (floats<Lanes>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
    if constexpr (Lanes == 4) return (floats<Lanes>)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
#endif
}
#endif

// fma(a, b, sum) for the sums of a loop. GCC, which chooses among three forms of the instruction,
// moves and spills them; this is the form that adds in place.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> accumulate(floats<Lanes> sum, floats<Lanes> a,
                                                 floats<Lanes> b) {
#if !defined(__clang__) && (defined(LAMINATE_HAS_AVX512) || defined(LAMINATE_HAS_FMA))
    asm("vfmadd231ps {%2, %1, %0|%0, %1, %2}" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
#else
    return fma<Lanes>(a, b, sum);
#endif
}

// Whether a lane of a comparison is set.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME bool any(ints<Lanes> m) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16) return _mm512_test_epi32_mask((__m512i)m, (__m512i)m) != 0;
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return _mm256_movemask_ps((__m256)m) != 0;
#endif
#if defined(__SSE2__)
    if constexpr (Lanes == 4) return _mm_movemask_ps((__m128)m) != 0;
#elif defined(__aarch64__)
    return vmaxvq_u32((uint32x4_t)m) != 0;
#endif
}

// max(a, b) = a > b ? a : b and min(a, b) = a < b ? a : b, as x86 has them: the second operand
// where the two are equal or either is NaN. (The zero-masked forms with a full mask are the plain
// instructions; GCC 12 warns of an uninitialised value in its own plain forms.)
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> max(floats<Lanes> a, floats<Lanes> b) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return (floats<Lanes>)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)b);
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return (floats<Lanes>)_mm256_max_ps((__m256)a, (__m256)b);
#endif
#if defined(__SSE2__)
    if constexpr (Lanes == 4) return (floats<Lanes>)_mm_max_ps((__m128)a, (__m128)b);
#endif
    return a > b ? a : b;
}
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> min(floats<Lanes> a, floats<Lanes> b) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return (floats<Lanes>)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b);
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return (floats<Lanes>)_mm256_min_ps((__m256)a, (__m256)b);
#endif
#if defined(__SSE2__)
    if constexpr (Lanes == 4) return (floats<Lanes>)_mm_min_ps((__m128)a, (__m128)b);
#endif
    return a < b ? a : b;
}

// |magnitude| with the sign of `sign_of`, by instructions for floats: with those for integers GCC
// needs a constant more, and a batch of tanh took 5 % longer.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> copysign(floats<Lanes> magnitude, floats<Lanes> sign_of) {
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) {
        const __m256 bit = _mm256_set1_ps(-0.0f);
        return (floats<Lanes>)_mm256_or_ps(_mm256_and_ps(bit, (__m256)sign_of),
                                           _mm256_andnot_ps(bit, (__m256)magnitude));
    }
#endif
    return (floats<Lanes>)(((ints<Lanes>)magnitude & 0x7fffffff) |
                           ((ints<Lanes>)sign_of & ~0x7fffffff));
}
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> abs(floats<Lanes> a) {
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8)
        return (floats<Lanes>)_mm256_andnot_ps(_mm256_set1_ps(-0.0f), (__m256)a);
#endif
    return (floats<Lanes>)((ints<Lanes>)a & 0x7fffffff);
}

// Correctly rounded, as IEEE has it.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> sqrt(floats<Lanes> a) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16) return (floats<Lanes>)_mm512_maskz_sqrt_ps(0xffff, (__m512)a);
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return (floats<Lanes>)_mm256_sqrt_ps((__m256)a);
#endif
#if defined(__aarch64__)
    if constexpr (Lanes == 4) return (floats<Lanes>)vsqrtq_f32((float32x4_t)a);
#else
    if constexpr (Lanes == 4) return (floats<Lanes>)_mm_sqrt_ps((__m128)a);
#endif
}

// See pack::scalar.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> exponent(floats<Lanes> a) {
    return __builtin_convertvector(((ints<Lanes>)a - 0x3f3504f3) >> 23, floats<Lanes>);
}
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> mantissa(floats<Lanes> a) {
    return (floats<Lanes>)((((ints<Lanes>)a - 0x3f3504f3) & 0x007fffff) + 0x3f3504f3);
}

template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> pow2(floats<Lanes> n) {
    return (floats<Lanes>)((ints<Lanes>)(n + 12583039.0f) << 23); // see pack::scalar
}

// (1 + a) * 2^n: see pack::scalar, whose steps an instruction of AVX-512 has in one.
template <std::size_t Lanes, int Largest>
LAMINATE_INLINE_RUNTIME floats<Lanes> scale_1p(floats<Lanes> a, floats<Lanes> n) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return (floats<Lanes>)_mm512_maskz_scalef_ps(0xffff, (__m512)(1.0f + a), (__m512)n);
#endif
    if constexpr (Largest <= 95) {
        const floats<Lanes> power = pow2<Lanes>(n + 32.0f);
        return mul<Lanes>(fma<Lanes>(power, a, power), floats<Lanes>{} + 0x1p-32f);
    } else {
        const floats<Lanes> magic = floats<Lanes>{} + 12582912.0f;
        const floats<Lanes> half = fma<Lanes>(n, floats<Lanes>{} + 0.5f, magic) - magic;
        const floats<Lanes> power = pow2<Lanes>(half);
        return mul<Lanes>(fma<Lanes>(power, a, power), pow2<Lanes>(n - half));
    }
}

// The entry that three bits of each lane say, from bit Shift on. What several lookups by the same
// lanes make of these first, they share: the compiler sees plain operations.
template <std::size_t Lanes, int Shift>
LAMINATE_INLINE_RUNTIME floats<Lanes> lookup(const table& of, floats<Lanes> a) {
    const ints<Lanes> at = (ints<Lanes>)a >> Shift;
#if defined(LAMINATE_HAS_AVX512)
    // The index has four bits here, so the table stands in the register twice.
    if constexpr (Lanes == 16) {
        const __m256d entries = _mm256_castps_pd(_mm256_load_ps(of.entry));
        const __m512d twice = _mm512_maskz_broadcast_f64x4(0xff, entries);
        return (floats<Lanes>)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)at, (__m512)twice);
    }
#endif
#if defined(LAMINATE_HAS_AVX2)
    if constexpr (Lanes == 8)
        return (floats<Lanes>)_mm256_permutevar8x32_ps(_mm256_load_ps(of.entry), (__m256i)at);
#endif
#if defined(__aarch64__)
    if constexpr (Lanes == 4) {
        const uint8x16x2_t bytes = {{vreinterpretq_u8_f32(vld1q_f32(of.entry)),
                                     vreinterpretq_u8_f32(vld1q_f32(of.entry + 4))}};
        const ints<Lanes> byte = (at & 7) * 0x04040404 + 0x03020100;
        return (floats<Lanes>)vqtbl2q_u8(bytes, (uint8x16_t)byte);
    }
#endif
    floats<Lanes> found = {};
    for (std::size_t i = 0; i < Lanes; ++i)
        found[i] = of.entry[at[i] & 7];
    return found;
}

// Lane l is l % Each. (A constant of the compiler: a loop that fills one goes through memory.)
template <std::size_t Lanes, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> remainders(std::size_t each, std::index_sequence<L...>) {
    return floats<Lanes>{static_cast<float>(L % each)...};
}
template <std::size_t Lanes, std::size_t Each>
LAMINATE_INLINE_RUNTIME floats<Lanes> remainders() {
    return remainders<Lanes>(Each, std::make_index_sequence<Lanes>{});
}

// All bits set in lane l where l % Each < n.
template <std::size_t Lanes, std::size_t Each>
LAMINATE_INLINE_RUNTIME ints<Lanes> first_of_each(std::size_t n) {
    const floats<Lanes> bound = static_cast<float>(n) - floats<Lanes>{};
    return remainders<Lanes, Each>() < bound;
}
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME ints<Lanes> first(std::size_t n) {
    return first_of_each<Lanes, Lanes>(n);
}

// Reads exactly n floats, 1 <= n <= Lanes; the other lanes are 0.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME floats<Lanes> load_first(const float* p, std::size_t n) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return (floats<Lanes>)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1U), p);
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return (floats<Lanes>)_mm256_maskload_ps(p, (__m256i)first<Lanes>(n));
#endif
    floats<Lanes> a = {};
    for (std::size_t i = 0; i < n; ++i)
        a[i] = p[i];
    return a;
}

// Writes exactly n floats, 1 <= n <= Lanes; n is known when it is compiled. A masked store would
// do, but whatever is loaded soon after from the places that the mask leaves out waits for it (a
// call of a small network took half again as long where its weights lay behind its result).
#if !defined(__clang__)
// Where it knows the caller's array, GCC 12 warns of rows behind its end that are never computed.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif
template <std::size_t Lanes, std::size_t... L>
LAMINATE_INLINE_RUNTIME void store_known(float* p, floats<Lanes> a, std::size_t n,
                                         std::index_sequence<L...>) {
    constexpr std::size_t half = Lanes / 2;
    if (n == Lanes) {
        __builtin_memcpy(p, &a, sizeof a);
    } else if constexpr (Lanes == 2) {
        *p = a[0];
    } else {
        const floats<half> low = __builtin_shufflevector(a, a, static_cast<int>(L)...);
        const floats<half> high = __builtin_shufflevector(a, a, static_cast<int>(L + half)...);
        if (n >= half) __builtin_memcpy(p, &low, sizeof low);
        if (n < half) store_known<half>(p, low, n, std::make_index_sequence<half / 2>{});
        if (n > half)
            store_known<half>(p + half, high, n - half, std::make_index_sequence<half / 2>{});
    }
}
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// Writes exactly n floats, 1 <= n <= Lanes.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME void store_first(float* p, floats<Lanes> a, std::size_t n) {
    if (__builtin_constant_p(n))
        return store_known<Lanes>(p, a, n, std::make_index_sequence<Lanes / 2>{});
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16)
        return _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << n) - 1U), (__m512)a);
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8) return _mm256_maskstore_ps(p, (__m256i)first<Lanes>(n), (__m256)a);
#endif
    for (std::size_t i = 0; i < n && i < Lanes; ++i) // GCC 12 warns of a bound it can't see
        p[i] = a[i];
}

// A hint that the line at p will be read soon; p may be any address.
LAMINATE_INLINE_RUNTIME void prefetch(const float* p) { __builtin_prefetch(p); }

template <std::size_t Lanes, std::size_t... L>
LAMINATE_INLINE_RUNTIME std::size_t store_nonzero(std::uint32_t* p, ints<Lanes> zero,
                                                  std::uint32_t position,
                                                  std::index_sequence<L...>) {
    std::size_t count = 0;
    const auto note = [&](std::uint32_t lane, std::int32_t is_zero) LAMINATE_INLINE_LAMBDA {
        p[count] = position + lane;
        count += static_cast<std::size_t>(is_zero + 1); // a mask is -1
    };
    (note(static_cast<std::uint32_t>(L), zero[L]), ...);
    return count;
}
// Writes position + l for each lane l that isn't zero (NaN isn't), in rising order, and returns how
// many; what else it writes, `Lanes` places in all, is of no meaning.
template <std::size_t Lanes>
LAMINATE_INLINE_RUNTIME std::size_t store_nonzero(std::uint32_t* p, floats<Lanes> a,
                                                  std::uint32_t position) {
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16) {
        const __m512i lane =
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        const __mmask16 found = _mm512_cmp_ps_mask((__m512)a, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        const __m512i positions =
            _mm512_add_epi32(lane, _mm512_set1_epi32(static_cast<int>(position)));
        _mm512_storeu_si512(p, _mm512_maskz_compress_epi32(found, positions));
        return static_cast<std::size_t>(__builtin_popcount(found));
    }
#endif
    return store_nonzero<Lanes>(p, a == 0.0f, position, std::make_index_sequence<Lanes>{});
}

} // namespace LAMINATE_ISA
} // namespace laminate::pack::native
#endif
