// SPDX-License-Identifier: MIT

// A network from an ONNX file, as part of a program: CMakeLists.txt has the one line that makes it.
// The arm's hand goes along a line; the network gives the angles of its joints.

#include "arm.hpp"

#include <array>
#include <cmath>
#include <cstdio>

int main() {
    if (!robot::arm::self_test()) {
        std::fputs("the network doesn't give the numbers that it must\n", stderr);
        return 1;
    }
    constexpr float link = 400.0f; // mm
    float largest = 0.0f;
    for (float x = 300.0f; x <= 500.0f; x += 50.0f) {
        const std::array<float, 2> place = {x, 200.0f};
        std::array<float, 2> angles = {};
        robot::arm::infer(place.data(), angles.data());
        const float elbow = angles[0] + angles[1];
        const float hand_x = link * (std::cos(angles[0]) + std::cos(elbow));
        const float hand_y = link * (std::sin(angles[0]) + std::sin(elbow));
        const float off = std::hypot(hand_x - place[0], hand_y - place[1]);
        std::printf("(%3.0f, %3.0f) mm: shoulder %6.1f, elbow %6.1f degrees; off by %.1f mm\n",
                    static_cast<double>(place[0]), static_cast<double>(place[1]),
                    static_cast<double>(angles[0]) * 57.29578,
                    static_cast<double>(angles[1]) * 57.29578, static_cast<double>(off));
        largest = std::fmax(largest, off);
    }
    return largest < 10.0f ? 0 : 1;
}
