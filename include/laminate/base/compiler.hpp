// SPDX-License-Identifier: MIT
#pragma once

// What differs between compilers, in one place: inlining, and the flags that would break results.
// Needs nothing. Promises that everything else is written once; this text also opens every
// generated source, so it is C++17.

#include "isa.hpp"

// -ffast-math, each of its parts, and with GCC (whose __GCC_IEC_559 is 0 then) any other flag that
// takes constants, signs of zeros or NaN lightly.
#if defined(LAMINATE_ALLOW_FAST_MATH)
#elif defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0) || \
    defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    defined(__NO_SIGNED_ZEROS__) || (defined(__GCC_IEC_559) && __GCC_IEC_559 == 0)
#error "Laminate: -ffast-math (or -Ofast) or a part of it (-funsafe-math-optimizations, \
-fassociative-math, -freciprocal-math, -ffinite-math-only, -fno-signed-zeros, \
-fsingle-precision-constant) lets the compiler change results, which Laminate promises not to \
depend on. Compile this file without it, or define LAMINATE_ALLOW_FAST_MATH to give up that \
promise."
#elif defined(__clang__) && (defined(__SSE2__) || defined(__aarch64__))
// Clang defines no macro for some of the parts. But in their presence it refuses this pragma, and
// shows its line; without them the pragma applies to nothing.
// clang-format off
#pragma float_control(except, on, push) // Laminate: a part of -ffast-math (-funsafe-math-optimizations, -fassociative-math, -freciprocal-math, -fno-signed-zeros, -fapprox-func) lets the compiler change results; compile without it, or define LAMINATE_ALLOW_FAST_MATH
// clang-format on
#pragma float_control(pop)

// Nor for these two. Where NaN needn't be honoured it folds x != x to a constant, and then keeps a
// call that it is told to refuse. (Without optimisation it folds nothing, and results are right.)
#if defined(__OPTIMIZE__)
extern "C" __attribute__((error(
    "Laminate: -fno-honor-nans and -fno-honor-infinities let the compiler change results, which "
    "Laminate promises not to depend on. Compile this file without them, or define "
    "LAMINATE_ALLOW_FAST_MATH to give up that promise."))) void
laminate_refuses_flags();

namespace laminate {
inline namespace LAMINATE_ISA {

__attribute__((used)) static inline void refuse_flags(float x) {
    if (__builtin_constant_p(x != x) || __builtin_constant_p(x == __builtin_inff()))
        laminate_refuses_flags();
}

} // namespace LAMINATE_ISA
} // namespace laminate
#endif
#endif

#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error \
    "Laminate: this target computes float expressions in a wider type (x87?), so results would \
differ from every other machine. On 32-bit x86 add -msse2 -mfpmath=sse."
#endif

// A function of a pack or a kernel: inlined into its caller at every optimisation level above -O0,
// because a kernel is one loop nest assembled from many such pieces.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define LAMINATE_INLINE __attribute__((always_inline)) inline constexpr
#else
#define LAMINATE_INLINE constexpr
#endif

// The same for functions that use intrinsics or asm and so can't be constant expressions.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define LAMINATE_INLINE_RUNTIME __attribute__((always_inline)) inline
#else
#define LAMINATE_INLINE_RUNTIME inline
#endif

// A function that is never inlined, nor copied for the arguments of one caller.
#if defined(__clang__)
#define LAMINATE_NOINLINE __attribute__((noinline))
#elif defined(__GNUC__)
#define LAMINATE_NOINLINE __attribute__((noinline, noclone))
#else
#define LAMINATE_NOINLINE
#endif

// A function that equal layers share. GCC would inline it into each of them; a cache that learns
// the addresses of each instruction would then learn those of each layer anew (a tenth of the time
// of a network in the L2 cache). Clang shares it by itself where that pays.
#if defined(__GNUC__) && !defined(__clang__)
#define LAMINATE_SHARED LAMINATE_NOINLINE
#else
#define LAMINATE_SHARED
#endif

// LAMINATE_INLINE for a lambda, written behind its parameter list.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define LAMINATE_INLINE_LAMBDA __attribute__((always_inline))
#else
#define LAMINATE_INLINE_LAMBDA
#endif

// Unrolls a short loop over registers completely. GCC leaves them as loops otherwise, which forces
// the accumulators into memory; Clang unrolls them by itself.
#if defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__)
#define LAMINATE_UNROLL _Pragma("GCC unroll 64")
#else
#define LAMINATE_UNROLL
#endif

// A loop over inputs, whose body is unrolled enough by hand. Clang would unroll it again,
// completely where it is short, and then moves loads so far ahead that it runs out of registers.
#if defined(__clang__)
#define LAMINATE_ROLLED _Pragma("clang loop unroll(disable)")
#else
#define LAMINATE_ROLLED
#endif
