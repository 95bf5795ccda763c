// SPDX-License-Identifier: MIT
#pragma once

// The pack of one lane, usable in constant expressions: a network evaluated by it can stand in a
// static_assert. Needs nothing of the target. Promises the bits of every other pack, which take
// their meaning from the words here.

#include <cstddef>
#include <cstdint>

#include "../base/compiler.hpp"
#include "exact_fma.hpp"
#include "exact_sqrt.hpp"
#include "table.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

struct scalar {
    using reg = float;
    using mask = bool;
    static constexpr std::size_t lanes = 1;
    static constexpr std::size_t registers = 16;

    static LAMINATE_INLINE float load(const float* p) { return *p; }
    static LAMINATE_INLINE float load_first(const float* p, std::size_t) { return *p; }
    static LAMINATE_INLINE void store(float* p, float a) { *p = a; }
    static LAMINATE_INLINE void store_first(float* p, float a, std::size_t) { *p = a; }
    static LAMINATE_INLINE float splat(float a) { return a; }
    // The same value, which the compiler had better keep in a register than load again.
    static LAMINATE_INLINE float keep(float a) { return a; }

    static LAMINATE_INLINE float add(float a, float b) { return a + b; }
    static LAMINATE_INLINE float sub(float a, float b) { return a - b; }
    // Through fma, so that no compiler can contract the product with a later sum: adding -0 changes
    // nothing.
    static LAMINATE_INLINE float mul(float a, float b) { return exact_fma(a, b, -0.0f); }
    static LAMINATE_INLINE float div(float a, float b) { return a / b; }
    static LAMINATE_INLINE float fma(float a, float b, float c) { return exact_fma(a, b, c); }
    static LAMINATE_INLINE float sqrt(float a) { return exact_sqrt(a); }
    // fma for a sum that a loop adds to.
    static LAMINATE_INLINE float accumulate(float sum, float a, float b) { return fma(a, b, sum); }
    static LAMINATE_INLINE float min(float a, float b) { return a < b ? a : b; }
    static LAMINATE_INLINE float max(float a, float b) { return a > b ? a : b; }
    static LAMINATE_INLINE bool less(float a, float b) { return a < b; }
    static LAMINATE_INLINE bool is_nan(float a) { return a != a; }
    static LAMINATE_INLINE float select(bool m, float a, float b) { return m ? a : b; }
    static LAMINATE_INLINE bool any(bool m) { return m; }
    static LAMINATE_INLINE float abs(float a) {
        return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, a) & 0x7fffffffU);
    }
    static LAMINATE_INLINE float copysign(float magnitude, float sign_of) {
        return __builtin_bit_cast(float,
                                  (__builtin_bit_cast(std::uint32_t, magnitude) & 0x7fffffffU) |
                                      (__builtin_bit_cast(std::uint32_t, sign_of) & 0x80000000U));
    }
    // Adding 1.5 * 2^23 + 127 leaves n + 127 in the low bits of the sum; shifted, they are the
    // exponent of 2^n.
    static LAMINATE_INLINE float pow2(float n) {
        return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, n + 12583039.0f) << 23);
    }
    // 2^n has too wide a range for one float: n is split in two, and the factor that is multiplied
    // last rounds once more only where the result is denormal.
    template <int Largest>
    static LAMINATE_INLINE float scale_1p(float a, float n) {
        if constexpr (Largest <= 95) {
            const float power = pow2(n + 32.0f);
            return mul(fma(power, a, power), 0x1p-32f);
        } else {
            constexpr float magic = 12582912.0f;
            const float half = fma(n, 0.5f, magic) - magic;
            const float power = pow2(half);
            return mul(fma(power, a, power), pow2(n - half));
        }
    }
    // Subtracting the bits of sqrt(1/2) leaves the exponent above the bits of the mantissa.
    static LAMINATE_INLINE float exponent(float a) {
        const std::uint32_t above = __builtin_bit_cast(std::uint32_t, a) - 0x3f3504f3U;
        return static_cast<float>(static_cast<std::int32_t>(above) >> 23);
    }
    static LAMINATE_INLINE float mantissa(float a) {
        const std::uint32_t above = __builtin_bit_cast(std::uint32_t, a) - 0x3f3504f3U;
        return __builtin_bit_cast(float, (above & 0x007fffffU) + 0x3f3504f3U);
    }
    template <int Shift>
    static LAMINATE_INLINE float lookup(const table& of, float a) {
        return of.entry[__builtin_bit_cast(std::uint32_t, a) >> Shift & 7U];
    }
    static LAMINATE_INLINE bool first(std::size_t n) { return n > 0; }
    template <std::size_t Each>
    static LAMINATE_INLINE bool first_of_each(std::size_t n) {
        return n > 0;
    }

    static LAMINATE_INLINE void prefetch(const float*) {}
    // Writes `position` if a isn't zero (NaN isn't); the count of what was written.
    static LAMINATE_INLINE std::size_t store_nonzero(std::uint32_t* p, float a,
                                                     std::uint32_t position) {
        *p = position;
        return a != 0.0f ? 1 : 0;
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::pack
