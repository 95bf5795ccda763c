// SPDX-License-Identifier: MIT
#pragma once

// A dozen small networks that together use every layer, option, fusion and layout. Needs the DSL.
// Promises that tests of whole models run on all of them, and that a seed gives one model for ever.

#include "random.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>

#include <boost/hana/for_each.hpp>
#include <cstdint>
#include <tuple>
#include <vector>

namespace laminate::test {

struct one_by_one : network<input<1> | dense<1>> {};
struct trigger
    : network<input<16> | dense<64> | relu | repeat<2>(dense<32> | relu) | dense<5> | softmax> {};
struct policy
    : network<input<24> | repeat<2>(dense<33> | laminate::tanh) | dense<4> | laminate::tanh> {};
struct narrow : network<input<7> | dense<3> | sigmoid | dense<1> | sigmoid> {};
struct two_panels : network<input<19> | dense<150> | leaky_relu | dense<136>> {};
struct maxouts
    : network<input<12> | dense<30> | maxout<3> | dense<20> | elu | maxout<5> | dense<2>> {};
struct maxout_first : network<input<12> | maxout<4> | dense<9>(no_bias) | maxout<3>> {};
struct slopes : network<input<10> | prelu | dense<21> | prelu | dense<40> | prelu(shared) |
                        dense<6> | maxout<2> | prelu> {};
struct piecewise
    : network<input<9> | dense<17> | relu6 | dense<17> |
              relu(max_value<3.0f>, negative_slope<0.25f>, threshold<0.5f>) | dense<17> |
              leaky_relu(negative_slope<0.2f>) | dense<17> | elu(alpha<0.5f>)> {};
struct softmaxes : network<input<5> | softmax | dense<11> | softmax | dense<37> | softmax> {};
struct identities : network<input<6> | linear | dropout<0.5f> | dense<8> | dropout<0.1f> | relu |
                            linear | dense<3> | linear> {};
struct only_identities : network<input<13> | linear | dropout<0.5f>> {};
struct only_function : network<input<35> | laminate::tanh | sigmoid> {};
struct long_line : network<input<18> | repeat<9>(laminate::tanh | leaky_relu)> {};
struct affines : network<input<11> | affine | dense<18> | affine | maxout<3> | affine | dense<21> |
                         leaky_relu | affine> {};
struct smooth : network<input<9> | dense<17> | gelu | dense<17> | silu | dense<18> | mish |
                        dense<17> | gelu(tanh_approximation) | dense<19> | swish(alpha<1.702f>) |
                        dense<5> | softplus | softsign | laminate::erf> {};
struct pieces : network<input<9> | dense<17> | selu | dense<17> | celu(alpha<0.5f>) | hard_swish |
                        dense<20> | hard_sigmoid | clip(min_value<0.25f>, max_value<0.75f>)> {};
struct jumps
    : network<input<22> | concat(linear, laminate::floor, laminate::ceil, laminate::round, sign) |
              thresholded_relu(alpha<0.5f>) | shrink(lambd<1.0f>, bias<0.25f>) | neg> {};
struct arithmetic : network<input<21> | square | softplus | laminate::log | laminate::exp |
                            reciprocal | laminate::sqrt | neg | laminate::abs> {};
struct waves : network<input<21> | laminate::atan |
                       concat(laminate::sin | laminate::asin, laminate::cos, laminate::tan,
                              laminate::sin | laminate::atanh, laminate::sin | laminate::acos,
                              laminate::sinh | laminate::asinh, laminate::cosh,
                              sigmoid | reciprocal | laminate::acosh)> {};
struct grouped : network<input<6> | softmax(groups<3>) | dense<20> | log_softmax(groups<4>) |
                         dense<36> | log_softmax | dense<40> | softmax(groups<2>)> {};
// Whole lines of each number from one to four between layers, in two, four and eight chains.
struct handed : network<input<40> | dense<16> | relu | dense<48> | laminate::tanh | dense<64> |
                        prelu | dense<32> | sigmoid | dense<21> | relu | dense<3>> {};
struct deep : network<input<5> | repeat<12>(dense<20>(no_bias) | relu)> {};
struct residuals : network<input<11> | residual(dense<48> | relu | dense<11>) | relu |
                           residual(dense<20> | laminate::tanh | dense<33>, dense<33>(no_bias)) |
                           residual(gelu | dense<33>) | residual(prelu) | subtract(linear, mean) |
                           multiply(linear, mean_square | rsqrt(epsilon<1e-5f>)) |
                           add(linear, laminate::sum) | dense<6>> {};
struct norms : network<input<21> | dense<40> | layer_norm | relu | dense<21> |
                       rms_norm(groups<3>, epsilon<1e-3f>) | dense<6> | layer_norm | dense<34> |
                       residual(layer_norm | dense<34>) | rms_norm> {};
// Every function of two values, each way around, of one unit too; parts that are written in place
// and parts that are copied; a value that is read by four.
struct branches
    : network<input<21> | concat(dense<18> | relu, linear, dense<5>, dense<3>, slice<2, 19>) |
              as<"wide"> | dense<17> | concat(linear, slice<3, 12> | laminate::tanh) |
              multiply(dense<1> | sigmoid, linear) | as<"gated"> | subtract(linear, dense<1>) |
              divide(linear, laminate::exp) | maximum(linear, from<"gated">) |
              minimum(dense<26> | relu, linear) | laminate::add(from<"wide"> | dense<26>, linear) |
              multiply(linear, from<"gated">) | maxout<2> | concat(linear, linear)> {};

// Comparisons of what may be equal, choices, powers of what is positive.
struct choices
    : network<
          input<21> | dense<18> | as<"a"> | laminate::where(less(linear, dense<18>), relu, neg) |
          laminate::where(laminate::equal(linear, from<"a">), laminate::tanh, linear) |
          add(when(less_equal(dense<1>, linear), linear), unless(greater(linear, neg), linear)) |
          power(laminate::tanh | laminate::exp, dense<18>) |
          multiply(linear, greater_equal(from<"a">, linear))> {};

// Rows of several axes: each layer at all positions, what is smaller beside what is joined, parts
// along each axis, moves of all kinds, functions on both sides of a reshape, exact and whole lines.
struct axes
    : network<input<3, 2, 5> | dense<16> | relu | layer_norm | as<"map"> |
              laminate::multiply(linear, mean | sigmoid) | transpose<2, 0, 1> | prelu |
              pad<1, 2, 0, 1, 3, 0>(value<0.5f>) | laminate::tanh | slice<1, 17, 0> |
              slice<1, 4, 2> | transpose<1, 2, 0> | concat<1>(linear, slice<0, 2, 1>) |
              reshape<20, 1, 16> | reshape<20, 16> | residual(dense<21> | maxout<7> | dense<16>) |
              concat(linear, dense<5>,
                     from<"map"> | reshape<16, 6> | transpose<1, 0> | pad<7, 7, 0, 0> |
                         slice<0, 16> | laminate::sum) |
              affine | laminate::add(linear, slice<0, 1, 0>) | softmax(groups<2>) | flatten |
              reshape<5, 8, 11> | concat<1>(softmax(axis<0>), largest(axis<1>)) | mean(axis<2>) |
              reshape<3, 15> | laminate::add(linear, largest) | laminate::log |
              as_strided<3, 5, 2, 4, 7, 3, 0> | dense<6> | as_strided<1, 40, 2> | dense<6> |
              rms_norm> {};
struct attention
    : network<input<7, 12> | residual(layer_norm | self_attention<3>) |
              residual(layer_norm | dense<24> | gelu | dense<12>) | as<"seen"> |
              matmul(reshape<1, 7, 12>, from<"seen"> | reshape<12, 7> |
                                            concat(linear, slice<0, 3>) | reshape<1, 12, 10>) |
              mean | transpose<0, 2, 1> | flatten> {};
// Windows over maps of two axes and of one: borders, strides, dilations and groups, outputs of less
// than a line and of more, one position, residual maps, functions with parameters of each channel.
struct maps : network<input<9, 7, 3> | conv2d<18, 3>(same) | relu |
                      max_pool2d<2>(stride<2, 1>, padding<1>) |
                      conv2d<6, 3, 2>(stride<1, 2>, padding<1, 0>, groups<3>) | prelu |
                      residual(depthwise_conv2d<3>(same, dilation<2>) | laminate::tanh |
                               conv2d<6, 1>(no_bias)) |
                      average_pool2d<2, 1>(stride<1>) | conv2d<33, 2>(no_bias) |
                      concat(global_average_pool, global_max_pool) | dense<4>> {};
struct signals
    : network<input<24, 5> | conv1d<18, 3>(dilation<2>) | laminate::tanh |
              residual(conv1d<18, 3>(same) | relu) | affine | max_pool1d<3>(stride<2>) |
              depthwise_conv1d<3>(stride<2>) | average_pool1d<2>(padding<1>, counts_padding) |
              conv1d<5, 2>(groups<1>) | flatten> {};

using all_networks =
    std::tuple<one_by_one, trigger, policy, narrow, two_panels, maxouts, maxout_first, slopes,
               piecewise, softmaxes, identities, only_identities, only_function, long_line, affines,
               smooth, pieces, jumps, arithmetic, waves, grouped, handed, deep, residuals, norms,
               branches, choices, axes, attention, maps, signals>;

// Weights such that values neither vanish nor explode. Written through the views, so that padding
// stays what the model made it.
template <class Model>
constexpr void randomize(Model& model, std::uint64_t seed) {
    random r(seed);
    boost::hana::for_each(model.layers(), [&r](const auto& layer) {
        if constexpr (requires { layer.weights; }) {
            float bound = 1.0f;
            while (bound * bound * static_cast<float>(layer.weights.inputs()) > 8.0f)
                bound /= 2.0f;
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    layer.weights(o, i) = r.uniform(bound);
        }
        if constexpr (requires { layer.bias; })
            for (std::size_t o = 0; o < layer.bias.size(); ++o)
                layer.bias[o] = r.uniform(0.5f);
        if constexpr (requires { layer.slope; })
            for (std::size_t u = 0; u < layer.slope.size(); ++u)
                layer.slope[u] = r.uniform(0.5f);
        if constexpr (requires { layer.scale; })
            for (std::size_t u = 0; u < layer.scale.size(); ++u) {
                layer.scale[u] = r.uniform(2.0f);
                if constexpr (requires { layer.shift; }) layer.shift[u] = r.uniform(0.5f);
            }
    });
}

template <class Network>
model<Network> random_model(std::uint64_t seed) {
    model<Network> m;
    randomize(m, seed);
    return m;
}

template <class Network>
std::vector<float> random_rows(std::size_t rows, std::uint64_t seed) {
    std::vector<float> in(rows * model<Network>::inputs);
    fill(in, seed, 4.0f);
    return in;
}

} // namespace laminate::test
