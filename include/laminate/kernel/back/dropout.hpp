// SPDX-License-Identifier: MIT
#pragma once

// Dropout's masks: 0 where a unit is dropped, else 1 / (1 - rate), so that the expected value stays
// (Srivastava et al., 2014). Needs integers of 32 bits and a key for the step and the layer.
// Promises that a number of the mask depends on key, row and unit alone, not on who computes it.

#include <cstddef>
#include <cstdint>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct mask_key {
    std::uint32_t first;
    std::uint32_t second;
};

// An integer hash without visible bias (Wellons, "Prospecting for hash functions", 2018).
LAMINATE_INLINE std::uint32_t hashed(std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
}

// For `floats` units of each row, the first of which is number `row` of the batch. Units are kept
// where 32 random bits are at least `dropped` = rate * 2^32. x times the mask goes to y.
constexpr void dropout(const float* x, float* mask, float* y, std::size_t floats, std::size_t row,
                       std::size_t rows, mask_key key, std::uint32_t dropped, float kept_scale) {
    for (std::size_t r = 0; r < rows; ++r) {
        const std::uint32_t of_row = hashed(static_cast<std::uint32_t>(row + r) ^ key.first);
        const std::size_t at = r * floats;
        for (std::size_t u = 0; u < floats; ++u) {
            const std::uint32_t bits =
                hashed(hashed(static_cast<std::uint32_t>(u) ^ key.second) + of_row);
            mask[at + u] = bits >= dropped ? kept_scale : 0.0f;
        }
        for (std::size_t u = 0; u < floats; ++u)
            y[at + u] = x[at + u] * mask[at + u];
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
