// SPDX-License-Identifier: MIT
#pragma once

// The network of the demo: 8x8 grey pixels in, the probabilities of the ten digits out.
// Needs Laminate alone, so that laminate_add_network and the demo can both include it.
// Promises to be what the demo prints: CMakeLists.txt embeds the lines below as text.

#include <laminate/laminate.hpp>
namespace lam = laminate;

// clang-format off
constexpr auto network = lam::input<64>
                       | lam::dense<64> | lam::relu
                       | lam::dense<32> | lam::relu
                       | lam::dense<10> | lam::softmax;
// clang-format on
