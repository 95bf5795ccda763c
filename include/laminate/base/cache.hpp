// SPDX-License-Identifier: MIT
#pragma once

// The sizes of caches that decisions go by: usual for server, desktop and laptop cores of the last
// years. Needs nothing. Promises that they are the same everywhere, because a plan may depend on
// them; on a machine with other caches results are the same, and somewhat slower.

#include <cstddef>

namespace laminate {

inline constexpr std::size_t l1_bytes = std::size_t{32} << 10;
inline constexpr std::size_t l2_bytes = std::size_t{1} << 20;

} // namespace laminate
