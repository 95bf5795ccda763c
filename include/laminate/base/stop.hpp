// SPDX-License-Identifier: MIT
#pragma once

// How a broken precondition ends: the program's mistake is said on stderr, and the program stops.
// For functions that have no way to return an error, noexcept ones above all.

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "compiler.hpp"
#include "standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

[[noreturn]] inline void stop(const char* what) noexcept {
    std::fprintf(stderr, "laminate: %s\n", what);
    std::abort();
}
[[noreturn]] inline void stop(const char* what, std::size_t expected, std::size_t found) noexcept {
    std::fprintf(stderr, "laminate: %s; expected %zu, found %zu\n", what, expected, found);
    std::abort();
}

} // namespace laminate::inline LAMINATE_ISA::detail
