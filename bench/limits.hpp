// SPDX-License-Identifier: MIT
#pragma once

// The machine's limits (own/limits.hpp) by the registers that the library uses.

#include <laminate/pack/xsimd.hpp>

#include <cstddef>

#include "own/limits.hpp"

namespace bench {

using pack = laminate::pack::xsimd;

inline double fma_peak() { return fma_peak_of<pack>(); }
inline double load_bandwidth(std::size_t bytes) { return load_bandwidth_of<pack>(bytes); }

} // namespace bench
