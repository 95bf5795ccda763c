// SPDX-License-Identifier: MIT
#pragma once

// A step of training of a network as libtorch takes it: convolutions over square maps, each with
// relu and a pool of 2 x 2 behind it, then dense layers with relu between them. Needs libtorch only
// in train_torch.cpp. Promises weights as they are given, a mean softmax cross-entropy and Adam
// with the learning rate of train_bench.

#include <cstddef>
#include <memory>
#include <vector>

namespace bench {

struct layer_numbers {
    std::size_t inputs = 0; // of a convolution: channels
    std::size_t outputs = 0;
    std::vector<float> weights; // [outputs, inputs], [outputs, inputs, window, window]
    std::vector<float> bias;
    std::size_t window = 0; // 0: dense
    std::size_t padding = 0;
};

class torch_net {
public:
    explicit torch_net(const std::vector<layer_numbers>& layers);
    ~torch_net();
    torch_net(const torch_net&) = delete;
    torch_net& operator=(const torch_net&) = delete;

    // The batch of all steps; x [rows, inputs].
    void use(const std::vector<float>& x, const std::vector<int>& classes);
    // The loss before the step.
    float step();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace bench
