// SPDX-License-Identifier: MIT
#pragma once

// Which instructions kernels may use: those that the compiler's flags allow, or more where a
// generated source says so. It has regions that are compiled for more than the flags allow, and
// there it defines LAMINATE_LEVEL as 3 (x86-64-v3) or 4 (x86-64-v4), since Clang's own macros stay
// as they are. So code asks these macros, and never __AVX2__ and the like. This text is part of
// generated sources (C++17).

#if defined(LAMINATE_LEVEL) && LAMINATE_LEVEL >= 3
#define LAMINATE_HAS_AVX
#define LAMINATE_HAS_AVX2
#define LAMINATE_HAS_FMA
#if LAMINATE_LEVEL >= 4
#define LAMINATE_HAS_AVX512
#endif
#else
#if defined(__AVX__)
#define LAMINATE_HAS_AVX
#endif
#if defined(__AVX2__)
#define LAMINATE_HAS_AVX2
#endif
#if defined(__FMA__)
#define LAMINATE_HAS_FMA
#endif
#if defined(__AVX512F__)
#define LAMINATE_HAS_AVX512
#endif
#endif
