// SPDX-License-Identifier: MIT
#pragma once

// The dense networks of the corpus, declared by hand from its MANIFEST.md; each bears the name of
// its directory there. Needs only the DSL. Promises the layer order of convert.py, in which batch
// normalisation is already folded into the layer before it.

#include <laminate/laminate.hpp>

namespace corpus {

namespace lam = laminate;

inline constexpr auto hidden_50 = lam::dense<50> | lam::relu;
struct acasxu : lam::network<lam::input<5> | lam::repeat<6>(hidden_50) | lam::dense<5>> {};

inline constexpr auto hidden_25 = lam::dense<25> | lam::relu;
struct fc1 : lam::network<lam::input<2> | lam::repeat<3>(hidden_25) | lam::dense<2>> {};
struct fc_2_2_3 : lam::network<lam::input<2> | lam::dense<2> | lam::relu | lam::dense<3>> {};
struct velardo_lesson9
    : lam::network<lam::input<2> | lam::dense<5> | lam::sigmoid | lam::dense<1> | lam::sigmoid> {};
struct tanh_controller : lam::network<lam::input<4> | lam::dense<4>(lam::no_bias) |
                                      lam::dense<256> | lam::tanh | lam::dense<256> | lam::tanh |
                                      lam::dense<4> | lam::dense<2>(lam::no_bias) | lam::tanh> {};
struct rtneural_dense : lam::network<lam::input<1> | lam::dense<8> | lam::tanh | lam::dense<8> |
                                     lam::relu | lam::dense<8> | lam::elu | lam::dense<8> |
                                     lam::softmax | lam::dense<1> | lam::dense<8>(lam::no_bias) |
                                     lam::dense<8>(lam::no_bias) | lam::dense<1>(lam::no_bias)> {};

struct two_layer_jet_tagger
    : lam::network<lam::input<10> | lam::dense<32> | lam::relu | lam::dense<1> | lam::sigmoid> {};
struct three_layer_jet_tagger
    : lam::network<lam::input<16> | lam::dense<64> | lam::relu | lam::dense<32> | lam::relu |
                   lam::dense<32> | lam::relu | lam::dense<5> | lam::softmax> {};

inline constexpr auto half = lam::repeat<4>(lam::dense<128> | lam::relu);
struct mlperf_ad01_autoencoder
    : lam::network<lam::input<640> | half | lam::dense<8> | lam::relu | half | lam::dense<640>> {};

inline constexpr auto mnist = lam::input<784>;
struct mnist2x10 : lam::network<mnist | lam::dense<10> | lam::relu | lam::dense<10> | lam::relu |
                                lam::dense<10>> {};
struct mnist2x5_sigmoid : lam::network<mnist | lam::dense<5> | lam::sigmoid | lam::dense<5> |
                                       lam::sigmoid | lam::dense<10>> {};
struct mnist_fc2 : lam::network<mnist | lam::dense<10> | lam::dense<10>> {};
struct mnist_robust_sigmoid : lam::network<mnist | lam::dense<64> | lam::sigmoid | lam::dense<32> |
                                           lam::sigmoid | lam::dense<10>> {};
struct onnx2c_mnist_bn_mlp
    : lam::network<mnist | lam::dense<64> | lam::dense<64> | lam::dense<10>(lam::no_bias)> {};
struct yizhak_net : lam::network<mnist | lam::dense<256> | lam::dense<10>> {};

inline constexpr auto legs =
    lam::dense<512> | lam::elu | lam::dense<256> | lam::elu | lam::dense<128> | lam::elu;
struct rl_g1_gangnam_style : lam::network<lam::input<154> | legs | lam::dense<29>> {};
struct rl_go2_policy : lam::network<lam::input<45> | legs | lam::dense<12>> {};
struct rl_go2w_policy : lam::network<lam::input<57> | legs | lam::dense<16>> {};
struct rl_gr1t1_policy : lam::network<lam::input<39> | legs | lam::dense<10>> {};

} // namespace corpus
