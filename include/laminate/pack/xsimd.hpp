// SPDX-License-Identifier: MIT
#pragma once

// The pack of the library: xsimd at the widest register that the user's flags allow. Needs xsimd
// 8.1 or newer. Promises the words of pack::scalar on each lane; where xsimd's own word means
// something else on some ISA or in some version (fma, min, max, division, partial loads),
// pack::native's is used.

#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "../base/compiler.hpp"
#include "lanes.hpp"
#include "native.hpp"
#include "scalar.hpp"
#include "table.hpp"

// Said once for each source, and never an error, whatever is made of warnings. (GCC takes #warning
// for one with -Werror; Clang shows no #pragma message of a header of another project.)
#if defined(__x86_64__) && !defined(__FMA__) && !defined(LAMINATE_ALLOW_NO_FMA)
// clang-format off
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
#pragma clang diagnostic warning "-W#warnings"
#warning "Laminate: without FMA each multiply-add is computed in software: same results, many times slower. Add -march=native (with CMake laminate_native(<target>)) or -march=x86-64-v3; LAMINATE_ALLOW_NO_FMA silences this."
#pragma clang diagnostic pop
#else
#pragma message("Laminate: without FMA each multiply-add is computed in software: same results, many times slower. Add -march=native (with CMake laminate_native(<target>)) or -march=x86-64-v3; LAMINATE_ALLOW_NO_FMA silences this.")
#endif
// clang-format on
#endif

