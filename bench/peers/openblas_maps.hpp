// SPDX-License-Identifier: MIT
#pragma once

// OpenBLAS over maps: the windows of a convolution are copied into the rows of a matrix, and their
// products are sgemm's, which starts from the bias and what is added; windows of one position need
// no copy. Depthwise convolutions and pools, which aren't products of matrices, are loops over
// channels that the compiler vectorises. Its two forms are those of openblas.hpp.

#include "map_layer.hpp"
#include "openblas.hpp"

namespace bench {

class openblas_maps {
public:
    static constexpr const char* name = openblas::name;
    static constexpr int forms = 2;
    static constexpr std::array<std::size_t, 2> tiles = {1, 4};
    static std::string version() { return openblas::version(); }

    openblas_maps(std::span<const map_layer> layers, usage u) : usage_(u) {
        openblas_set_num_threads(1);
        std::size_t largest = 0;
        for (const map_layer& l : layers) {
            const bool as_is = usage_.form == 1 && l.kind == lam::ir::op::conv;
            steps_.push_back(
                {l, as_is ? aligned_floats(l.weights.begin(), l.weights.end()) : input_major(l),
                 aligned_floats(), aligned_floats(usage_.rows * l.outputs)});
            for (std::size_t at = 0; l.learns() && at < usage_.rows * l.out.positions(); ++at)
                steps_.back().bias.insert(steps_.back().bias.end(), l.bias.begin(), l.bias.end());
            if (l.kind == lam::ir::op::conv)
                largest = std::max(largest, usage_.rows * l.out.positions() * l.terms());
        }
        windows_.resize(largest);
    }

    void operator()(const float* in, float* out) {
        for (step& s : steps_) {
            const map_layer_shape& l = s.shape;
            const float* const x = l.reads == l.none ? in : steps_[l.reads].values.data();
            float* const y = &s == &steps_.back() ? out : s.values.data();
            if (l.kind == lam::ir::op::conv)
                multiply(s, x, y);
            else
                for (std::size_t row = 0; row < usage_.rows; ++row)
                    by_channel(s, x + row * l.inputs, y + row * l.outputs);
            finish(l, y);
        }
    }

private:
    struct step {
        map_layer_shape shape;
        aligned_floats weights;
        aligned_floats bias; // of each position of all rows
        aligned_floats values;
    };

    void multiply(step& s, const float* x, float* y) {
        const map_layer_shape& l = s.shape;
        if (l.adds == l.none)
            std::ranges::copy(s.bias, y);
        else
            for (std::size_t k = 0; k < s.bias.size(); ++k)
                y[k] = s.bias[k] + steps_[l.adds].values[k];
        if (!l.sees_single_positions() && l.out.positions() > 1) {
            for (std::size_t row = 0; row < usage_.rows; ++row)
                copy_windows(l, x + row * l.inputs, &windows_[row * l.out.positions() * l.terms()]);
            x = windows_.data();
        }
        const auto positions = static_cast<int>(usage_.rows * l.out.positions());
        const auto terms = static_cast<int>(l.terms());
        const auto outputs = static_cast<int>(l.out.channels);
        const bool in_order = usage_.form == 0;
        if (positions > 1)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, in_order ? CblasNoTrans : CblasTrans,
                        positions, outputs, terms, 1.0f, x, terms, s.weights.data(),
                        in_order ? outputs : terms, 1.0f, y, outputs);
        else
            cblas_sgemv(in_order ? CblasColMajor : CblasRowMajor, CblasNoTrans, outputs, terms,
                        1.0f, s.weights.data(), in_order ? outputs : terms, x, 1, 1.0f, y, 1);
    }

    static void copy_windows(const map_layer_shape& l, const float* x, float* to) {
        const std::size_t of_row = l.columns.kernel * l.in.channels;
        for (std::size_t row = 0; row < l.out.height; ++row) {
            const auto rows = taps_at(l.rows, row);
            for (std::size_t column = 0; column < l.out.width; ++column, to += l.terms()) {
                const auto columns = taps_at(l.columns, column);
                const std::size_t before = columns.first * l.in.channels;
                const std::size_t behind = columns.second * l.in.channels;
                if (columns.second - columns.first < l.columns.kernel ||
                    rows.second - rows.first < l.rows.kernel)
                    std::fill_n(to, l.terms(), 0.0f);
                for (std::size_t i = rows.first; i < rows.second; ++i)
                    std::copy_n(x + ((row * l.rows.stride + i - l.rows.before) * l.in.width +
                                     column * l.columns.stride + columns.first - l.columns.before) *
                                        l.in.channels,
                                behind - before, to + i * of_row + before);
            }
        }
    }

    static void by_channel(const step& s, const float* __restrict x, float* __restrict y) {
        using enum lam::ir::op;
        const map_layer_shape& l = s.shape;
        const std::size_t channels = l.out.channels;
        for (std::size_t row = 0; row < l.out.height; ++row)
            for (std::size_t column = 0; column < l.out.width; ++column, y += channels) {
                const auto rows = taps_at(l.rows, row);
                const auto columns = taps_at(l.columns, column);
                if (l.kind == depthwise_conv)
                    std::copy_n(s.bias.data(), channels, y);
                else
                    std::fill_n(y, channels,
                                l.kind == max_pool ? -std::numeric_limits<float>::infinity()
                                                   : 0.0f);
                for (std::size_t i = rows.first; i < rows.second; ++i)
                    for (std::size_t j = columns.first; j < columns.second; ++j) {
                        const float* __restrict from =
                            x + ((row * l.rows.stride + i - l.rows.before) * l.in.width +
                                 column * l.columns.stride + j - l.columns.before) *
                                    channels;
                        const float* __restrict w =
                            s.weights.data() + (i * l.columns.kernel + j) * channels;
                        if (l.kind == depthwise_conv)
                            for (std::size_t c = 0; c < channels; ++c)
                                y[c] += from[c] * w[c];
                        else if (l.kind == max_pool)
                            for (std::size_t c = 0; c < channels; ++c)
                                y[c] = from[c] > y[c] ? from[c] : y[c];
                        else
                            for (std::size_t c = 0; c < channels; ++c)
                                y[c] += from[c];
                    }
                if (l.kind == average_pool) {
                    const auto taps = (rows.second - rows.first) * (columns.second - columns.first);
                    for (std::size_t c = 0; c < channels; ++c)
                        y[c] /= static_cast<float>(taps);
                }
            }
    }

    void finish(const map_layer_shape& l, float* __restrict y) const {
        if (l.activation == lam::ir::op::relu)
            for (std::size_t k = 0; k < usage_.rows * l.outputs; ++k)
                y[k] = y[k] > 0.0f ? y[k] : 0.0f;
        else if (l.activation == lam::ir::op::softmax)
            for (std::size_t row = 0; row < usage_.rows; ++row)
                softmax(y + row * l.outputs, l.outputs);
    }
    static void softmax(float* y, std::size_t width) {
        const float most = *std::max_element(y, y + width);
        float sum = 0.0f;
        for (std::size_t k = 0; k < width; ++k)
            sum += y[k] = std::exp(y[k] - most);
        for (std::size_t k = 0; k < width; ++k)
            y[k] /= sum;
    }

    usage usage_;
    std::vector<step> steps_;
    aligned_floats windows_;
};

} // namespace bench
