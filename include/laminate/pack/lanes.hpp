// SPDX-License-Identifier: MIT
#pragma once

// The words of a pack that move lanes, next to those of native.hpp. Needs what these need. Promises
// one meaning on every ISA, that of pack/concept.hpp.

#include <cstddef>
#include <cstdint>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/target.hpp"
#include "native.hpp"

#if LAMINATE_NATIVE_LANES > 1

namespace laminate::pack::native {
inline namespace LAMINATE_ISA {

// N floats, again and again. Hidden, or compilers load each of them again, into all lanes, instead
// of moving it.
template <std::size_t Lanes, std::size_t N>
LAMINATE_INLINE_RUNTIME floats<Lanes> load_repeated(const float* p) {
    if constexpr (N == 1) {
#if defined(__clang__) || !defined(LAMINATE_HAS_AVX)
        return *p - floats<Lanes>{};
#else
        // GCC makes a load and a move of it, keeps what several turns of a loop load, and spills.
        floats<Lanes> all;
        asm("vbroadcastss {%1, %0|%0, %1}" : "=v"(all) : "m"(*p));
        return all;
#endif
    } else if constexpr (N == Lanes) {
        floats<Lanes> all;
        __builtin_memcpy(&all, p, sizeof all);
        return hidden<Lanes>(all);
    } else if constexpr (N == 2) {
        std::int64_t two = 0;
        __builtin_memcpy(&two, p, sizeof two);
        return hidden<Lanes>((floats<Lanes>)(two - typename vector<Lanes / 2>::longs{}));
    }
#if defined(LAMINATE_HAS_AVX512)
    if constexpr (Lanes == 16 && N == 8)
        return hidden<Lanes>((floats<Lanes>)_mm512_maskz_broadcast_f64x4(
            0xff, _mm256_castps_pd(_mm256_loadu_ps(p))));
    if constexpr (Lanes == 16 && N == 4)
        return hidden<Lanes>((floats<Lanes>)_mm512_maskz_broadcast_f32x4(0xffff, _mm_loadu_ps(p)));
#endif
#if defined(LAMINATE_HAS_AVX)
    if constexpr (Lanes == 8 && N == 4)
        return hidden<Lanes>(
            (floats<Lanes>)_mm256_broadcast_ps(reinterpret_cast<const __m128*>(p)));
#endif
}

// Hidden, or Clang moves each lane by an instruction of its own, with a register of places.
template <std::size_t Lanes, std::size_t N, std::size_t Q, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> repeated(floats<Lanes> a, std::index_sequence<L...>) {
    return hidden<Lanes>(__builtin_shufflevector(a, a, static_cast<int>(N * Q + L % N)...));
}
template <std::size_t Lanes, std::size_t N, std::size_t Q>
LAMINATE_INLINE_RUNTIME floats<Lanes> repeated(floats<Lanes> a) {
    return repeated<Lanes, N, Q>(a, std::make_index_sequence<Lanes>{});
}

template <std::size_t Lanes, std::size_t N, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> every(floats<Lanes> a, std::index_sequence<L...>) {
    return __builtin_shufflevector(a, a, static_cast<int>(L * N % Lanes)...);
}
template <std::size_t Lanes, std::size_t N>
LAMINATE_INLINE_RUNTIME floats<Lanes> every(floats<Lanes> a) {
    return every<Lanes, N>(a, std::make_index_sequence<Lanes>{});
}

template <std::size_t Lanes, std::size_t K, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> splat_of_four(floats<Lanes> a, std::index_sequence<L...>) {
    return __builtin_shufflevector(a, a, static_cast<int>(L / 4 * 4 + K)...);
}
template <std::size_t Lanes, std::size_t K>
LAMINATE_INLINE_RUNTIME floats<Lanes> splat_of_four(floats<Lanes> a) {
    return splat_of_four<Lanes, K>(a, std::make_index_sequence<Lanes>{});
}

template <std::size_t Lanes, std::size_t N, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> shifted(floats<Lanes> a, std::index_sequence<L...>) {
    return __builtin_shufflevector(a, a, static_cast<int>((L + N) % Lanes)...);
}
template <std::size_t Lanes, std::size_t N>
LAMINATE_INLINE_RUNTIME floats<Lanes> shifted(floats<Lanes> a) {
    return shifted<Lanes, N>(a, std::make_index_sequence<Lanes>{});
}

template <std::size_t Lanes, std::size_t N, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> swapped(floats<Lanes> a, std::index_sequence<L...>) {
    return __builtin_shufflevector(a, a, static_cast<int>(L ^ N)...);
}
template <std::size_t Lanes, std::size_t N>
LAMINATE_INLINE_RUNTIME floats<Lanes> swapped(floats<Lanes> a) {
    return swapped<Lanes, N>(a, std::make_index_sequence<Lanes>{});
}

template <std::size_t Lanes, std::size_t N, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> joined(floats<Lanes> a, floats<Lanes> b,
                                             std::index_sequence<L...>) {
    return __builtin_shufflevector(a, b, static_cast<int>(L < N ? L : Lanes + (L - N))...);
}
template <std::size_t Lanes, std::size_t N>
LAMINATE_INLINE_RUNTIME floats<Lanes> joined(floats<Lanes> a, floats<Lanes> b) {
    return joined<Lanes, N>(a, b, std::make_index_sequence<Lanes>{});
}

// Hidden, or Clang makes of this and a select an expanding load, which takes 30 cycles.
template <std::size_t Lanes, std::size_t Times, std::size_t Part, std::size_t... L>
LAMINATE_INLINE_RUNTIME floats<Lanes> spread(floats<Lanes> a, std::index_sequence<L...>) {
    return hidden<Lanes>(
        __builtin_shufflevector(a, a, static_cast<int>(Part * (Lanes / Times) + L / Times)...));
}
template <std::size_t Lanes, std::size_t Times, std::size_t Part>
LAMINATE_INLINE_RUNTIME floats<Lanes> spread(floats<Lanes> a) {
    return spread<Lanes, Times, Part>(a, std::make_index_sequence<Lanes>{});
}

} // namespace LAMINATE_ISA
} // namespace laminate::pack::native
#endif
