// SPDX-License-Identifier: MIT
// A declared network that was written, loaded from the file written with it: the bits of the
// standalone source of the same network. usage: run_declared <its folder>

#include "declared.hpp"
#include "declared_network.hpp"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

int main(int, char** argv) {
    const auto model =
        laminate::load(written::declared{}, std::string(argv[1]) + "/declared.safetensors");
    constexpr std::size_t rows = 40;
    std::vector<float> in(rows * written::inputs);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(i * 7 % 31) * 0.2f - 3.0f;
    std::vector<float> expected(rows * written::outputs);
    std::vector<float> found(expected.size());
    written::infer_batch(in.data(), expected.data(), rows);
    model.batch(in, found);
    const bool same = std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)) == 0;
    std::puts(same && written::self_test() ? "the same bits" : "other bits");
    return same && written::self_test() ? 0 : 1;
}
