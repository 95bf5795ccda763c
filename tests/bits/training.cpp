// SPDX-License-Identifier: MIT
// One hash of the bits of networks after training, on the scalar pack and the machine's own; the
// build and CI make this program with several flags, instruction sets and compilers, and all must
// print the same (cmake/LaminateTesting.cmake). Who changes them on purpose writes the new hash
// below, and says so in CHANGELOG.md.

#include "support/random.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/pack/scalar.hpp>
#include <laminate/pack/xsimd.hpp>
#include <laminate/train/steps/initialise.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <bit>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

namespace lam = laminate;

namespace {

constexpr std::uint64_t expected = 0xa780a5f0f4210b5f;

// Together every layer that has a way back of its own.
struct classifier : lam::network<lam::input<19> | lam::dense<40> | lam::relu | lam::dropout<0.25f> |
                                 lam::dense<24> | lam::prelu | lam::dense<5> | lam::softmax> {};
struct pieces : lam::network<lam::input<12> | lam::dense<20> | lam::maxout<5> | lam::tanh |
                             lam::dense<6> | lam::softmax | lam::dense<1> | lam::sigmoid> {};

// What only graphs have: shares of gradients that are added, parts, units of which all others are
// read beside, norms.
struct graph
    : lam::network<lam::input<19> | lam::concat(lam::dense<18> | lam::tanh, lam::dense<16>) |
                   lam::layer_norm(lam::groups<2>) | lam::as<"wide"> |
                   lam::residual(lam::dense<21> | lam::gelu | lam::dense<34>) |
                   lam::multiply(lam::dense<1> | lam::sigmoid, lam::linear) |
                   lam::maximum(lam::linear, lam::from<"wide">) |
                   lam::concat(lam::slice<5, 27>, lam::softmax(lam::groups<2>),
                               lam::subtract(lam::linear, lam::mean)) |
                   lam::rms_norm | lam::dense<5>> {};

// Windows, forth and back: strides, borders, groups, pools.
struct image
    : lam::network<lam::input<9, 8, 3> | lam::conv2d<18, 3>(lam::same) | lam::relu |
                   lam::max_pool2d<2> |
                   lam::residual(lam::depthwise_conv2d<3>(lam::same) | lam::tanh) |
                   lam::conv2d<16, 3>(lam::stride<2>, lam::padding<1>, lam::groups<2>) | lam::gelu |
                   lam::average_pool2d<2>(lam::stride<1>) | lam::flatten | lam::dense<5>> {};

class fnv1a {
public:
    void add(std::span<const float> floats) {
        for (float f : floats)
            for (int byte = 0; byte < 4; ++byte)
                hash_ = (hash_ ^ (std::bit_cast<std::uint32_t>(f) >> (8 * byte) & 0xffu)) *
                        0x100000001b3u;
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

template <class P, class Network, class Loss, class Optimiser, class Targets>
void train(fnv1a& hash, Loss loss, Optimiser optimiser, const Targets& targets, std::size_t rows,
           lam::train_options options) {
    using model_type = lam::model<Network>;
    model_type model;
    lam::initialise(model, 3);
    lam::trainer<model_type, Loss, Optimiser, P> trainer(model, loss, optimiser, options);
    std::vector<float> in(rows * model_type::inputs);
    lam::test::fill(in, 4, 2.0f);
    float losses[4] = {};
    for (float& l : losses)
        l = static_cast<float>(trainer.step(in, targets).loss);
    hash.add(losses);
    hash.add(model.packed());
}

template <class P>
std::uint64_t hash_of() {
    constexpr std::size_t rows = 71;
    std::vector<std::uint32_t> classes(rows);
    std::vector<float> shares(rows);
    for (std::size_t r = 0; r < rows; ++r) {
        classes[r] = static_cast<std::uint32_t>(r * 3 % 5);
        shares[r] = static_cast<float>(r % 4) / 3.0f;
    }
    fnv1a hash;
    train<P, classifier>(hash, lam::softmax_cross_entropy{}, lam::adamw{.learning_rate = 0.01f},
                         classes, rows, {.seed = 9, .l1 = 1e-3f, .clip_norm = 0.5f});
    train<P, pieces>(hash, lam::binary_cross_entropy{}, lam::rmsprop{}, shares, rows,
                     {.threads = 2, .max_norm = 1.0f});
    train<P, pieces>(hash, lam::mean_squared_error{}, lam::sgd{.momentum = 0.9f}, shares, 1 * rows,
                     {});
    train<P, graph>(hash, lam::softmax_cross_entropy{}, lam::adam{}, classes, rows, {});
    train<P, image>(hash, lam::softmax_cross_entropy{}, lam::sgd{}, classes, rows,
                    {.max_norm = 1.0f});
    return hash.value();
}

} // namespace

int main() {
    int result = 0;
    const auto check = [&result]<class P>(P) {
        const std::uint64_t hash = hash_of<P>();
        if (hash == expected) return;
        std::printf("%zu lanes: hash %016" PRIx64 "\n", P::lanes, hash);
        result = 1;
    };
    check(lam::pack::scalar());
    check(lam::pack::xsimd());
    std::printf("hash %016" PRIx64 "\n", expected);
    return result;
}
