// SPDX-License-Identifier: MIT
#pragma once

// Images like those of MNIST: 28 x 28 pixels from 0 to 1, black but for the strokes of a pen in the
// middle. Promises that each is another one, that four fifths of the pixels are zero on average as
// in MNIST (80.9 %), and the same images everywhere. With LAMINATE_BENCH_IMAGES in the environment,
// the name of a file in MNIST's own format (IDX, unpacked), its images are taken.

#include "networks.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace bench {

inline constexpr std::size_t image_side = 28;
inline constexpr std::size_t image_pixels = image_side * image_side;

// A pen of two pixels' width goes its way, keeps off the margin, and stops when a fifth is inked.
inline void draw_image(normal& draw, std::span<float, image_pixels> image) {
    std::ranges::fill(image, 0.0f);
    constexpr float low = 5.0f, high = image_side - 6.0f;
    float x = 13.5f + draw(3.0f), y = 13.5f + draw(3.0f), dx = draw(), dy = draw();
    std::size_t inked = 0;
    while (inked < image_pixels / 5) {
        dx = 0.9f * dx + draw(0.3f);
        dy = 0.9f * dy + draw(0.3f);
        x = std::clamp(x + dx, low, high);
        y = std::clamp(y + dy, low, high);
        for (std::size_t row = 0; row < image_side; ++row) {
            for (std::size_t column = 0; column < image_side; ++column) {
                const float right = static_cast<float>(column) - x;
                const float down = static_cast<float>(row) - y;
                const float ink = 1.0f - 0.25f * (right * right + down * down);
                float& pixel = image[row * image_side + column];
                if (ink <= pixel) continue;
                inked += pixel == 0.0f;
                pixel = ink;
            }
        }
    }
}

// Pixels from 0 to 255 behind 16 bytes of header.
inline std::vector<float> read_images(const char* file, std::size_t count) {
    std::FILE* const in = std::fopen(file, "rb");
    std::vector<unsigned char> bytes(16 + count * image_pixels);
    const bool whole =
        in != nullptr && std::fread(bytes.data(), 1, bytes.size(), in) == bytes.size();
    if (in != nullptr) std::fclose(in);
    if (!whole) throw std::runtime_error(std::string(file) + ": not as many images as needed");
    std::vector<float> pixels(bytes.size() - 16);
    std::ranges::transform(bytes.begin() + 16, bytes.end(), pixels.begin(),
                           [](unsigned char byte) { return static_cast<float>(byte) / 255.0f; });
    return pixels;
}

inline std::vector<float> images(std::size_t count) {
    if (const char* const file = std::getenv("LAMINATE_BENCH_IMAGES"))
        return read_images(file, count);
    std::vector<float> pixels(count * image_pixels);
    normal draw(3);
    for (std::size_t i = 0; i < count; ++i)
        draw_image(draw, std::span<float, image_pixels>(&pixels[i * image_pixels], image_pixels));
    return pixels;
}

} // namespace bench
