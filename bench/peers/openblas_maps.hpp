// SPDX-License-Identifier: MIT
#pragma once

// OpenBLAS over maps: the windows of a convolution are copied into the rows of a matrix, and their
// products are sgemm's, which starts from the bias and what is added; windows of one position need
// no copy. Depthwise convolutions and pools, which aren't products of matrices, are loops over
// channels that the compiler vectorises. Two of its forms are those of openblas.hpp; in the third a
// value is a plane for each channel, image by image, windows are columns, and these loops run over
// positions: few channels want it.

#include "map_layer.hpp"
#include "openblas.hpp"

namespace bench {

class openblas_maps {
public:
    static constexpr const char* name = openblas::name;
    static constexpr int forms = 3;
    static constexpr std::array<std::size_t, 2> tiles = {1, 4};
    static std::string version() { return openblas::version(); }

    openblas_maps(std::span<const map_layer> layers, usage u) : usage_(u) {
        openblas_set_num_threads(1);
        std::size_t largest = 0;
        for (const map_layer& l : layers) {
            steps_.push_back(
                {l, packed(l), aligned_floats(), aligned_floats(usage_.rows * l.outputs)});
            aligned_floats& bias = steps_.back().bias;
            if (in_planes())
                for (const float b : l.bias)
                    bias.insert(bias.end(), l.out.positions(), b);
            else
                for (std::size_t at = 0; l.learns() && at < usage_.rows * l.out.positions(); ++at)
                    bias.insert(bias.end(), l.bias.begin(), l.bias.end());
            if (l.kind == lam::ir::op::conv)
                largest = std::max(largest, usage_.rows * l.out.positions() * l.terms());
        }
        windows_.resize(largest);
        planes_.resize(layers.front().inputs);
    }

    void operator()(const float* in, float* out) {
        if (in_planes()) {
            for (std::size_t row = 0; row < usage_.rows; ++row)
                call_in_planes(in + row * steps_.front().shape.inputs,
                               out + row * steps_.back().shape.outputs);
            return;
        }
        for (step& s : steps_) {
            const map_layer_shape& l = s.shape;
            const float* const x = l.reads == l.none ? in : steps_[l.reads].values.data();
            float* const y = &s == &steps_.back() ? out : s.values.data();
            if (l.kind == lam::ir::op::conv)
                multiply(s, x, y);
            else
                for (std::size_t row = 0; row < usage_.rows; ++row)
                    by_channel(s, x + row * l.inputs, y + row * l.outputs);
            finish(l, y, usage_.rows);
        }
    }

private:
    struct step {
        map_layer_shape shape;
        aligned_floats weights;
        aligned_floats bias; // of each position of all rows
        aligned_floats values;
    };

    bool in_planes() const { return usage_.form == 2; }

    aligned_floats packed(const map_layer& l) const {
        if (in_planes()) { // [output][channel][tap]
            const std::size_t taps = l.rows.kernel * l.columns.kernel;
            const auto w = channels_last(l.weights, l.channels_of_window(), taps);
            return aligned_floats(w.begin(), w.end());
        }
        return usage_.form == 1 && l.kind == lam::ir::op::conv
                   ? aligned_floats(l.weights.begin(), l.weights.end())
                   : input_major(l);
    }

    void start(const step& s, float* __restrict y) const {
        if (s.shape.adds == s.shape.none)
            std::ranges::copy(s.bias, y);
        else
            for (std::size_t k = 0; k < s.bias.size(); ++k)
                y[k] = s.bias[k] + steps_[s.shape.adds].values[k];
    }

    void multiply(step& s, const float* x, float* y) {
        const map_layer_shape& l = s.shape;
        start(s, y);
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

    void call_in_planes(const float* in, float* out) {
        const map_extents& from = steps_.front().shape.in;
        for (std::size_t c = 0; c < from.channels; ++c)
            for (std::size_t at = 0; at < from.positions(); ++at)
                planes_[c * from.positions() + at] = in[at * from.channels + c];
        for (step& s : steps_) {
            const map_layer_shape& l = s.shape;
            const float* const x =
                l.reads == l.none ? planes_.data() : steps_[l.reads].values.data();
            float* const y = &s == &steps_.back() ? out : s.values.data();
            if (l.kind == lam::ir::op::conv)
                multiply_planes(s, x, y);
            else
                by_plane(s, x, y);
            finish(l, y, 1);
        }
    }

    void multiply_planes(const step& s, const float* x, float* y) {
        const map_layer_shape& l = s.shape;
        const auto positions = static_cast<int>(l.out.positions());
        const auto terms = static_cast<int>(l.terms());
        const auto outputs = static_cast<int>(l.out.channels);
        start(s, y);
        if (positions == 1) {
            cblas_sgemv(CblasRowMajor, CblasNoTrans, outputs, terms, 1.0f, s.weights.data(), terms,
                        x, 1, 1.0f, y, 1);
            return;
        }
        if (!l.sees_single_positions()) {
            float* to = windows_.data();
            for (std::size_t c = 0; c < l.in.channels; ++c)
                for_each_tap(l, [&](std::size_t i, std::size_t j) {
                    copy_tap(l, x + c * l.in.positions(), i, j, to);
                    to += l.out.positions();
                });
            x = windows_.data();
        }
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, outputs, positions, terms, 1.0f,
                    s.weights.data(), terms, x, positions, 1.0f, y, positions);
    }

