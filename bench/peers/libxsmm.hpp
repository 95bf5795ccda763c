// SPDX-License-Identifier: MIT
#pragma once

// libxsmm as a peer: a kernel compiled at run time for each product, whose registers run along the
// outputs, in whole lines. Its two forms are weights [input][output], and the same cut into blocks
// of 64 outputs that are read from start to end.

#include "products.hpp"

#include <libxsmm.h>

namespace bench {

class libxsmm_product {
public:
    static constexpr const char* name = "libxsmm";
    static constexpr int forms = 2;
    static std::string version() {
        return std::string(LIBXSMM_VERSION) + " with kernels for " + libxsmm_get_target_arch();
    }

    libxsmm_product(std::span<const layer> layers, usage u) : usage_(u) {
        std::size_t x_stride = layers.front().inputs;
        for (const layer& l : layers) {
            products_.push_back(cut(l, x_stride));
            x_stride = lam::whole_lines(l.outputs);
        }
    }

    void multiply(std::size_t k, const float* x, std::size_t, float* y, std::size_t) const {
        for (const block& b : products_[k])
            b.kernel(b.weights.data(), x, y + b.begin);
    }

private:
    // y[row][begin + o] = sum over i of weights[i][o] * x[row][i]; column-major in libxsmm's words.
    struct block {
        std::size_t begin;
        aligned_floats weights;
        libxsmm_smmfunction kernel;
    };

    std::vector<block> cut(const layer& l, std::size_t x_stride) const {
        const std::size_t all = lam::whole_lines(l.outputs);
        const std::size_t size = usage_.form == 0 ? all : std::min<std::size_t>(all, 64);
        std::vector<block> blocks;
        for (std::size_t begin = 0; begin < all; begin += size) {
            const std::size_t width = std::min(size, all - begin);
            block b = {begin, aligned_floats(l.inputs * width), compile(l, width, x_stride)};
            for (std::size_t i = 0; i < l.inputs; ++i)
                for (std::size_t o = 0; o < std::min(width, l.outputs - begin); ++o)
                    b.weights[i * width + o] = l.weights[(begin + o) * l.inputs + i];
            blocks.push_back(std::move(b));
        }
        return blocks;
    }

    libxsmm_smmfunction compile(const layer& l, std::size_t width, std::size_t x_stride) const {
        const auto m = static_cast<libxsmm_blasint>(width);
        const auto n = static_cast<libxsmm_blasint>(usage_.rows);
        const auto k = static_cast<libxsmm_blasint>(l.inputs);
        const auto ldb = static_cast<libxsmm_blasint>(x_stride);
        const auto ldc = static_cast<libxsmm_blasint>(lam::whole_lines(l.outputs));
        const float alpha = 1.0f;
        const float beta = 0.0f;
        const libxsmm_smmfunction kernel =
            libxsmm_smmdispatch(m, n, k, &m, &ldb, &ldc, &alpha, &beta, nullptr, nullptr);
        if (kernel == nullptr) throw peer_cannot(lam::ir::op::dense);
        return kernel;
    }

    usage usage_;
    std::vector<std::vector<block>> products_;
};

using libxsmm = from_products<libxsmm_product>;

} // namespace bench
