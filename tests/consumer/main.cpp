// SPDX-License-Identifier: MIT
// A user's program: runs one network through the library and through the source generated at build.

#include "network.hpp"

#include <tiny.hpp>

#include <array>
#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s <tiny.safetensors>\n", argv[0]);
        return 2;
    }
    const auto model = laminate::load(consumer::tiny, argv[1]);
    const std::array<float, 3> input{1.0f, 2.0f, 3.0f};
    const std::array<float, 2> computed = model(input);
    std::array<float, 2> generated{};
    tiny::infer(input.data(), generated.data());

    std::printf("library %g %g, generated source %g %g\n", double(computed[0]), double(computed[1]),
                double(generated[0]), double(generated[1]));
    const std::array<float, 2> expected{9.5f, -4.0f};
    return computed == expected && generated == expected ? 0 : 1;
}
