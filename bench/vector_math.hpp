// SPDX-License-Identifier: MIT
#pragma once

// The vector functions of others, for the pack's register: xsimd's, SLEEF's and glibc's libmvec.
// Needs the pack, and of SLEEF and libmvec what CMake found (LAMINATE_BENCH_SLEEF,
// LAMINATE_BENCH_LIBMVEC). Promises functions from register to register under one list of names.

#include <laminate/pack/xsimd.hpp>

#include <cstddef>

#if LAMINATE_BENCH_SLEEF
#include <sleef.h>
#endif

namespace bench {

using pack = laminate::pack::xsimd;
using reg = pack::reg;

struct xsimd_math {
    static reg exp(reg x) { return xsimd::exp(x); }
    static reg expm1(reg x) { return xsimd::expm1(x); }
    static reg tanh(reg x) { return xsimd::tanh(x); }
};

#if LAMINATE_BENCH_SLEEF
// u10 states 1.0 ulp, u35 states 3.5.
struct sleef_math {
#if defined(__AVX512F__)
    static reg exp(reg x) { return Sleef_expf16_u10(x); }
    static reg expm1(reg x) { return Sleef_expm1f16_u10(x); }
    static reg tanh(reg x) { return Sleef_tanhf16_u10(x); }
    static reg tanh_u35(reg x) { return Sleef_tanhf16_u35(x); }
#elif defined(__AVX__)
    static reg exp(reg x) { return Sleef_expf8_u10(x); }
    static reg expm1(reg x) { return Sleef_expm1f8_u10(x); }
    static reg tanh(reg x) { return Sleef_tanhf8_u10(x); }
    static reg tanh_u35(reg x) { return Sleef_tanhf8_u35(x); }
#else
    static reg exp(reg x) { return Sleef_expf4_u10(x); }
    static reg expm1(reg x) { return Sleef_expm1f4_u10(x); }
    static reg tanh(reg x) { return Sleef_tanhf4_u10(x); }
    static reg tanh_u35(reg x) { return Sleef_tanhf4_u35(x); }
#endif
};
#endif

#if LAMINATE_BENCH_LIBMVEC
// What compilers call for -ffast-math loops on x86-64, by the names that its vector ABI gives them;
// glibc states at most 4 ulp.
extern "C" {
#if defined(__AVX512F__)
__m512 _ZGVeN16v_expf(__m512);
__m512 _ZGVeN16v_expm1f(__m512);
__m512 _ZGVeN16v_tanhf(__m512);
#elif defined(__AVX2__)
__m256 _ZGVdN8v_expf(__m256);
__m256 _ZGVdN8v_expm1f(__m256);
__m256 _ZGVdN8v_tanhf(__m256);
#elif defined(__AVX__)
__m256 _ZGVcN8v_expf(__m256);
__m256 _ZGVcN8v_expm1f(__m256);
__m256 _ZGVcN8v_tanhf(__m256);
#else
__m128 _ZGVbN4v_expf(__m128);
__m128 _ZGVbN4v_expm1f(__m128);
__m128 _ZGVbN4v_tanhf(__m128);
#endif
}
struct libmvec_math {
#if defined(__AVX512F__)
    static reg exp(reg x) { return _ZGVeN16v_expf(x); }
    static reg expm1(reg x) { return _ZGVeN16v_expm1f(x); }
    static reg tanh(reg x) { return _ZGVeN16v_tanhf(x); }
#elif defined(__AVX2__)
    static reg exp(reg x) { return _ZGVdN8v_expf(x); }
    static reg expm1(reg x) { return _ZGVdN8v_expm1f(x); }
    static reg tanh(reg x) { return _ZGVdN8v_tanhf(x); }
#elif defined(__AVX__)
    static reg exp(reg x) { return _ZGVcN8v_expf(x); }
    static reg expm1(reg x) { return _ZGVcN8v_expm1f(x); }
    static reg tanh(reg x) { return _ZGVcN8v_tanhf(x); }
#else
    static reg exp(reg x) { return _ZGVbN4v_expf(x); }
    static reg expm1(reg x) { return _ZGVbN4v_expm1f(x); }
    static reg tanh(reg x) { return _ZGVbN4v_tanhf(x); }
#endif
};
#endif

} // namespace bench
