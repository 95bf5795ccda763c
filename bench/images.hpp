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

// A pen of two pixels' radius goes its way, keeps off the margin, and stops when a fifth is inked.
// In integers, 64 to a pixel's side, so that no compiler draws another image.
inline void draw_image(normal& draw, std::span<float, image_pixels> image) {
    std::ranges::fill(image, 0.0f);
    constexpr int side = 64, low = 5 * side, high = (static_cast<int>(image_side) - 6) * side;
    const auto step = [&draw](float deviation) { return static_cast<int>(draw(deviation)); };
    int x = 14 * side + step(3 * side), y = 14 * side + step(3 * side);
    int dx = step(side), dy = step(side);
    std::size_t inked = 0;
    while (inked < image_pixels / 5) {
        dx = dx * 7 / 8 + step(side / 3.0f);
        dy = dy * 7 / 8 + step(side / 3.0f);
        x = std::clamp(x + dx, low, high);
        y = std::clamp(y + dy, low, high);
        for (std::size_t i = 0; i < image_pixels; ++i) {
            const int right = static_cast<int>(i % image_side) * side - x;
            const int down = static_cast<int>(i / image_side) * side - y;
            const int ink = 4 * side * side - right * right - down * down;
            const float pixel = static_cast<float>(ink) / (4 * side * side);
            if (pixel <= image[i]) continue;
            inked += image[i] == 0.0f;
            image[i] = pixel;
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
