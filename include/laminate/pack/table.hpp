// SPDX-License-Identifier: MIT
#pragma once

// Eight floats that a pack looks up by three bits of each lane. Needs nothing. Promises an
// alignment of 32 bytes: with AVX2 a table is one register.

#include "../base/compiler.hpp"

namespace laminate::pack {
inline namespace LAMINATE_ISA {

struct table {
    alignas(32) float entry[8];
};

} // namespace LAMINATE_ISA
} // namespace laminate::pack
