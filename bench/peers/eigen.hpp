// SPDX-License-Identifier: MIT
#pragma once

// Eigen as a peer: sizes of layers are template arguments, and so is the number of rows at batch 1;
// activations are its array functions. Its forms are weights by column, by row, and by column in a
// product of coefficients, which it unrolls.

#include "peer.hpp"

#include <Eigen/Dense>

namespace bench {

template <class Network>
class eigen {
public:
    static constexpr const char* name = "Eigen";
    static constexpr int forms = 3;
    static std::string version() {
        return std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
               "." + std::to_string(EIGEN_MINOR_VERSION);
    }

    eigen(std::span<const layer> layers, usage u) : usage_(u) {
        for (std::size_t k = 0; k < layers.size(); ++k) {
            const layer& l = layers[k];
            weights_[k] =
                u.form == 1 ? aligned_floats(l.weights.begin(), l.weights.end()) : input_major(l);
            bias_[k].assign(l.bias.begin(), l.bias.end());
            values_[k].resize(u.rows * l.outputs);
        }
    }

    void operator()(const float* in, float* out) {
        if (usage_.rows == 1)
            run<1>(in, out);
        else
            run<Eigen::Dynamic>(in, out);
    }

private:
    static constexpr const auto& shapes = layer_shapes<Network>;
    static constexpr std::size_t depth = shapes.size();

    template <int Rows>
    void run(const float* in, float* out) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (step<Rows, K>(K == 0 ? in : values_[K - 1 + (K == 0)].data(),
                           K + 1 == depth ? out : values_[K].data()),
             ...);
        }
        (std::make_index_sequence<depth>{});
    }

    template <int Rows, std::size_t K>
    void step(const float* from, float* to) {
        if (usage_.form == 1)
            apply<Rows, K, Eigen::RowMajor, false>(from, to);
        else if (usage_.form == 2 && Rows == 1)
            apply<1, K, Eigen::ColMajor, true>(from, to);
        else
            apply<Rows, K, Eigen::ColMajor, false>(from, to);
    }

    // A row is a column of Eigen's matrices. (Vectors have only one order.)
    template <int Outputs, int Inputs, int Order>
    using matrix = Eigen::Matrix<float, Outputs, Inputs,
                                 Outputs == 1  ? Eigen::RowMajor
                                 : Inputs == 1 ? Eigen::ColMajor
                                               : Order>;

    template <int Rows, std::size_t K, int Order, bool Unrolled>
    void apply(const float* from, float* to) {
        constexpr int inputs = static_cast<int>(shapes[K].inputs);
        constexpr int outputs = static_cast<int>(shapes[K].outputs);
        constexpr int aligned = Eigen::Aligned64;
        const auto rows = static_cast<Eigen::Index>(usage_.rows);
        const Eigen::Map<const matrix<outputs, inputs, Order>, aligned> w(weights_[K].data());
        const Eigen::Map<const Eigen::Matrix<float, outputs, 1>, aligned> b(bias_[K].data());
        const Eigen::Map<const matrix<inputs, Rows, Eigen::ColMajor>> x(from, inputs, rows);
        Eigen::Map<matrix<outputs, Rows, Eigen::ColMajor>> y(to, outputs, rows);
        if constexpr (Unrolled)
            y.noalias() = w.lazyProduct(x);
        else
            y.noalias() = w * x;
        // Row by row, as vectors of a fixed size; all at once runs without SIMD.
        for (Eigen::Index row = 0; row < rows; ++row)
            activate<shapes[K].activation>(y.col(row), b);
    }

    template <lam::ir::op Activation, class Values, class Bias>
    static void activate(Values y, const Bias& b) {
        using enum lam::ir::op;
        if constexpr (Activation == relu) {
            y = (y + b).cwiseMax(0.0f);
        } else if constexpr (Activation == tanh) {
            y = (y + b).array().tanh();
        } else if constexpr (Activation == softmax) {
            y += b;
            y = (y.array() - y.maxCoeff()).exp();
            y *= 1.0f / y.sum();
        } else if constexpr (Activation == linear) {
            y += b;
        } else {
            throw peer_cannot(Activation);
        }
    }

    usage usage_;
    std::array<aligned_floats, depth> weights_;
    std::array<aligned_floats, depth> bias_;
    std::array<aligned_floats, depth> values_;
};

} // namespace bench
