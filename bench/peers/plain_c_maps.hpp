// SPDX-License-Identifier: MIT
#pragma once

// Plain C over maps: loops over positions, taps and channels, of constant sizes, image by image,
// and the same two forms as plain_c.hpp: the sum of an output in the inner loop, or outputs in it.

#include "map_layer.hpp"
#include "plain_c.hpp"

namespace bench {

template <class Network>
class plain_c_maps {
public:
    static constexpr const char* name = "plain C";
    static constexpr int forms = 2;
    static constexpr bool row_by_row = true;
    static std::string version() { return "nested loops"; }

    plain_c_maps(std::span<const map_layer> layers, usage u) : form_(u.form) {
        for (std::size_t k = 0; k < layers.size(); ++k) {
            const map_layer& l = layers[k];
            const bool as_is = form_ == 0 && l.kind == lam::ir::op::conv;
            weights_[k] =
                as_is ? aligned_floats(l.weights.begin(), l.weights.end()) : input_major(l);
            bias_[k].assign(l.bias.begin(), l.bias.end());
            values_[k].resize(l.outputs);
        }
    }

    void operator()(const float* in, float* out) {
        [&]<std::size_t... K>(std::index_sequence<K...>) { (step<K>(in, out), ...); }
        (std::make_index_sequence<depth>{});
    }

private:
    static constexpr const auto& shapes = map_layer_shapes<Network>;
    static constexpr std::size_t depth = shapes.size();

    template <std::size_t K>
    void step(const float* in, float* out) {
        using enum lam::ir::op;
        constexpr map_layer_shape l = shapes[K];
        const float* x = in;
        if constexpr (l.reads != l.none) x = values_[l.reads].data();
        float* const y = K + 1 == depth ? out : values_[K].data();
        const float* const w = weights_[K].data();
        const float* const b = bias_[K].data();
        if constexpr (l.kind == conv) {
            if (form_ == 0)
                sum_by_output<K>(x, w, b, y);
            else
                all_outputs<K>(x, w, b, y);
        } else {
            by_channel<K>(x, w, b, y);
        }
        if constexpr (l.adds != l.none)
            for (std::size_t o = 0; o < l.outputs; ++o)
                y[o] += values_[l.adds][o];
        plain_activation<l.activation, l.outputs>(y);
    }

    // f(the window's input, the number of its first weight) for each tap in the map.
    template <std::size_t K, class Function>
    static void for_each_tap(const float* x, std::size_t row, std::size_t column, Function f) {
        constexpr map_layer_shape l = shapes[K];
        const auto rows = taps_at(l.rows, row);
        const auto columns = taps_at(l.columns, column);
        for (std::size_t i = rows.first; i < rows.second; ++i)
            for (std::size_t j = columns.first; j < columns.second; ++j)
                f(x + ((row * l.rows.stride + i - l.rows.before) * l.in.width +
                       column * l.columns.stride + j - l.columns.before) *
                          l.in.channels,
                  i * l.columns.kernel + j);
    }

    template <std::size_t K>
    static void sum_by_output(const float* __restrict x, const float* __restrict w,
                              const float* __restrict b, float* __restrict y) {
        constexpr map_layer_shape l = shapes[K];
        for (std::size_t row = 0; row < l.out.height; ++row)
            for (std::size_t column = 0; column < l.out.width; ++column)
                for (std::size_t o = 0; o < l.out.channels; ++o) {
                    float sum = b[o];
                    for_each_tap<K>(x, row, column, [&](const float* from, std::size_t tap) {
                        for (std::size_t c = 0; c < l.in.channels; ++c)
                            sum += from[c] * w[o * l.terms() + tap * l.in.channels + c];
                    });
                    *y++ = sum;
                }
    }
    template <std::size_t K>
    static void all_outputs(const float* __restrict x, const float* __restrict w,
                            const float* __restrict b, float* __restrict y) {
        constexpr map_layer_shape l = shapes[K];
        constexpr std::size_t outputs = l.out.channels;
        for (std::size_t row = 0; row < l.out.height; ++row)
            for (std::size_t column = 0; column < l.out.width; ++column, y += outputs) {
                float sum[outputs];
                for (std::size_t o = 0; o < outputs; ++o)
                    sum[o] = b[o];
                for_each_tap<K>(x, row, column, [&](const float* from, std::size_t tap) {
                    for (std::size_t c = 0; c < l.in.channels; ++c)
                        for (std::size_t o = 0; o < outputs; ++o)
                            sum[o] += from[c] * w[(tap * l.in.channels + c) * outputs + o];
                });
                for (std::size_t o = 0; o < outputs; ++o)
                    y[o] = sum[o];
            }
    }
    // Depthwise convolutions and pools.
    template <std::size_t K>
    static void by_channel(const float* __restrict x, [[maybe_unused]] const float* __restrict w,
                           [[maybe_unused]] const float* __restrict b, float* __restrict y) {
        using enum lam::ir::op;
        constexpr map_layer_shape l = shapes[K];
        constexpr std::size_t channels = l.out.channels;
        for (std::size_t row = 0; row < l.out.height; ++row)
            for (std::size_t column = 0; column < l.out.width; ++column, y += channels) {
                for (std::size_t c = 0; c < channels; ++c)
                    y[c] = l.kind == max_pool       ? -std::numeric_limits<float>::infinity()
                           : l.kind == average_pool ? 0.0f
                                                    : b[c];
                std::size_t taps = 0;
                for_each_tap<K>(x, row, column, [&](const float* from, std::size_t tap) {
                    ++taps;
                    for (std::size_t c = 0; c < channels; ++c)
                        if constexpr (l.kind == max_pool)
                            y[c] = from[c] > y[c] ? from[c] : y[c];
                        else if constexpr (l.kind == average_pool)
                            y[c] += from[c];
                        else
                            y[c] += from[c] * w[tap * channels + c];
                });
                if constexpr (l.kind == average_pool)
                    for (std::size_t c = 0; c < channels; ++c)
                        y[c] /= static_cast<float>(taps);
            }
    }

    int form_;
    std::array<aligned_floats, depth> weights_;
    std::array<aligned_floats, depth> bias_;
    std::array<aligned_floats, depth> values_;
};

} // namespace bench
