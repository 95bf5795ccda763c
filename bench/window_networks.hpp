// SPDX-License-Identifier: MIT
#pragma once

// The networks over maps that Laminate is measured on, and the images that a call has; parameters
// and inputs as in networks.hpp. Norms of the published networks are in the weights of the layers
// before them, as every converter has it.

#include "networks.hpp"

namespace bench {

// LeNet-5 (LeCun et al., 1998) on MNIST, with ReLU and the largest of each window.
struct lenet5
    : lam::network<lam::input<28, 28, 1> | lam::conv2d<6, 5> | lam::relu | lam::max_pool2d<2> |
                   lam::conv2d<16, 5> | lam::relu | lam::max_pool2d<2> | lam::flatten |
                   lam::dense<120> | lam::relu | lam::dense<84> | lam::relu | lam::dense<10>> {
    static constexpr const char* name = "lenet5";
    static constexpr std::array<std::size_t, 2> rows = {1, 64};
};
// A smaller one, of most courses.
struct lenet8 : lam::network<lam::input<28, 28, 1> | lam::conv2d<8, 5> | lam::relu |
                             lam::max_pool2d<2> | lam::conv2d<16, 5> | lam::relu |
                             lam::max_pool2d<2> | lam::flatten | lam::dense<10>> {
    static constexpr const char* name = "lenet8";
    static constexpr std::array<std::size_t, 2> rows = {1, 64};
};

template <std::size_t Channels, std::size_t Stride = 1>
inline constexpr auto three_by_three = lam::conv2d<Channels, 3>(lam::same, lam::stride<Stride>);

// Where maps shrink, a convolution of single positions brings the input there.
template <std::size_t Channels>
inline constexpr auto narrowing_block = lam::add(lam::conv2d<Channels, 1>(lam::stride<2>),
                                                 three_by_three<Channels, 2> | lam::relu |
                                                     three_by_three<Channels>) |
                                        lam::relu;

// CIFAR-10, of MLPerf Tiny.
struct resnet8 : lam::network<lam::input<32, 32, 3> | three_by_three<16> | lam::relu |
                              lam::residual(three_by_three<16> | lam::relu | three_by_three<16>) |
                              lam::relu | narrowing_block<32> | narrowing_block<64> |
                              lam::global_average_pool | lam::dense<10> | lam::softmax> {
    static constexpr const char* name = "resnet8";
    static constexpr std::array<std::size_t, 2> rows = {1, 16};
};

template <std::size_t Channels, std::size_t Stride = 1>
inline constexpr auto
    separable = lam::depthwise_conv2d<3>(lam::same, lam::stride<Stride>) | lam::relu
                | lam::conv2d<Channels, 1> | lam::relu;

// Keywords in 49 steps of 10 features, of MLPerf Tiny.
struct ds_cnn
    : lam::network<lam::input<49, 10, 1> | lam::conv2d<64, 10, 4>(lam::same, lam::stride<2>) |
                   lam::relu | lam::repeat<4>(separable<64>) | lam::global_average_pool |
                   lam::dense<12> | lam::softmax> {
    static constexpr const char* name = "ds_cnn";
    static constexpr std::array<std::size_t, 2> rows = {1, 16};
};
// MobileNetV1, a quarter as wide, which says whether there is a person; of MLPerf Tiny.
struct mobilenet
    : lam::network<lam::input<96, 96, 3> | three_by_three<8, 2> | lam::relu | separable<16> |
                   separable<32, 2> | separable<32> | separable<64, 2> | separable<64> |
                   separable<128, 2> | lam::repeat<5>(separable<128>) | separable<256, 2> |
                   separable<256> | lam::global_average_pool | lam::dense<2> | lam::softmax> {
    static constexpr const char* name = "mobilenet";
    static constexpr std::array<std::size_t, 2> rows = {1, 16};
};

using window_networks = network_list<lenet5, lenet8, resnet8, ds_cnn, mobilenet>;

} // namespace bench
