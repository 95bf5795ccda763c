// SPDX-License-Identifier: MIT
// Gradients through layers over windows against the chain rule in double, and that against finite
// differences; the same bits with any number of threads; rows that are the model's.

#include "support/compare.hpp"
#include "support/training.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace lam = laminate;

namespace {

// Borders, strides and dilations of which some leave elements that no window sees, channels of less
// than a line, of a line, and of more; several parts of weights.
struct strides
    : lam::network<lam::input<11, 10, 2> | lam::conv2d<16, 3>(lam::same) | lam::relu |
                   lam::conv2d<17, 3>(lam::stride<2>, lam::padding<1>) | lam::tanh |
                   lam::conv2d<32, 2, 3>(lam::stride<1, 2>, lam::dilation<2, 1>, lam::padding<1>) |
                   lam::gelu | lam::conv2d<16, 1>(lam::stride<2>) | lam::relu |
                   lam::conv2d<5, 2>(lam::padding<2, 0, 1, 3>, lam::dilation<2>, lam::stride<3, 4>,
                                     lam::no_bias) |
                   lam::flatten | lam::dense<3>> {};
// Groups of a line and of less, and each channel by itself.
struct groups
    : lam::network<lam::input<7, 6, 6> | lam::conv2d<12, 3>(lam::groups<3>, lam::padding<1>) |
                   lam::relu | lam::depthwise_conv2d<3>(lam::same) | lam::tanh |
                   lam::depthwise_conv2d<3, 2>(lam::stride<2>, lam::padding<2>, lam::dilation<2>) |
                   lam::prelu | lam::conv2d<32, 2>(lam::groups<2>) | lam::relu |
                   lam::depthwise_conv2d<2>(lam::stride<1, 2>, lam::no_bias) |
                   lam::conv2d<4, 1>(lam::groups<4>) | lam::flatten | lam::dense<2>> {};
// Pools that overlap, are padded, leave elements out and see everything; maps that several read,
// with functions of parameters between; blocks that share their weights.
struct pools
    : lam::network<
          lam::input<9, 8, 3> | lam::max_pool2d<2>(lam::stride<1>) | lam::conv2d<20, 2> |
          lam::max_pool2d<3>(lam::stride<2>, lam::padding<1>) | lam::tanh |
          lam::residual(lam::conv2d<20, 3>(lam::same) | lam::relu | lam::conv2d<20, 3>(lam::same)) |
          lam::average_pool2d<2>(lam::stride<1>, lam::padding<1>) |
          lam::residual(
              lam::average_pool2d<3>(lam::stride<1>, lam::padding<1>, lam::counts_padding) |
              lam::affine) |
          lam::repeat<2>(lam::shared<"block">(lam::conv2d<20, 2>(lam::same) | lam::affine) |
                         lam::elu) |
          lam::concat(lam::global_average_pool, lam::global_max_pool) | lam::dense<3>> {};
struct signal
    : lam::network<lam::input<40, 3> | lam::conv1d<16, 5>(lam::dilation<2>) | lam::relu |
                   lam::residual(lam::conv1d<16, 3>(lam::same) | lam::tanh) |
                   lam::conv1d<24, 4>(lam::stride<3>, lam::padding<2>) | lam::max_pool1d<2> |
                   lam::depthwise_conv1d<3>(lam::stride<2>) | lam::flatten> {};

using all = std::tuple<strides, groups, pools, signal>;

} // namespace

TEMPLATE_LIST_TEST_CASE("windows: gradients as the chain rule has them in double", "[train]", all) {
    lam::test::check_gradients<TestType>({1, 5}, 4e-5);
}

TEMPLATE_LIST_TEST_CASE("windows: the reference agrees with finite differences", "[train]", all) {
    lam::test::check_reference<TestType>(1);
}

// Of groups, whose parts have padding of their own.
TEST_CASE("windows: the same bits with any number of threads", "[train]") {
    auto one = lam::test::random_model<groups>(3);
    auto three = lam::test::random_model<groups>(3);
    lam::trainer alone(one, lam::mean_squared_error{}, lam::adam{}, {.max_norm = 0.5f});
    lam::trainer shared(three, lam::mean_squared_error{}, lam::adam{},
                        {.threads = 3, .max_norm = 0.5f});
    const std::vector<float> in = lam::test::random_rows<groups>(50, 5);
    const std::vector<float> targets = lam::test::targets_of<groups>(50);
    for (int step = 0; step < 3; ++step) {
        CHECK(alone.step(in, targets).loss == shared.step(in, targets).loss);
        CHECK(lam::test::same_bits(one.packed(), three.packed()));
    }
    // What no unit owns stays zero, or an optimiser would see it.
    boost::hana::for_each(one.layers(), [](auto layer) {
        layer.each([](auto view) { view.each([](float& x) { x = 0.0f; }); });
    });
    CHECK(std::ranges::all_of(one.packed(), [](float x) { return x == 0.0f; }));
}