    template <class Function>
    static void for_each_tap(const map_layer_shape& l, Function f) {
        for (std::size_t i = 0; i < l.rows.kernel; ++i)
            for (std::size_t j = 0; j < l.columns.kernel; ++j)
                f(i, j);
    }

    // The positions whose tap lies in the map: from, to.
    static std::pair<std::size_t, std::size_t> positions_of(const lam::ir::window_axis& a,
                                                            std::size_t tap) {
        const std::size_t from = tap < a.before ? (a.before - tap + a.stride - 1) / a.stride : 0;
        const std::size_t last = a.before + a.extent - 1 - tap;
        return {from, std::min(a.positions(), last / a.stride + 1)};
    }

    // f(output, input, columns, columns apart) for each line of what a tap sees of a plane.
    template <class Function>
    static void for_each_line(const map_layer_shape& l, std::size_t i, std::size_t j, Function f) {
        const auto rows = positions_of(l.rows, i);
        const auto columns = positions_of(l.columns, j);
        for (std::size_t row = rows.first; row < rows.second; ++row)
            f(row * l.out.width + columns.first,
              (row * l.rows.stride + i - l.rows.before) * l.in.width +
                  columns.first * l.columns.stride + j - l.columns.before,
              columns.second - columns.first, l.columns.stride);
    }

    static void copy_tap(const map_layer_shape& l, const float* x, std::size_t i, std::size_t j,
                         float* to) {
        if (l.rows.is_padded() || l.columns.is_padded()) std::fill_n(to, l.out.positions(), 0.0f);
        for_each_line(l, i, j,
                      [&](std::size_t y, std::size_t at, std::size_t count, std::size_t apart) {
                          if (apart == 1)
                              std::copy_n(x + at, count, to + y);
                          else
                              for (std::size_t k = 0; k < count; ++k)
                                  to[y + k] = x[at + k * apart];
                      });
    }

    // to[k] = f(to[k], from[k * apart])
    template <class Function>
    static void join(float* __restrict to, const float* __restrict from, std::size_t count,
                     std::size_t apart, Function f) {
        if (apart == 1)
            for (std::size_t k = 0; k < count; ++k)
                to[k] = f(to[k], from[k]);
        else
            for (std::size_t k = 0; k < count; ++k)
                to[k] = f(to[k], from[k * apart]);
    }

    static void by_plane(const step& s, const float* x, float* y) {
        using enum lam::ir::op;
        const map_layer_shape& l = s.shape;
        if (l.kind == average_pool && (l.rows.is_padded() || l.columns.is_padded()))
            throw peer_cannot(l.kind);
        const std::size_t taps = l.rows.kernel * l.columns.kernel;
        for (std::size_t c = 0; c < l.out.channels;
             ++c, x += l.in.positions(), y += l.out.positions()) {
            std::fill_n(y, l.out.positions(),
                        l.kind == depthwise_conv ? s.bias[c * l.out.positions()]
                        : l.kind == max_pool     ? -std::numeric_limits<float>::infinity()
                                                 : 0.0f);
            if (l.kind == average_pool && l.out.positions() == 1) {
                float sums[16] = {}; // so that it is vectorised
                std::size_t k = 0;
                for (; k + 16 <= taps; k += 16)
                    for (std::size_t lane = 0; lane < 16; ++lane)
                        sums[lane] += x[k + lane];
                for (; k < taps; ++k)
                    sums[k % 16] += x[k];
                for (const float sum : sums)
                    *y += sum;
            } else {
                for_each_tap(l, [&](std::size_t i, std::size_t j) {
                    const float w = l.kind == depthwise_conv
                                        ? s.weights[c * taps + i * l.columns.kernel + j]
                                        : 0.0f;
                    for_each_line(
                        l, i, j,
                        [&](std::size_t to, std::size_t at, std::size_t count, std::size_t apart) {
                            if (l.kind == depthwise_conv)
                                join(y + to, x + at, count, apart,
                                     [w](float sum, float v) { return sum + v * w; });
                            else if (l.kind == max_pool)
                                join(y + to, x + at, count, apart,
                                     [](float most, float v) { return v > most ? v : most; });
                            else
                                join(y + to, x + at, count, apart,
                                     [](float sum, float v) { return sum + v; });
                        });
                });
            }
            if (l.kind == average_pool)
                for (std::size_t k = 0; k < l.out.positions(); ++k)
                    y[k] /= static_cast<float>(taps);
        }
    }

    static void finish(const map_layer_shape& l, float* __restrict y, std::size_t rows) {
        if (l.activation == lam::ir::op::relu)
            for (std::size_t k = 0; k < rows * l.outputs; ++k)
                y[k] = y[k] > 0.0f ? y[k] : 0.0f;
        else if (l.activation == lam::ir::op::softmax)
            for (std::size_t row = 0; row < rows; ++row)
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
    aligned_floats planes_; // of the input
};

} // namespace bench
