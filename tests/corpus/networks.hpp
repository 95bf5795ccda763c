// SPDX-License-Identifier: MIT
#pragma once

// The dense networks of the corpus, as laminate declares them of their files: each bears the name
// of its directory there. Needs what convert.py wrote. Promises a name for those that share one
// shape.

#include "acasxu_1_1_network.hpp"
#include "fc1_network.hpp"
#include "fc_2_2_3_network.hpp"
#include "hls4ml_three_layer_keras_network.hpp"
#include "hls4ml_two_layer_keras_network.hpp"
#include "mlperf_ad01_autoencoder_network.hpp"
#include "mnist2x10_network.hpp"
#include "mnist2x5_sigmoid_network.hpp"
#include "mnist_fc2_network.hpp"
#include "mnist_robust_sigmoid_network.hpp"
#include "onnx2c_mnist_bn_mlp_network.hpp"
#include "rl_g1_gangnam_style_network.hpp"
#include "rl_go2_policy_network.hpp"
#include "rl_go2w_policy_network.hpp"
#include "rl_gr1t1_policy_network.hpp"
#include "rtneural_dense_network.hpp"
#include "tanh_controller_network.hpp"
#include "velardo_lesson9_network.hpp"
#include "yizhak_net_network.hpp"

namespace corpus {

using acasxu = acasxu_1_1;
using two_layer_jet_tagger = hls4ml_two_layer_keras;
using three_layer_jet_tagger = hls4ml_three_layer_keras;

} // namespace corpus
