// SPDX-License-Identifier: MIT
#pragma once

// Whether a stream is a terminal, where lines may be written over. Needs isatty on POSIX systems;
// elsewhere no stream is one. Promises nothing more.

#include <cstdio>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"
#endif

namespace laminate::inline LAMINATE_ISA {

inline bool is_terminal(std::FILE* stream) {
#if defined(__unix__) || defined(__APPLE__)
    return stream != nullptr && ::isatty(::fileno(stream)) != 0;
#else
    (void)stream;
    return false;
#endif
}

} // namespace laminate::inline LAMINATE_ISA
