// SPDX-License-Identifier: MIT
#pragma once

// Stops a compilation as C++17 or older at its first line of Laminate: #error would let hundreds of
// errors follow, and a file that isn't there can't. Kernels and packs, which generated sources
// carry, are C++17 and don't include this.

#if __cplusplus < 202002L
#include "Laminate's headers need C++20 - compile with -std=c++20"
#endif
