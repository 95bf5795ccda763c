// SPDX-License-Identifier: MIT
#pragma once

// The texts of the packs and kernels that generated sources carry with them. Needs the source that
// cmake/embed_text.cmake writes at build. Promises the bytes of the very headers that the library
// itself compiles, named relative to include/ ("laminate/kernel/forward/dense.hpp").

#include <cstddef>

namespace laminate::codegen {

struct embedded_file {
    const char* name;
    const char* text;
};

extern const embedded_file embedded_files[];
extern const std::size_t embedded_file_count;

// What `laminate bench` compiles with a network, from bench/own.
extern const embedded_file bench_files[];
extern const std::size_t bench_file_count;

} // namespace laminate::codegen
