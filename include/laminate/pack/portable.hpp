// SPDX-License-Identifier: MIT
#pragma once

// The pack of generated sources: GCC and Clang vector extensions at the widest register that the
// target's flags allow, the scalar pack for other compilers and targets. Needs C++17 and no
// library. Promises the words of pack::scalar on each lane.

#include <cstddef>
#include <cstdint>

#include "../base/compiler.hpp"
#include "lanes.hpp"
#include "native.hpp"
#include "scalar.hpp"
#include "table.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

#if LAMINATE_NATIVE_LANES > 1

template <std::size_t Lanes>
struct portable_lanes {
    using reg = native::floats<Lanes>;
    using mask = native::ints<Lanes>;
    static constexpr std::size_t lanes = Lanes;
    static constexpr std::size_t registers = native::registers;

    static LAMINATE_INLINE_RUNTIME reg load(const float* p) {
        reg a;
        __builtin_memcpy(&a, p, sizeof a);
        return a;
    }
    static LAMINATE_INLINE_RUNTIME reg load_first(const float* p, std::size_t n) {
        return native::load_first<Lanes>(p, n);
    }
    static LAMINATE_INLINE_RUNTIME void store(float* p, reg a) {
        __builtin_memcpy(p, &a, sizeof a);
    }
    static LAMINATE_INLINE_RUNTIME void store_first(float* p, reg a, std::size_t n) {
        native::store_first<Lanes>(p, a, n);
    }
    static LAMINATE_INLINE_RUNTIME reg splat(float a) { return a - reg{}; }
    static LAMINATE_INLINE_RUNTIME reg keep(reg a) { return native::keep<Lanes>(a); }

    static LAMINATE_INLINE_RUNTIME reg add(reg a, reg b) { return a + b; }
    static LAMINATE_INLINE_RUNTIME reg sub(reg a, reg b) { return a - b; }
    static LAMINATE_INLINE_RUNTIME reg mul(reg a, reg b) { return native::mul<Lanes>(a, b); }
    static LAMINATE_INLINE_RUNTIME reg div(reg a, reg b) { return a / b; }
    static LAMINATE_INLINE_RUNTIME reg fma(reg a, reg b, reg c) {
        return native::fma<Lanes>(a, b, c);
    }
    static LAMINATE_INLINE_RUNTIME reg sqrt(reg a) { return native::sqrt<Lanes>(a); }
    static LAMINATE_INLINE_RUNTIME reg accumulate(reg sum, reg a, reg b) {
        return native::accumulate<Lanes>(sum, a, b);
    }
    static LAMINATE_INLINE_RUNTIME reg min(reg a, reg b) { return native::min<Lanes>(a, b); }
    static LAMINATE_INLINE_RUNTIME reg max(reg a, reg b) { return native::max<Lanes>(a, b); }
    static LAMINATE_INLINE_RUNTIME mask less(reg a, reg b) { return a < b; }
    static LAMINATE_INLINE_RUNTIME mask is_nan(reg a) { return a != a; }
    static LAMINATE_INLINE_RUNTIME reg select(mask m, reg a, reg b) { return m ? a : b; }
    static LAMINATE_INLINE_RUNTIME bool any(mask m) { return native::any<Lanes>(m); }
    static LAMINATE_INLINE_RUNTIME reg abs(reg a) { return native::abs<Lanes>(a); }
    static LAMINATE_INLINE_RUNTIME reg copysign(reg magnitude, reg sign_of) {
        return native::copysign<Lanes>(magnitude, sign_of);
    }
    static LAMINATE_INLINE_RUNTIME reg pow2(reg n) { return native::pow2<Lanes>(n); }
    static LAMINATE_INLINE_RUNTIME reg exponent(reg a) { return native::exponent<Lanes>(a); }
    static LAMINATE_INLINE_RUNTIME reg mantissa(reg a) { return native::mantissa<Lanes>(a); }
    template <int Largest>
    static LAMINATE_INLINE_RUNTIME reg scale_1p(reg a, reg n) {
        return native::scale_1p<Lanes, Largest>(a, n);
    }
    template <int Shift>
    static LAMINATE_INLINE_RUNTIME reg lookup(const table& of, reg a) {
        return native::lookup<Lanes, Shift>(of, a);
    }
    static LAMINATE_INLINE_RUNTIME mask first(std::size_t n) { return first_of_each<Lanes>(n); }
    template <std::size_t Each>
    static LAMINATE_INLINE_RUNTIME mask first_of_each(std::size_t n) {
        return native::first_of_each<Lanes, Each>(n);
    }

    static LAMINATE_INLINE_RUNTIME void prefetch(const float* p) { native::prefetch(p); }
    static LAMINATE_INLINE_RUNTIME std::size_t store_nonzero(std::uint32_t* p, reg a,
                                                             std::uint32_t position) {
        return native::store_nonzero<Lanes>(p, a, position);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg load_repeated(const float* p) {
        return native::load_repeated<Lanes, N>(p);
    }
    template <std::size_t N, std::size_t Q>
    static LAMINATE_INLINE_RUNTIME reg repeated(reg a) {
        return native::repeated<Lanes, N, Q>(a);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg every(reg a) {
        return native::every<Lanes, N>(a);
    }
    template <std::size_t K>
    static LAMINATE_INLINE_RUNTIME reg splat_of_four(reg a) {
        return native::splat_of_four<Lanes, K>(a);
    }
    template <class... Sums>
    static LAMINATE_INLINE_RUNTIME void tie(Sums&... sum) {
        reg all[8] = {sum...};
        native::tie<Lanes>(all);
        std::size_t i = 0;
        ((sum = all[i++]), ...);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg shifted(reg a) {
        return native::shifted<Lanes, N>(a);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg swapped(reg a) {
        return native::swapped<Lanes, N>(a);
    }
    template <std::size_t N>
    static LAMINATE_INLINE_RUNTIME reg joined(reg a, reg b) {
        return native::joined<Lanes, N>(a, b);
    }
    template <std::size_t Times, std::size_t Part>
    static LAMINATE_INLINE_RUNTIME reg spread(reg a) {
        return native::spread<Lanes, Times, Part>(a);
    }
};

using portable = portable_lanes<LAMINATE_NATIVE_LANES>;

#else

using portable = scalar;

#endif

} // namespace LAMINATE_ISA
} // namespace laminate::pack
