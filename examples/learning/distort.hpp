// SPDX-License-Identifier: MIT
#pragma once

// Makes another image of an image: shifted, turned, stretched and sheared a little, as handwriting
// varies. Needs square images, one float a pixel, 0 around them. Promises the same bits everywhere.

#include <laminate/base/random.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace demo {

struct distortion {
    float shift = 1.0f;  // pixels at most, along each axis
    float matrix = 0.1f; // at most, what each element of the map of coordinates differs from 1 or 0
};

// Reads the image where an affine map of each pixel's place leads, between pixels bilinearly.
inline void distort(std::span<float> values, std::size_t across, distortion d,
                    laminate::random_source& random) {
    const float xx = 1.0f + random.uniform(d.matrix);
    const float xy = random.uniform(d.matrix);
    const float yx = random.uniform(d.matrix);
    const float yy = 1.0f + random.uniform(d.matrix);
    const float dx = random.uniform(d.shift);
    const float dy = random.uniform(d.shift);
    const std::vector<float> from(values.begin(), values.end());
    const auto pixel = [&](float row, float column) {
        const auto end = static_cast<float>(across);
        if (row < 0.0f || column < 0.0f || row >= end || column >= end) return 0.0f;
        return from[static_cast<std::size_t>(row) * across + static_cast<std::size_t>(column)];
    };
    const float middle = static_cast<float>(across - 1) / 2.0f;
    for (std::size_t r = 0; r < across; ++r) {
        for (std::size_t c = 0; c < across; ++c) {
            const float y = static_cast<float>(r) - middle;
            const float x = static_cast<float>(c) - middle;
            const float row = std::fma(yy, y, std::fma(yx, x, dy)) + middle;
            const float column = std::fma(xy, y, std::fma(xx, x, dx)) + middle;
            const float top = std::floor(row);
            const float left = std::floor(column);
            const auto between = [](float a, float b, float t) { return std::fma(t, b - a, a); };
            const float upper = between(pixel(top, left), pixel(top, left + 1), column - left);
            const float lower =
                between(pixel(top + 1, left), pixel(top + 1, left + 1), column - left);
            values[r * across + c] = between(upper, lower, row - top);
        }
    }
}

} // namespace demo
