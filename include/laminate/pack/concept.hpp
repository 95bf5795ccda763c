// SPDX-License-Identifier: MIT
#pragma once

// The words that a pack has, as a concept: what kernels may say, and no more. Needs C++20, so
// kernels, whose text is C++17, state it in their comments and model/run.hpp checks it. Promises
// names and types; what a word means is defined by pack::scalar and held by tests.

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"
#include "table.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

template <class P>
concept moves_lanes = requires(typename P::reg a, const float* in) {
    // N floats, again and again, N being 1, 2, 4, 8 or 16, lanes at most; of the lanes the N from N
    // Q on, again and again (2 or more); lane K of each four, in all of the four
    { P::template load_repeated<4>(in) } -> std::same_as<typename P::reg>;
    { P::template repeated<4, 0>(a) } -> std::same_as<typename P::reg>;
    { P::template splat_of_four<0>(a) } -> std::same_as<typename P::reg>;
    // lane l is lane l * N; from lanes / N on they are of no meaning
    { P::template every<2>(a) } -> std::same_as<typename P::reg>;
    // lane l is lane l + N; the last N lanes are of no meaning
    { P::template shifted<1>(a) } -> std::same_as<typename P::reg>;
    // lane l is lane l ^ N
    { P::template swapped<1>(a) } -> std::same_as<typename P::reg>;
    // of up to eight sums: changes nothing, but keeps compilers from finishing one of them first
    { P::tie(a, a) } -> std::same_as<void>;
    // the first N lanes of a, then the first of b
    { P::template joined<1>(a, a) } -> std::same_as<typename P::reg>;
    // lane l is lane Part * (lanes / Times) + l / Times: a part of a, each lane so many times
    { P::template spread<2, 0>(a) } -> std::same_as<typename P::reg>;
};

template <class P>
concept words = requires(typename P::reg a, typename P::mask m, const float* in, float* out,
                         std::uint32_t* positions, std::size_t n, const table& entries) {
    // floats in a register, a power of two up to 16; registers of the target
    requires std::same_as<decltype(P::lanes), const std::size_t>;
    requires std::same_as<decltype(P::registers), const std::size_t>;
    // memory, at any alignment; the first n floats only, 1 <= n <= lanes
    { P::load(in) } -> std::same_as<typename P::reg>;
    { P::load_first(in, n) } -> std::same_as<typename P::reg>;
    { P::store(out, a) } -> std::same_as<void>;
    { P::store_first(out, a, n) } -> std::same_as<void>;
    { P::splat(0.0f) } -> std::same_as<typename P::reg>;
    { P::keep(a) } -> std::same_as<typename P::reg>;
    // arithmetic, each rounded once; mul is never contracted with what follows
    { P::add(a, a) } -> std::same_as<typename P::reg>;
    { P::sub(a, a) } -> std::same_as<typename P::reg>;
    { P::mul(a, a) } -> std::same_as<typename P::reg>;
    { P::div(a, a) } -> std::same_as<typename P::reg>;
    { P::fma(a, a, a) } -> std::same_as<typename P::reg>;
    { P::sqrt(a) } -> std::same_as<typename P::reg>;
    // fma(b, c, a), where a loop adds to a
    { P::accumulate(a, a, a) } -> std::same_as<typename P::reg>;
    // the second operand where both are equal or either is NaN
    { P::min(a, a) } -> std::same_as<typename P::reg>;
    { P::max(a, a) } -> std::same_as<typename P::reg>;
    // masks
    { P::less(a, a) } -> std::same_as<typename P::mask>;
    { P::is_nan(a) } -> std::same_as<typename P::mask>;
    { P::first(n) } -> std::same_as<typename P::mask>;
    { P::template first_of_each<1>(n) } -> std::same_as<typename P::mask>;
    { P::select(m, a, a) } -> std::same_as<typename P::reg>;
    { P::any(m) } -> std::same_as<bool>;
    // bits
    { P::abs(a) } -> std::same_as<typename P::reg>;
    { P::copysign(a, a) } -> std::same_as<typename P::reg>;
    { P::pow2(a) } -> std::same_as<typename P::reg>;
    // of a positive normal number: a is mantissa(a) * 2^exponent(a), sqrt(1/2) <= mantissa <
    // sqrt(2)
    { P::exponent(a) } -> std::same_as<typename P::reg>;
    { P::mantissa(a) } -> std::same_as<typename P::reg>;
    // (1 + a) * 2^b for |a| < 1/2 and integral b from -158 to Largest, which is 128 at most: the
    // sum rounded to float, and once more where the result is denormal
    { P::template scale_1p<128>(a, a) } -> std::same_as<typename P::reg>;
    // the entry of a table that the three bits of a float from bit Shift on say
    { P::template lookup<22>(entries, a) } -> std::same_as<typename P::reg>;
    // a hint that the line will be read soon
    { P::prefetch(in) } -> std::same_as<void>;
    // positions + lane of the lanes that aren't zero, in rising order, and how many; whatever is
    // written behind them, `lanes` places in all, is of no meaning
    { P::store_nonzero(positions, a, std::uint32_t{}) } -> std::same_as<std::size_t>;
    // where lanes move, which a pack of one lane has no use for
    requires P::lanes == 1 || moves_lanes<P>;
};

} // namespace LAMINATE_ISA
} // namespace laminate::pack
