// SPDX-License-Identifier: MIT
#pragma once

// Eight floats that a pack looks up by three bits of each lane. Needs nothing. Promises an
// alignment of 32 bytes: with AVX2 a table is one register.

namespace laminate::pack {

struct table {
    alignas(32) float entry[8];
};

} // namespace laminate::pack
