// SPDX-License-Identifier: MIT
// A user's program that has the generated source alone: C++17, and nothing of Laminate to link.

#include <tiny.hpp>

#include <cstdio>

int main() {
    const float input[3] = {1.0f, 2.0f, 3.0f};
    float output[2] = {};
    tiny::infer(input, output);
    std::printf("standalone source %g %g\n", double(output[0]), double(output[1]));
    return output[0] == 9.5f && output[1] == -4.0f ? 0 : 1;
}
