// SPDX-License-Identifier: MIT
#pragma once

// Eight floats that a pack looks up by three bits of each lane. Needs nothing. Promises that they
// stand twice in one cache line, so that an index of four bits, as AVX-512 takes it, finds them
// too.

#include <cstddef>

namespace laminate::pack {

struct table {
    alignas(64) float entry[16];

    constexpr table(const float (&of)[8]) : entry{} {
        for (std::size_t i = 0; i < 16; ++i)
            entry[i] = of[i % 8];
    }
};

} // namespace laminate::pack
