// SPDX-License-Identifier: MIT
#include "train_torch.hpp"

#include <torch/torch.h>

#include <cstdint>

namespace bench {

struct torch_net::state {
    torch::nn::Sequential net;
    std::unique_ptr<torch::optim::Adam> adam;
    torch::Tensor x;
    torch::Tensor classes;
};

torch_net::torch_net(const std::vector<dense_numbers>& layers) : state_(new state) {
    at::set_num_threads(1);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const auto inputs = static_cast<std::int64_t>(layers[l].inputs);
        const auto outputs = static_cast<std::int64_t>(layers[l].outputs);
        torch::nn::Linear linear(inputs, outputs);
        const torch::NoGradGuard constant;
        auto weights = layers[l].weights;
        auto bias = layers[l].bias;
        linear->weight.copy_(torch::from_blob(weights.data(), {outputs, inputs}));
        linear->bias.copy_(torch::from_blob(bias.data(), {outputs}));
        state_->net->push_back(linear);
        if (l + 1 < layers.size()) state_->net->push_back(torch::nn::ReLU());
    }
    state_->adam = std::make_unique<torch::optim::Adam>(state_->net->parameters(),
                                                        torch::optim::AdamOptions(1e-4));
}

torch_net::~torch_net() = default;

void torch_net::use(const std::vector<float>& x, const std::vector<int>& classes) {
    const auto rows = static_cast<std::int64_t>(classes.size());
    const auto inputs = static_cast<std::int64_t>(x.size()) / rows;
    auto numbers = x;
    std::vector<std::int64_t> labels(classes.begin(), classes.end());
    state_->x = torch::from_blob(numbers.data(), {rows, inputs}).clone();
    state_->classes = torch::from_blob(labels.data(), {rows}, torch::kInt64).clone();
}

float torch_net::step() {
    state_->adam->zero_grad();
    const torch::Tensor loss =
        torch::nn::functional::cross_entropy(state_->net->forward(state_->x), state_->classes);
    loss.backward();
    state_->adam->step();
    return loss.item<float>();
}

} // namespace bench
