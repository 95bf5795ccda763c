// SPDX-License-Identifier: MIT
#pragma once

// Whole numbers of files, of eight bytes at most. Promises the same on every machine.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

inline std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t bits = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
    return bits;
}

inline std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t bits = 0;
    for (const char c : bytes)
        bits = bits << 8 | static_cast<unsigned char>(c);
    return bits;
}

} // namespace laminate::inline LAMINATE_ISA::detail
