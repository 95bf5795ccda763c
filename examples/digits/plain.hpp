// SPDX-License-Identifier: MIT
#pragma once

// The demo's network as one writes it by hand: nested loops over weights that lie in arrays.
// Needs a model to take the weights from.
// Promises what the model computes, but for rounding: sums are in another order.

#include "dataset.hpp"
#include "network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace demo {

template <std::size_t Inputs, std::size_t Outputs>
class plain_dense {
public:
    template <class Parameters>
    explicit plain_dense(const Parameters& learned) {
        for (std::size_t o = 0; o < Outputs; ++o) {
            for (std::size_t i = 0; i < Inputs; ++i)
                weights_[o][i] = learned.weights(o, i);
            bias_[o] = learned.bias[o];
        }
    }

    void operator()(const float* in, float* out) const noexcept {
        for (std::size_t o = 0; o < Outputs; ++o) {
            float sum = bias_[o];
            for (std::size_t i = 0; i < Inputs; ++i)
                sum += weights_[o][i] * in[i];
            out[o] = sum;
        }
    }

private:
    float weights_[Outputs][Inputs];
    float bias_[Outputs];
};

class plain_network {
public:
    template <class Model>
    explicit plain_network(const Model& model)
        : first_(model.template layer<0>()),
          second_(model.template layer<2>()),
          third_(model.template layer<4>()) {}

    probabilities operator()(const image& in) const noexcept {
        std::array<float, 64> first;
        std::array<float, 32> second;
        probabilities out;
        first_(in.data(), first.data());
        for (float& x : first)
            x = std::max(x, 0.0f);
        second_(first.data(), second.data());
        for (float& x : second)
            x = std::max(x, 0.0f);
        third_(second.data(), out.data());
        const float largest = *std::max_element(out.begin(), out.end());
        float sum = 0.0f;
        for (float& x : out)
            sum += x = std::exp(x - largest);
        for (float& x : out)
            x /= sum;
        return out;
    }

private:
    plain_dense<64, 64> first_;
    plain_dense<64, 32> second_;
    plain_dense<32, 10> third_;
};

} // namespace demo
