// SPDX-License-Identifier: MIT
#pragma once

// OpenBLAS as a peer: sgemv for one row, sgemm for more, on one thread. Its two forms are weights
// [input][output] and [output][input].

#include "products.hpp"

#include <cblas.h>

namespace bench {

class openblas_product {
public:
    static constexpr const char* name = "OpenBLAS";
    static constexpr int forms = 2;
    // "OpenBLAS 0.3.21 NO_LAPACKE ..." -> "0.3.21"
    static std::string version() {
        const std::string config = openblas_get_config();
        const std::size_t begin = config.find(' ') + 1;
        return config.substr(begin, config.find(' ', begin) - begin) + " with kernels for " +
               openblas_get_corename();
    }

    openblas_product(std::span<const layer> layers, usage u) : usage_(u) {
        openblas_set_num_threads(1);
        for (const layer& l : layers)
            layers_.push_back({l, u.form == 0
                                      ? input_major(l)
                                      : aligned_floats(l.weights.begin(), l.weights.end())});
    }

    void multiply(std::size_t k, const float* x, std::size_t x_stride, float* y,
                  std::size_t y_stride) const {
        const float* const w = layers_[k].weights.data();
        const auto rows = static_cast<int>(usage_.rows);
        const auto inputs = static_cast<int>(layers_[k].shape.inputs);
        const auto outputs = static_cast<int>(layers_[k].shape.outputs);
        if (rows > 1)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, usage_.form == 0 ? CblasNoTrans : CblasTrans,
                        rows, outputs, inputs, 1.0f, x, static_cast<int>(x_stride), w,
                        usage_.form == 0 ? outputs : inputs, 0.0f, y, static_cast<int>(y_stride));
        else if (usage_.form == 0)
            cblas_sgemv(CblasColMajor, CblasNoTrans, outputs, inputs, 1.0f, w, outputs, x, 1, 0.0f,
                        y, 1);
        else
            cblas_sgemv(CblasRowMajor, CblasNoTrans, outputs, inputs, 1.0f, w, inputs, x, 1, 0.0f,
                        y, 1);
    }

private:
    struct packed_layer {
        layer_shape shape;
        aligned_floats weights;
    };

    usage usage_;
    std::vector<packed_layer> layers_;
};

using openblas = from_products<openblas_product>;

} // namespace bench
