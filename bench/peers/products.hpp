// SPDX-License-Identifier: MIT
#pragma once

// A peer made of a library that has only matrix products: the products are the library's, bias and
// activation one pass over each row while it is in a cache, with xsimd's own functions. Values
// between layers are rows of whole registers, so that no pass has a remainder.

#include "peer.hpp"

#include <cmath>

namespace bench {

// y[i] = f(y[i] + bias[i]) for whole registers.
template <class Function>
void apply(float* y, const float* bias, std::size_t stride, Function f) {
    using reg = xsimd::batch<float>;
    for (std::size_t i = 0; i < stride; i += reg::size)
        f(reg::load_unaligned(y + i) + reg::load_aligned(bias + i)).store_unaligned(y + i);
}

inline void softmax_row(float* y, const float* bias, std::size_t width, std::size_t stride) {
    float maximum = y[0] + bias[0];
    for (std::size_t i = 1; i < width; ++i)
        maximum = std::max(maximum, y[i] + bias[i]);
    apply(y, bias, stride, [maximum](auto x) { return xsimd::exp(x - maximum); });
    float sum = 0.0f;
    for (std::size_t i = 0; i < width; ++i)
        sum += y[i];
    const float factor = 1.0f / sum;
    for (std::size_t i = 0; i < width; ++i)
        y[i] *= factor;
}

// Product is made as a peer is, with a name, a version and forms, and its call
//     multiply(k, x, x_stride, y, y_stride)
// writes the products of layer k of all rows; y_stride is layer k's outputs in whole lines.
template <class Product>
class from_products {
public:
    static constexpr const char* name = Product::name;
    static constexpr int forms = Product::forms;
    static std::string version() { return Product::version(); }

    from_products(std::span<const layer> layers, usage u)
        : rows_(u.rows), product_(layers, u), inputs_(layers.front().inputs) {
        for (const layer& l : layers) {
            using enum lam::ir::op;
            if (l.activation != linear && l.activation != relu && l.activation != tanh &&
                l.activation != softmax)
                throw peer_cannot(l.activation);
            const std::size_t stride = lam::whole_lines(l.outputs);
            steps_.push_back({l, stride, aligned_floats(stride), aligned_floats(rows_ * stride)});
            std::ranges::copy(l.bias, steps_.back().bias.begin());
        }
    }

    void operator()(const float* in, float* out) {
        const float* x = in;
        std::size_t x_stride = inputs_;
        for (std::size_t k = 0; k < steps_.size(); ++k) {
            step& s = steps_[k];
            // The last rows need no copy when they are whole registers.
            float* const y =
                k + 1 == steps_.size() && s.stride == s.shape.outputs ? out : s.values.data();
            product_.multiply(k, x, x_stride, y, s.stride);
            for (std::size_t row = 0; row < rows_; ++row)
                activate(s, y + row * s.stride);
            x = y;
            x_stride = s.stride;
        }
        const std::size_t outputs = steps_.back().shape.outputs;
        if (x != out)
            for (std::size_t row = 0; row < rows_; ++row)
                std::copy_n(x + row * x_stride, outputs, out + row * outputs);
    }

private:
    struct step {
        layer_shape shape;
        std::size_t stride;
        aligned_floats bias;
        aligned_floats values;
    };

    static void activate(const step& s, float* y) {
        using enum lam::ir::op;
        const float* const bias = s.bias.data();
        if (s.shape.activation == relu)
            apply(y, bias, s.stride, [](auto x) { return xsimd::max(x, decltype(x)(0.0f)); });
        else if (s.shape.activation == tanh)
            apply(y, bias, s.stride, [](auto x) { return xsimd::tanh(x); });
        else if (s.shape.activation == softmax)
            softmax_row(y, bias, s.shape.outputs, s.stride);
        else
            apply(y, bias, s.stride, [](auto x) { return x; });
    }

    std::size_t rows_;
    Product product_;
    std::size_t inputs_;
    std::vector<step> steps_;
};

} // namespace bench
