// SPDX-License-Identifier: MIT

// Convolutions to few outputs, whose lanes are positions, against the order of operations that they
// promise; in memory that is exactly as long as they may touch.

#include "../support/conv.hpp"

namespace lam = laminate;

namespace {

using namespace lam::test;

// Line, channels, positions, outputs, kernel, stride, dilation, groups, panels, chains
template <class P>
void check_one_channel() {
    check_convs<P, conv_case<28, 1, 5, 24, 7, 5, 5, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<60, 1, 3, 52, 8, 3, 3, 2, 1, 3, 4, 1, 1, 1>,
                conv_case<26, 1, 3, 20, 3, 2, 5, 2, 1, 1, 1, 1, 1, 1>,
                conv_case<60, 1, 1, 50, 1, 1, 9, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<14, 1, 4, 12, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<25, 1, 7, 22, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>>();
}
template <class P>
void check_channels() {
    check_convs<P, conv_case<28, 8, 6, 24, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<30, 3, 5, 24, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<70, 16, 9, 64, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>, // in bands of rows
                conv_case<40, 12, 5, 33, 4, 3, 3, 2, 1, 2, 2, 1, 1, 1>,
                conv_case<13, 6, 4, 8, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<42, 4, 1, 36, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1>>();
}

} // namespace

TEST_CASE("a convolution of one channel to few outputs has the bits that it promises", "[conv]") {
    for_each_pack([](auto pack) { check_one_channel<decltype(pack)>(); });
}

TEST_CASE("a convolution to few outputs has the bits that it promises", "[conv]") {
    for_each_pack([](auto pack) { check_channels<decltype(pack)>(); });
}
