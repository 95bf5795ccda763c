// SPDX-License-Identifier: MIT

// The shortest whole program: declare a network, load its weights, run it, write it as a standalone
// source. Needs examples/data/digits.safetensors, or another file of that network as the argument.
// Promises "this is a 7", and digits.hpp and digits.cpp in the current directory.

#include <laminate/codegen/write_cpp.hpp>
#include <laminate/laminate.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>

namespace lam = laminate;

// clang-format off
constexpr auto network = lam::input<64>
                       | lam::dense<64> | lam::relu
                       | lam::dense<32> | lam::relu
                       | lam::dense<10> | lam::softmax;

// Somebody's 7 in 8x8 pixels, 0 paper to 16 ink (the 1358th image of examples/data/digits.bin).
constexpr std::array<float, 64> drawn = {
    0,  0, 12, 16, 16,  5,  0,  0,
    0,  3, 13,  8, 14, 15,  1,  0,
    0,  0,  0,  0, 13, 16,  0,  0,
    0,  6, 16, 16, 16, 16, 13,  0,
    0,  6,  9, 11, 16,  9,  5,  0,
    0,  0,  0, 14, 11,  0,  0,  0,
    0,  0,  7, 16,  2,  0,  0,  0,
    0,  0, 13, 10,  0,  0,  0,  0,
};
// clang-format on

int main(int argc, char** argv) try {
    std::array<float, 64> image = drawn;
    for (float& pixel : image)
        pixel /= 16; // the weights were trained on 0 to 1

    const auto model = lam::load(network, argc > 1 ? argv[1] : QUICKSTART_WEIGHTS);
    const std::array<float, 10> p = model(image);
    lam::write_cpp(model, "digits");

    const std::size_t best = lam::argmax(p);
    std::printf("this is a %zu (%.1f %%)\n", best, 100.0 * static_cast<double>(p[best]));
} catch (const std::exception& error) {
    std::fprintf(stderr, "quickstart: %s\n", error.what());
    return 1;
}
