// SPDX-License-Identifier: MIT
// Needs the header that is written in another directory.

#include <arm.hpp>

float shoulder(const float* place) {
    float angles[2] = {};
    robot::infer(place, angles);
    return angles[0];
}
