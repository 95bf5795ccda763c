// SPDX-License-Identifier: MIT
#pragma once

// A step of training of a network of dense layers with relu between them, as libtorch takes it.
// Needs libtorch only in train_torch.cpp. Promises weights as they are given, a mean softmax
// cross-entropy and Adam with the learning rate of train_bench.

#include <cstddef>
#include <memory>
#include <vector>

namespace bench {

struct dense_numbers {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::vector<float> weights; // [outputs, inputs]
    std::vector<float> bias;
};

class torch_net {
public:
    explicit torch_net(const std::vector<dense_numbers>& layers);
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
