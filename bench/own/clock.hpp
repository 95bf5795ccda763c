// SPDX-License-Identifier: MIT
#pragma once

// The clock by which single calls are timed. Needs C++17. Promises to be read after all
// instructions before it have finished, and before any behind it begins, where it is an x86
// processor's own.

#include <chrono>
#include <cstdint>

#include "limits.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

namespace bench {

// Ticks evenly, whatever the processor's speed.
inline std::uint64_t ticks() {
#if defined(__x86_64__) || defined(__i386__)
    unsigned core = 0;
    const std::uint64_t now = __rdtscp(&core);
    _mm_lfence();
    return now;
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

inline double ns_per_tick() {
    const std::uint64_t before = ticks();
    const double ns = nanoseconds([] {
        const auto begin = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(50)) {
        }
    });
    return ns / static_cast<double>(ticks() - before);
}

} // namespace bench
