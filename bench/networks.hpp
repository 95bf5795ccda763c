// SPDX-License-Identifier: MIT
#pragma once

// The networks that Laminate is measured on and the rows that a call has, in one list, with seeded
// parameters and inputs.
// Needs the library. Promises the same numbers with every compiler and standard library, so that
// the bits of all results can be compared, and weights that leave about half the ReLUs at zero.

#include <laminate/laminate.hpp>

#include <boost/hana/for_each.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

namespace lam = laminate;

// A control policy, as reinforcement learning makes them.
struct policy : lam::network<lam::input<24> | lam::repeat<2>(lam::dense<64> | lam::tanh) |
                             lam::dense<4> | lam::tanh> {
    static constexpr const char* name = "policy";
    static constexpr std::array<std::size_t, 1> rows = {1};
};
// The jet tagger of hls4ml, a trigger of particle physics.
struct trigger
    : lam::network<lam::input<16> | lam::dense<64> | lam::relu |
                   lam::repeat<2>(lam::dense<32> | lam::relu) | lam::dense<5> | lam::softmax> {
    static constexpr const char* name = "trigger";
    static constexpr std::array<std::size_t, 3> rows = {1, 64, 1024};
};
// MNIST.
struct digits : lam::network<lam::input<784> | lam::dense<256> | lam::relu | lam::dense<128> |
                             lam::relu | lam::dense<10> | lam::softmax> {
    static constexpr const char* name = "digits";
    static constexpr std::array<std::size_t, 3> rows = {1, 64, 1024};
};
// The same on images, four fifths of whose pixels are zero.
struct digits_images : digits {
    static constexpr const char* name = "digits_images";
    static constexpr std::array<std::size_t, 1> rows = {1};
};
// A neural field, which is evaluated for every pixel.
struct field : lam::network<lam::input<32> | lam::repeat<4>(lam::dense<64> | lam::relu) |
                            lam::dense<16> | lam::linear> {
    static constexpr const char* name = "field";
    static constexpr std::array<std::size_t, 3> rows = {1, 1024, 65536};
};
// The anomaly detector of MLPerf Tiny.
struct autoencoder
    : lam::network<lam::input<640> | lam::repeat<4>(lam::dense<128> | lam::relu) | lam::dense<8> |
                   lam::relu | lam::repeat<4>(lam::dense<128> | lam::relu) | lam::dense<640> |
                   lam::linear> {
    static constexpr const char* name = "autoencoder";
    static constexpr std::array<std::size_t, 3> rows = {1, 64, 1024};
};
// Weights that leave the L2 cache.
struct wide : lam::network<lam::input<1024> | lam::repeat<2>(lam::dense<1024> | lam::relu) |
                           lam::dense<10> | lam::relu> {
    static constexpr const char* name = "wide";
    static constexpr std::array<std::size_t, 3> rows = {1, 256, 1024};
};

template <class... Networks>
struct network_list {};
using networks = network_list<policy, trigger, digits, field, autoencoder, wide>;
// With the one that stands for other rows.
using networks_and_images =
    network_list<policy, trigger, digits, digits_images, field, autoencoder, wide>;

// Calls f(Network{}) for each.
template <class Function, class... Networks>
void for_each(network_list<Networks...>, Function f) {
    (f(Networks{}), ...);
}

// Nearly normal numbers: a sum of twelve uniform ones (Irwin and Hall), in integers, so that no
// compiler flag or library changes them.
class normal {
public:
    explicit normal(std::uint64_t seed) : state_(seed) {}

    // Mean 0, standard deviation `deviation`.
    float operator()(float deviation = 1.0f) {
        std::int32_t sum = -12 * 0x8000;
        for (int i = 0; i < 12; ++i) {
            // Knuth's MMIX generator.
            state_ = state_ * 6364136223846793005u + 1442695040888963407u;
            sum += static_cast<std::int32_t>(state_ >> 48);
        }
        return static_cast<float>(sum) * 0x1p-16f * deviation;
    }

private:
    std::uint64_t state_;
};

// Weights as He et al. (2015) start them, which keeps the scale of the values from layer to layer;
// small biases.
template <class Network>
lam::model<Network> seeded_model() {
    lam::model<Network> model;
    normal draw(1);
    boost::hana::for_each(model.layers(), [&draw](auto layer) {
        if constexpr (requires { layer.weights; }) {
            const float deviation = std::sqrt(2.0f / static_cast<float>(layer.weights.inputs()));
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o) {
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    layer.weights(o, i) = draw(deviation);
                layer.bias[o] = draw(0.0625f);
            }
        }
        if constexpr (requires { layer.shift; })
            for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                layer.scale[u] = 1.0f + draw(0.0625f);
                layer.shift[u] = draw(0.0625f);
            }
    });
    return model;
}

inline std::vector<float> seeded_rows(std::size_t floats) {
    normal draw(2);
    std::vector<float> rows(floats);
    for (float& x : rows)
        x = draw();
    return rows;
}

// FNV-1a over the bits of all results.
inline std::uint64_t hash_bits(std::span<const float> values,
                               std::uint64_t hash = 0xcbf29ce484222325u) {
    for (const float value : values)
        hash = (hash ^ __builtin_bit_cast(std::uint32_t, value)) * 0x100000001b3u;
    return hash;
}

} // namespace bench
