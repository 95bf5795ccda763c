// SPDX-License-Identifier: MIT
// A network that laminate_add_model declared from an ONNX file.

#include "arm_network.hpp"

#include <array>
#include <cmath>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const auto model = laminate::load(robot::arm{}, argv[1]);
    const std::array<float, 2> angles = model(std::array<float, 2>{400.0f, 200.0f});
    return std::isfinite(angles[0]) && angles[1] > 0.5f ? 0 : 1;
}
