// SPDX-License-Identifier: MIT
#pragma once

// Several registers of a pack as one pack, so that a function that is written for one register runs
// on all of them side by side. (A function is a chain of thirty instructions that wait for each
// other, and a Zen 5 looks at a hundred waiting ones: at three functions, one behind the other.)
// Needs a pack. Promises those of its words that functions use; loads and stores are of registers
// that lie one behind the other, and lanes move inside each of them.

#include <cstddef>
#include <utility>

#include "../base/compiler.hpp"
#include "table.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

// How many registers a function is best computed for at once: as many as leave some for constants.
template <class P>
inline constexpr std::size_t at_once = P::registers >= 32 ? 4
                                       : P::lanes >= 8    ? 2
                                                          : 1;

template <class P, std::size_t Count>
struct group {
    template <class Register>
    struct several {
        Register at[Count];
    };
    using reg = several<typename P::reg>;
    using mask = several<typename P::mask>;
    static constexpr std::size_t lanes = Count * P::lanes;

    static LAMINATE_INLINE reg load(const float* p) { return load(p, indices{}); }
    static LAMINATE_INLINE reg load_first(const float* p, std::size_t n) {
        return load_first(p, n, indices{});
    }
    static LAMINATE_INLINE void store(float* p, const reg& a) { store(p, a, indices{}); }
    static LAMINATE_INLINE reg splat(float a) { return same(P::splat(a), indices{}); }
    template <std::size_t Each>
    static LAMINATE_INLINE mask first_of_each(std::size_t n) {
        return same(P::template first_of_each<Each>(n), indices{});
    }

    static LAMINATE_INLINE reg add(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::add(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg sub(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::sub(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg mul(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::mul(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg div(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::div(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg fma(const reg& a, const reg& b, const reg& c) {
        return each([](auto x, auto y, auto z) LAMINATE_INLINE_LAMBDA { return P::fma(x, y, z); },
                    a, b, c);
    }
    static LAMINATE_INLINE reg sqrt(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::sqrt(x); }, a);
    }
    static LAMINATE_INLINE reg min(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::min(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg max(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::max(x, y); }, a, b);
    }
    static LAMINATE_INLINE mask less(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::less(x, y); }, a, b);
    }
    static LAMINATE_INLINE mask is_nan(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::is_nan(x); }, a);
    }
    static LAMINATE_INLINE reg select(const mask& m, const reg& a, const reg& b) {
        return each([](auto k, auto x, auto y)
                        LAMINATE_INLINE_LAMBDA { return P::select(k, x, y); },
                    m, a, b);
    }
    static LAMINATE_INLINE bool any(const mask& m) { return any(m, indices{}); }
    static LAMINATE_INLINE reg abs(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::abs(x); }, a);
    }
    static LAMINATE_INLINE reg copysign(const reg& a, const reg& b) {
        return each([](auto x, auto y) LAMINATE_INLINE_LAMBDA { return P::copysign(x, y); }, a, b);
    }
    static LAMINATE_INLINE reg pow2(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::pow2(x); }, a);
    }
    static LAMINATE_INLINE reg exponent(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::exponent(x); }, a);
    }
    static LAMINATE_INLINE reg mantissa(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::mantissa(x); }, a);
    }
    template <int Largest>
    static LAMINATE_INLINE reg scale_1p(const reg& a, const reg& n) {
        return each([](auto x, auto y)
                        LAMINATE_INLINE_LAMBDA { return P::template scale_1p<Largest>(x, y); },
                    a, n);
    }
    template <int Shift>
    static LAMINATE_INLINE reg lookup(const table& of, const reg& a) {
        return each([&](auto x) LAMINATE_INLINE_LAMBDA { return P::template lookup<Shift>(of, x); },
                    a);
    }
    template <std::size_t N>
    static LAMINATE_INLINE reg swapped(const reg& a) {
        return each([](auto x) LAMINATE_INLINE_LAMBDA { return P::template swapped<N>(x); }, a);
    }

private:
    using indices = std::make_index_sequence<Count>;

    static LAMINATE_INLINE typename P::reg load_up_to(const float* p, std::size_t n) {
        return n >= P::lanes ? P::load(p) : n > 0 ? P::load_first(p, n) : P::splat(0.0f);
    }
    template <std::size_t... At>
    static LAMINATE_INLINE reg load_first(const float* p, std::size_t n,
                                          std::index_sequence<At...>) {
        return {{load_up_to(p + At * P::lanes, n > At * P::lanes ? n - At * P::lanes : 0)...}};
    }
    template <std::size_t... At>
    static LAMINATE_INLINE reg load(const float* p, std::index_sequence<At...>) {
        return {{P::load(p + At * P::lanes)...}};
    }
    template <std::size_t... At>
    static LAMINATE_INLINE void store(float* p, const reg& a, std::index_sequence<At...>) {
        (P::store(p + At * P::lanes, a.at[At]), ...);
    }
    template <std::size_t... At>
    static LAMINATE_INLINE bool any(const mask& m, std::index_sequence<At...>) {
        return (P::any(m.at[At]) || ...);
    }
    template <class Register, std::size_t... At>
    static LAMINATE_INLINE several<Register> same(Register a, std::index_sequence<At...>) {
        return {{(static_cast<void>(At), a)...}};
    }

    // f of each register in turn.
    template <std::size_t At, class Function, class... Several>
    static LAMINATE_INLINE auto at(const Function& f, const Several&... a) {
        return f(a.at[At]...);
    }
    template <class Function, std::size_t... At, class... Several>
    static LAMINATE_INLINE auto each(const Function& f, std::index_sequence<At...>,
                                     const Several&... a) {
        return several<decltype(f(a.at[0]...))>{{at<At>(f, a...)...}};
    }
    template <class Function, class... Several>
    static LAMINATE_INLINE auto each(const Function& f, const Several&... a) {
        return each(f, indices{}, a...);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::pack
