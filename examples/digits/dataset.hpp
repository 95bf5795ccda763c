// SPDX-License-Identifier: MIT
#pragma once

// Reads examples/data/digits.bin, the handwritten digits of the demo.
// Needs the standard library; the format is described in examples/data/README.md.
// Promises images of 64 floats in [0, 1] with a label in 0..9 each, or an exception saying why not.

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

inline constexpr std::size_t side = 8;
inline constexpr std::size_t pixels = side * side;
inline constexpr std::size_t classes = 10;

using image = std::array<float, pixels>; // row by row from the top left; 0 paper, 1 ink
using probabilities = std::array<float, classes>;

struct dataset {
    std::vector<image> images;
    std::vector<std::size_t> labels;
    std::size_t train = 0; // the first `train` images were trained on, the rest never

    std::span<const image> test_images() const { return std::span(images).subspan(train); }
    std::span<const std::size_t> test_labels() const { return std::span(labels).subspan(train); }
};

/// Throws std::runtime_error, naming the file, if it cannot be read or is not what it should be.
inline dataset read_dataset(const std::string& path) {
    const auto fail = [&](const std::string& why) -> void {
        throw std::runtime_error(path + ": " + why);
    };
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        fail("cannot be opened");
    }
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const auto number = [&](std::size_t at) { // 32 bits, little endian
        return std::size_t{byte(at)} | std::size_t{byte(at + 1)} << 8 |
               std::size_t{byte(at + 2)} << 16 | std::size_t{byte(at + 3)} << 24;
    };

    constexpr std::string_view magic = "digits01";
    constexpr std::size_t header = magic.size() + std::size_t{3} * 4;
    constexpr std::size_t record = pixels + 1;
    if (bytes.size() < header || !bytes.starts_with(magic)) {
        fail("does not begin as a digits file should (with '" + std::string(magic) + "')");
    }
    const std::size_t count = number(8);
    const std::size_t train = number(12);
    if (number(16) != pixels || train > count || bytes.size() != header + count * record) {
        fail("holds " + std::to_string(bytes.size()) + " bytes, which does not fit its header");
    }

    dataset data{std::vector<image>(count), std::vector<std::size_t>(count), train};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = header + i * record;
        for (std::size_t p = 0; p < pixels; ++p) {
            data.images[i][p] = static_cast<float>(byte(at + p)) / 16.0f;
        }
        data.labels[i] = byte(at + pixels);
        if (data.labels[i] >= classes) {
            fail("labels image " + std::to_string(i) + " as " + std::to_string(data.labels[i]));
        }
    }
    return data;
}

} // namespace demo
