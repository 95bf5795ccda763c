// SPDX-License-Identifier: MIT
#pragma once

// Plain C as a peer: the nested loops of constant sizes that one writes by hand, row by row, with
// an array between any two layers and the C library's functions. Its forms are weights
// [output][input] with the sum of an output in the inner loop, whose order a compiler must keep,
// and weights [input][output] with the outputs in it, which it vectorises.

#include "peer.hpp"

#include <cmath>

namespace bench {

template <lam::ir::op Activation, std::size_t Outputs>
void plain_activation(float* y) {
    using enum lam::ir::op;
    if constexpr (Activation == relu) {
        for (std::size_t o = 0; o < Outputs; ++o)
            y[o] = y[o] > 0.0f ? y[o] : 0.0f;
    } else if constexpr (Activation == tanh) {
        for (std::size_t o = 0; o < Outputs; ++o)
            y[o] = std::tanh(y[o]);
    } else if constexpr (Activation == softmax) {
        float most = y[0];
        for (std::size_t o = 1; o < Outputs; ++o)
            most = y[o] > most ? y[o] : most;
        float sum = 0.0f;
        for (std::size_t o = 0; o < Outputs; ++o) {
            y[o] = std::exp(y[o] - most);
            sum += y[o];
        }
        for (std::size_t o = 0; o < Outputs; ++o)
            y[o] /= sum;
    } else if constexpr (Activation != linear) {
        throw peer_cannot(Activation);
    }
}

template <class Network>
class plain_c {
public:
    static constexpr const char* name = "plain C";
    static constexpr int forms = 2;
    static constexpr bool row_by_row = true;
    static std::string version() { return "nested loops"; }

    plain_c(std::span<const layer> layers, usage u) : form_(u.form) {
        for (std::size_t k = 0; k < layers.size(); ++k) {
            const layer& l = layers[k];
            weights_[k] =
                form_ == 0 ? aligned_floats(l.weights.begin(), l.weights.end()) : input_major(l);
            bias_[k].assign(l.bias.begin(), l.bias.end());
            values_[k].resize(l.outputs);
        }
    }

    void operator()(const float* in, float* out) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (step<K>(K == 0 ? in : values_[K - 1 + (K == 0)].data(),
                     K + 1 == depth ? out : values_[K].data()),
             ...);
        }
        (std::make_index_sequence<depth>{});
    }

private:
    static constexpr const auto& shapes = layer_shapes<Network>;
    static constexpr std::size_t depth = shapes.size();

    template <std::size_t K>
    void step(const float* x, float* y) const {
        constexpr std::size_t inputs = shapes[K].inputs;
        constexpr std::size_t outputs = shapes[K].outputs;
        if (form_ == 0)
            sum_by_output<inputs, outputs>(x, weights_[K].data(), bias_[K].data(), y);
        else
            all_outputs<inputs, outputs>(x, weights_[K].data(), bias_[K].data(), y);
        plain_activation<shapes[K].activation, outputs>(y);
    }

    template <std::size_t Inputs, std::size_t Outputs>
    static void sum_by_output(const float* __restrict x, const float* __restrict w,
                              const float* __restrict b, float* __restrict y) {
        for (std::size_t o = 0; o < Outputs; ++o) {
            float sum = b[o];
            for (std::size_t i = 0; i < Inputs; ++i)
                sum += x[i] * w[o * Inputs + i];
            y[o] = sum;
        }
    }
    template <std::size_t Inputs, std::size_t Outputs>
    static void all_outputs(const float* __restrict x, const float* __restrict w,
                            const float* __restrict b, float* __restrict y) {
        for (std::size_t o = 0; o < Outputs; ++o)
            y[o] = b[o];
        for (std::size_t i = 0; i < Inputs; ++i)
            for (std::size_t o = 0; o < Outputs; ++o)
                y[o] += x[i] * w[i * Outputs + o];
    }

    int form_;
    std::array<aligned_floats, depth> weights_;
    std::array<aligned_floats, depth> bias_;
    std::array<aligned_floats, depth> values_;
};

} // namespace bench
