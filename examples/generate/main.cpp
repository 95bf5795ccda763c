// SPDX-License-Identifier: MIT

// Shows one image of examples/data/digits.bin in the terminal, and what the generated network
// reads. Needs C++17 and the digits.hpp that laminate_add_network wrote at build; nothing of
// Laminate. Promises one clear sentence when the image cannot be read.

#include "digits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

int main(int argc, char** argv) {
    constexpr std::size_t header = 20, record = digits::inputs + 1, count = 1797;
    std::size_t index = 1357;
    if (argc > 1) {
        const char* const end = argv[1] + std::strlen(argv[1]);
        const auto read = std::from_chars(argv[1], end, index);
        if (read.ec != std::errc() || read.ptr != end) index = count;
    }
    if (index >= count) {
        std::fprintf(stderr, "usage: %s [image 0 to %zu]\n", argv[0], count - 1);
        return 2;
    }
    std::array<char, record> bytes{};
    std::ifstream file(GENERATE_IMAGES, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(header + index * record));
    if (!file.read(bytes.data(), record)) {
        std::fprintf(stderr, "%s: cannot be read\n", GENERATE_IMAGES);
        return 1;
    }

    std::array<float, digits::inputs> image{};
    for (std::size_t i = 0; i < digits::inputs; ++i) {
        const int ink = std::clamp<int>(bytes[i], 0, 16);
        image[i] = static_cast<float>(ink) / 16;
        const char shade = " .:-=+*#%@"[ink * 9 / 16];
        std::printf("%c%c%s", shade, shade, i % 8 == 7 ? "\n" : "");
    }

    std::array<float, digits::outputs> p{};
    digits::infer(image.data(), p.data());
    const auto best = std::max_element(p.begin(), p.end());
    std::printf("this is a %d (%.1f %%)\n", static_cast<int>(best - p.begin()),
                100.0 * static_cast<double>(*best));
}
