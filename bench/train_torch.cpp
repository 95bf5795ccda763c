// SPDX-License-Identifier: MIT
#include "train_torch.hpp"

#include <torch/torch.h>

#include <cmath>
#include <cstdint>

namespace bench {

struct torch_net::state {
    torch::nn::Sequential net;
    std::unique_ptr<torch::optim::Adam> adam;
    torch::Tensor x;
    torch::Tensor classes;
    std::int64_t channels = 0; // of a map, which is square; 0: rows
};

namespace {

// Gives a layer of libtorch its numbers.
template <class Layer>
Layer filled(Layer layer, layer_numbers numbers) {
    const torch::NoGradGuard constant;
    layer->weight.copy_(torch::from_blob(numbers.weights.data(), layer->weight.sizes()));
    layer->bias.copy_(torch::from_blob(numbers.bias.data(), layer->bias.sizes()));
    return layer;
}

} // namespace

torch_net::torch_net(const std::vector<layer_numbers>& layers) : state_(new state) {
    at::set_num_threads(1);
    state_->channels = layers[0].window > 0 ? static_cast<std::int64_t>(layers[0].inputs) : 0;
    bool is_map = state_->channels > 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const layer_numbers& now = layers[l];
        const auto inputs = static_cast<std::int64_t>(now.inputs);
        const auto outputs = static_cast<std::int64_t>(now.outputs);
        if (now.window > 0) {
            const auto options =
                torch::nn::Conv2dOptions(inputs, outputs, static_cast<std::int64_t>(now.window))
                    .padding(static_cast<std::int64_t>(now.padding));
            state_->net->push_back(filled(torch::nn::Conv2d(options), now));
        } else {
            if (is_map) state_->net->push_back(torch::nn::Flatten());
            is_map = false;
            state_->net->push_back(filled(torch::nn::Linear(inputs, outputs), now));
        }
        if (l + 1 < layers.size()) state_->net->push_back(torch::nn::ReLU());
        if (now.window > 0) state_->net->push_back(torch::nn::MaxPool2d(2));
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
    if (state_->channels > 0) {
        const auto side = static_cast<std::int64_t>(
            std::lround(std::sqrt(static_cast<double>(inputs / state_->channels))));
        state_->x =
            state_->x.view({rows, side, side, state_->channels}).permute({0, 3, 1, 2}).contiguous();
    }
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
