// SPDX-License-Identifier: MIT
#pragma once

// The instruction set that the compiler's flags allow, as a name. One program may contain the
// library compiled for several, and of functions that have the same name linkers keep one: so
// whatever has code stands in `inline namespace LAMINATE_ISA`, or is marked LAMINATE_OF_ISA.
// Promises different names wherever compilers may choose instructions that the other flags exclude.
// This text is part of generated sources (C++17).

// The widest registers; each includes what stands below it.
#if defined(__AVX512F__)
#define LAMINATE_ISA_WIDTH avx512
#elif defined(__AVX2__)
#define LAMINATE_ISA_WIDTH avx2
#elif defined(__AVX__)
#define LAMINATE_ISA_WIDTH avx
#elif defined(__SSE4_2__)
#define LAMINATE_ISA_WIDTH sse42
#elif defined(__SSE4_1__)
#define LAMINATE_ISA_WIDTH sse41
#elif defined(__SSSE3__)
#define LAMINATE_ISA_WIDTH ssse3
#elif defined(__SSE3__)
#define LAMINATE_ISA_WIDTH sse3
#elif defined(__SSE2__)
#define LAMINATE_ISA_WIDTH sse2
#elif defined(__ARM_FEATURE_SVE2)
#define LAMINATE_ISA_WIDTH sve2
#elif defined(__ARM_FEATURE_SVE)
#define LAMINATE_ISA_WIDTH sve
#elif defined(__aarch64__)
#define LAMINATE_ISA_WIDTH neon
#else
#define LAMINATE_ISA_WIDTH isa
#endif

// `letter` where `flag` is defined, else nothing: what it is defined as (nothing, 1, or 3 for some)
// makes a comma, and the letter thus the second argument. One that isn't stays a word.
#define LAMINATE_ISA_ ,
#define LAMINATE_ISA_1 ,
#define LAMINATE_ISA_2 ,
#define LAMINATE_ISA_3 ,
#define LAMINATE_ISA_SECOND(first, second, ...) second
#define LAMINATE_ISA_PICK(comma, letter) LAMINATE_ISA_SECOND(comma letter, , )
#define LAMINATE_ISA_TEST(flag, letter) LAMINATE_ISA_PICK(LAMINATE_ISA_##flag, letter)
#define LAMINATE_ISA_IF(flag, letter) LAMINATE_ISA_TEST(flag, letter)
#define LAMINATE_ISA_PASTE(a, b, c, d, e, f, g, h, i) a##b##c##d##e##f##g##h##i
#define LAMINATE_ISA_JOIN(a, b, c, d, e, f, g, h, i) LAMINATE_ISA_PASTE(a, b, c, d, e, f, g, h, i)

// What compilers use beside them, a letter each.
#define LAMINATE_ISA_X86 \
    LAMINATE_ISA_JOIN( \
        LAMINATE_ISA_WIDTH, LAMINATE_ISA_IF(__POPCNT__, p), LAMINATE_ISA_IF(__FMA__, f), \
        LAMINATE_ISA_IF(__BMI__, b), LAMINATE_ISA_IF(__BMI2__, c), LAMINATE_ISA_IF(__LZCNT__, l), \
        LAMINATE_ISA_IF(__MOVBE__, m), LAMINATE_ISA_IF(__FMA4__, a), LAMINATE_ISA_IF(__XOP__, x))
#define LAMINATE_ISA_AVX512 \
    LAMINATE_ISA_JOIN(LAMINATE_ISA_IF(__AVX512BW__, w), LAMINATE_ISA_IF(__AVX512DQ__, d), \
                      LAMINATE_ISA_IF(__AVX512VL__, v), LAMINATE_ISA_IF(__AVX512CD__, c), \
                      LAMINATE_ISA_IF(__AVX512VBMI__, b), LAMINATE_ISA_IF(__AVX512VBMI2__, e), \
                      LAMINATE_ISA_IF(__AVX512VPOPCNTDQ__, p), \
                      LAMINATE_ISA_IF(__AVX512BITALG__, t), LAMINATE_ISA_IF(__AVX512IFMA__, i))
#define LAMINATE_ISA_NEWER \
    LAMINATE_ISA_JOIN(LAMINATE_ISA_IF(__AVX512VNNI__, n), LAMINATE_ISA_IF(__AVXVNNI__, o), \
                      LAMINATE_ISA_IF(__AVX512FP16__, h), LAMINATE_ISA_IF(__AVX512BF16__, f), \
                      LAMINATE_ISA_IF(__GFNI__, g), LAMINATE_ISA_IF(__APX_F__, r), , , )
#define LAMINATE_ISA_ARM \
    LAMINATE_ISA_JOIN( \
        LAMINATE_ISA_IF(__ARM_FEATURE_ATOMICS, a), LAMINATE_ISA_IF(__ARM_FEATURE_RCPC, r), \
        LAMINATE_ISA_IF(__ARM_FEATURE_FP16_VECTOR_ARITHMETIC, h), \
        LAMINATE_ISA_IF(__ARM_FEATURE_DOTPROD, d), LAMINATE_ISA_IF(__ARM_FEATURE_COMPLEX, c), \
        LAMINATE_ISA_IF(__ARM_FEATURE_FRINT, f), LAMINATE_ISA_IF(__ARM_FEATURE_MATMUL_INT8, i), \
        LAMINATE_ISA_IF(__ARM_FEATURE_BF16, b), LAMINATE_ISA_IF(__ARM_FEATURE_MOPS, m))

// avx2pfbclm for -march=x86-64-v3, sse2 without flags. (With LAMINATE_ALLOW_FAST_MATH other bits.)
#define LAMINATE_ISA \
    LAMINATE_ISA_JOIN(LAMINATE_ISA_X86, LAMINATE_ISA_AVX512, LAMINATE_ISA_NEWER, LAMINATE_ISA_ARM, \
                      LAMINATE_ISA_IF(LAMINATE_ALLOW_FAST_MATH, _fast_math), , , , )

// A member of a type that stands outside of that namespace, so that compiled libraries can share
// it.
#if defined(__GNUC__)
#define LAMINATE_ISA_TEXT(name) #name
#define LAMINATE_ISA_TAG(name) LAMINATE_ISA_TEXT(name)
#define LAMINATE_OF_ISA __attribute__((abi_tag(LAMINATE_ISA_TAG(LAMINATE_ISA))))
#else
#define LAMINATE_OF_ISA
#endif
