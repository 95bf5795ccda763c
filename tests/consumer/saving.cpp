// SPDX-License-Identifier: MIT
// A user's program: saves a network as ONNX, for which laminate::codegen is enough.

#include "network.hpp"

#include <laminate/codegen/save_onnx.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s <tiny.safetensors> <tiny.onnx>\n", argv[0]);
        return 2;
    }
    laminate::save_onnx(laminate::load(consumer::tiny, argv[1]), argv[2]);
}
