// SPDX-License-Identifier: MIT
#pragma once

// The machine that decisions go by: usual for server, desktop and laptop cores of the last years.
// It is the same everywhere, because a plan may depend on it; on a machine with other caches
// results are the same, and somewhat slower.

#include <cstddef>

namespace laminate {

inline constexpr std::size_t l1_bytes = std::size_t{32} << 10;
inline constexpr std::size_t l2_bytes = std::size_t{1} << 20;
// Of cores with 16 vector registers: a Zen 2 or 3 has no more.
inline constexpr std::size_t small_l2_bytes = std::size_t{512} << 10;

// What a core gets from behind its L2 cache, and what it does meanwhile.
inline constexpr std::size_t l3_bytes_a_cycle = 10; // 10 to 11 on an Intel server, more elsewhere
inline constexpr std::size_t fmas_a_cycle = 2;      // of registers of 64 bytes, at most

// Rows that share weights from behind the L2 cache, so that bringing them, while products go on,
// asks for at most 15 % of that bandwidth: a register of weights, 64 bytes, serves rows / 2 cycles.
inline constexpr std::size_t rows_to_share_weights =
    64 * fmas_a_cycle * 100 / (15 * l3_bytes_a_cycle);

// Memory of a thread's stack that a batch may take without being asked: less than the smallest
// default of the large systems, 512 KiB for a thread of macOS.
inline constexpr std::size_t stack_bytes = std::size_t{384} << 10;

} // namespace laminate