namespace laminate::pack {
inline namespace LAMINATE_ISA {

#if LAMINATE_NATIVE_LANES > 1 && !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)

struct xsimd {
    using reg = ::xsimd::batch<float>;
    using mask = typename reg::batch_bool_type;
    static constexpr std::size_t lanes = reg::size;
    static constexpr std::size_t registers = native::registers;

    static LAMINATE_INLINE_RUNTIME reg load(const float* p) { return reg::load_unaligned(p); }
    static LAMINATE_INLINE_RUNTIME reg load_first(const float* p, std::size_t n) {
        return wrap(native::load_first<lanes>(p, n));
    }
    static LAMINATE_INLINE_RUNTIME void store(float* p, reg a) { a.store_unaligned(p); }
    static LAMINATE_INLINE_RUNTIME void store_first(float* p, reg a, std::size_t n) {
        native::store_first<lanes>(p, raw(a), n);
    }
    static LAMINATE_INLINE_RUNTIME reg splat(float a) { return reg(a); }
    static LAMINATE_INLINE_RUNTIME reg keep(reg a) { return wrap(native::keep<lanes>(raw(a))); }

    static LAMINATE_INLINE_RUNTIME reg add(reg a, reg b) { return a + b; }
    static LAMINATE_INLINE_RUNTIME reg sub(reg a, reg b) { return a - b; }
    static LAMINATE_INLINE_RUNTIME reg mul(reg a, reg b) {
        return wrap(native::mul<lanes>(raw(a), raw(b)));
    }
    // (xsimd 8.1's / is an approximation on NEON.)
    static LAMINATE_INLINE_RUNTIME reg div(reg a, reg b) { return wrap(raw(a) / raw(b)); }
    static LAMINATE_INLINE_RUNTIME reg fma(reg a, reg b, reg c) {
        return wrap(native::fma<lanes>(raw(a), raw(b), raw(c)));
    }
    static LAMINATE_INLINE_RUNTIME reg sqrt(reg a) { return wrap(native::sqrt<lanes>(raw(a))); }
    static LAMINATE_INLINE_RUNTIME reg accumulate(reg sum, reg a, reg b) {
        return wrap(native::accumulate<lanes>(raw(sum), raw(a), raw(b)));
    }
    static LAMINATE_INLINE_RUNTIME reg min(reg a, reg b) {
        return wrap(native::min<lanes>(raw(a), raw(b)));
    }
    static LAMINATE_INLINE_RUNTIME reg max(reg a, reg b) {
        return wrap(native::max<lanes>(raw(a), raw(b)));
    }
    static LAMINATE_INLINE_RUNTIME mask less(reg a, reg b) { return a < b; }
    // (xsimd 8.1's != is false for NaN on AVX-512.)
    static LAMINATE_INLINE_RUNTIME mask is_nan(reg a) { return !(a == a); }
    static LAMINATE_INLINE_RUNTIME reg select(mask m, reg a, reg b) {
        return ::xsimd::select(m, a, b);
    }
    static LAMINATE_INLINE_RUNTIME bool any(mask m) { return ::xsimd::any(m); }
    static LAMINATE_INLINE_RUNTIME reg abs(reg a) { return ::xsimd::abs(a); }
    static LAMINATE_INLINE_RUNTIME reg copysign(reg magnitude, reg sign_of) {
        return ::xsimd::bitofsign(sign_of) | ::xsimd::abs(magnitude);
    }
    static LAMINATE_INLINE_RUNTIME reg pow2(reg n) { return wrap(native::pow2<lanes>(raw(n))); }
    static LAMINATE_INLINE_RUNTIME reg exponent(reg a) {
        return wrap(native::exponent<lanes>(raw(a)));
    }
    static LAMINATE_INLINE_RUNTIME reg mantissa(reg a) {
        return wrap(native::mantissa<lanes>(raw(a)));
    }
    template <int Largest>
    static LAMINATE_INLINE_RUNTIME reg scale_1p(reg a, reg n) {
        return wrap(native::scale_1p<lanes, Largest>(raw(a), raw(n)));
    }
    template <int Shift>
    static LAMINATE_INLINE_RUNTIME reg lookup(const table& of, reg a) {
        return wrap(native::lookup<lanes, Shift>(of, raw(a)));
    }
    static LAMINATE_INLINE_RUNTIME mask first(std::size_t n) { return first_of_each<lanes>(n); }
    template <std::size_t Each>
    static LAMINATE_INLINE_RUNTIME mask first_of_each(std::size_t n) {
        return wrap(native::remainders<lanes, Each>()) < splat(static_cast<float>(n));
    }

    static LAMINATE_INLINE_RUNTIME void prefetch(const float* p) { native::prefetch(p); }
    static LAMINATE_INLINE_RUNTIME std::size_t store_nonzero(std::uint32_t* p, reg a,
                                                             std::uint32_t position) {
        return native::store_nonzero<lanes>(p, raw(a), position);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg load_repeated(const float* p) {
        return wrap(native::load_repeated<lanes, N>(p));
    }
    template <std::size_t N, std::size_t Q>
    static LAMINATE_INLINE_RUNTIME reg repeated(reg a) {
        return wrap(native::repeated<lanes, N, Q>(raw(a)));
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg every(reg a) {
        return wrap(native::every<lanes, N>(raw(a)));
    }
    template <std::size_t K>
    static LAMINATE_INLINE_RUNTIME reg splat_of_four(reg a) {
        return wrap(native::splat_of_four<lanes, K>(raw(a)));
    }
    template <class... Sums>
    static LAMINATE_INLINE_RUNTIME void tie(Sums&... sum) {
        raw_type all[8] = {raw(sum)...};
        native::tie<lanes>(all);
        std::size_t i = 0;
        ((sum = wrap(all[i++])), ...);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg shifted(reg a) {
        return wrap(native::shifted<lanes, N>(raw(a)));
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg swapped(reg a) {
        return wrap(native::swapped<lanes, N>(raw(a)));
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg joined(reg a, reg b) {
        return wrap(native::joined<lanes, N>(raw(a), raw(b)));
    }
    template <std::size_t Times, std::size_t Part>
    static LAMINATE_INLINE_RUNTIME reg spread(reg a) {
        return wrap(native::spread<lanes, Times, Part>(raw(a)));
    }

private:
    using raw_type = native::floats<lanes>;
    static LAMINATE_INLINE_RUNTIME raw_type raw(reg a) {
        return (raw_type)(typename reg::register_type)(a);
    }
    static LAMINATE_INLINE_RUNTIME reg wrap(raw_type a) {
        return reg((typename reg::register_type)a);
    }
};

#else

using xsimd = scalar;

#endif

} // namespace LAMINATE_ISA
} // namespace laminate::pack
