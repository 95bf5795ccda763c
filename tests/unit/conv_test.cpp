// SPDX-License-Identifier: MIT

// Convolutions against the order of operations that they promise, bit for bit, and against sums in
// double; in memory that is exactly as long as they may touch.

#include "../support/conv.hpp"

#include <laminate/kernel/forward/depthwise.hpp>
#include <laminate/kernel/forward/tanh.hpp>

namespace lam = laminate;

namespace {

using namespace lam::test;

// Line, channels, positions, outputs, kernel, stride, dilation, groups, panels, chains
template <class P>
void check_kernels() {
    check_convs<P, conv_case<6, 1, 4, 4, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<9, 3, 3, 7, 5, 2, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<20, 5, 2, 18, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<13, 8, 5, 5, 16, 5, 5, 2, 2, 1, 1, 1, 1, 1>,
                conv_case<11, 16, 3, 9, 17, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<9, 33, 8, 8, 33, 1, 1, 1, 1, 1, 1, 1, 3, 1>,
                conv_case<7, 17, 3, 3, 72, 3, 1, 1, 3, 1, 1, 1, 2, 1>,
                conv_case<33, 2, 1, 1, 31, 1, 7, 1, 1, 1, 1, 1, 2, 1>>();
}
template <class P>
void check_options() {
    check_convs<P, conv_case<12, 3, 3, 4, 8, 3, 2, 3, 2, 2, 3, 1, 1, 1>, // dilated
                conv_case<10, 6, 2, 7, 10, 2, 3, 1, 1, 1, 1, 2, 1, 1>,   // groups
                conv_case<10, 6, 2, 4, 51, 2, 2, 1, 2, 2, 1, 3, 2, 1>,
                conv_case<7, 4, 2, 7, 16, 3, 1, 2, 1, 1, 1, 4, 1, 1>,
                conv_case<4, 3, 5, 1, 9, 2, 4, 2, 1, 1, 1, 1, 1, 1>,   // whole lines
                conv_case<70, 3, 1, 61, 9, 1, 3, 1, 1, 1, 4, 1, 1, 2>, // one axis, two chains
                conv_case<40, 16, 1, 32, 16, 1, 3, 1, 1, 1, 4, 1, 1, 2>,
                conv_case<30, 5, 1, 9, 20, 1, 3, 1, 3, 1, 1, 1, 1, 4>,
                conv_case<5, 3, 2, 1, 3, 2, 2, 1, 1, 2, 3, 1, 1, 8>>();
}
// An approximated function, which follows in a pass of its own with 16 registers.
template <class P>
void check_function() {
    using of = conv_case<10, 4, 2, 7, 18, 3, 3, 1, 1, 1, 1, 1, 1, 1>;
    constexpr window w = of::sizes;
    const conv_layer l(w);
    const conv_maps m(w);
    run_conv<P, of::shape>(packed_conv(w, l), m, lam::kernel::compose(lam::kernel::tanh{}));
    CHECK(m.only_units_written(w));
    CHECK(m.wrong(w, l, [](float sum, std::size_t o) {
        return lam::kernel::tanh{}(lam::pack::scalar{}, sum, o);
    }) == 0);
}

template <class P, std::size_t Line, std::size_t Channels, std::size_t OutHeight,
          std::size_t OutWidth, std::size_t KernelHeight, std::size_t KernelWidth,
          std::size_t StrideHeight, std::size_t StrideWidth, std::size_t DilationHeight,
          std::size_t DilationWidth>
void check_depthwise() {
    constexpr window w = {Line,
                          Channels,
                          OutHeight,
                          OutWidth,
                          Channels,
                          KernelHeight,
                          KernelWidth,
                          StrideHeight,
                          StrideWidth,
                          DilationHeight,
                          DilationWidth,
                          Channels,
                          1,
                          1};
    INFO(P::lanes << " lanes, " << Channels << " channels, kernel " << KernelHeight << " x "
                  << KernelWidth << ", " << OutHeight << " x " << OutWidth << " positions");
    const conv_layer l(w);
    const std::vector<float> slope = slopes(Channels);
    const conv_maps m(w);
    constexpr std::size_t line = lam::whole_lines(Channels);
    const lam::test::tight_buffer weights(KernelHeight * KernelWidth * line);
    const lam::test::tight_buffer bias(line);
    const lam::test::tight_buffer tight(line);
    for (float& f : weights.span())
        f = 0.0f;
    for (std::size_t k = 0; k < line; ++k) {
        bias[k] = k < Channels ? l.bias[k] : 0.0f;
        tight[k] = slope[k];
        for (std::size_t tap = 0; k < Channels && tap < w.inputs(); ++tap)
            weights[tap * line + k] = l.weights[k * w.inputs() + tap];
    }
    const auto run = [&](const auto& function) {
        lam::kernel::depthwise<
            P, lam::kernel::depthwise_shape<Line, Channels, OutHeight, OutWidth, KernelHeight,
                                            KernelWidth, StrideHeight, StrideWidth, DilationHeight,
                                            DilationWidth>>(
            m.x.data(), m.x_stride, weights.data(), bias.data(), m.y.data(), m.y_stride,
            conv_maps::images, lam::kernel::compose(function));
        CHECK(m.only_units_written(w));
    };
    run(lam::kernel::prelu{tight.data()});
    CHECK(m.wrong(w, l, with_slopes(slope)) == 0);
    run(lam::kernel::relu{}); // knows no unit
    CHECK(m.wrong(w, l, [](float sum, std::size_t) { return 0.0f > sum ? 0.0f : sum; }) == 0);
}

} // namespace

TEST_CASE("a convolution has the bits that it promises", "[conv]") {
    lam::test::for_each_pack([](auto pack) { check_kernels<decltype(pack)>(); });
}

TEST_CASE("a convolution with dilation, groups or chains has the bits that it promises", "[conv]") {
    lam::test::for_each_pack([](auto pack) { check_options<decltype(pack)>(); });
}

TEST_CASE("a function follows a convolution", "[conv]") {
    lam::test::for_each_pack([](auto pack) { check_function<decltype(pack)>(); });
}

TEST_CASE("a depthwise convolution has the bits that it promises", "[conv]") {
    lam::test::for_each_pack([](auto pack) {
        using p = decltype(pack);
        check_depthwise<p, 7, 1, 5, 5, 3, 3, 1, 1, 1, 1>();
        check_depthwise<p, 26, 3, 3, 24, 3, 3, 1, 1, 1, 1>();
        check_depthwise<p, 9, 8, 6, 7, 3, 3, 1, 1, 1, 1>();
        check_depthwise<p, 25, 2, 5, 21, 2, 3, 2, 1, 2, 2>();
        check_depthwise<p, 13, 4, 9, 11, 3, 3, 1, 1, 1, 1>();
        check_depthwise<p, 13, 17, 3, 6, 3, 3, 2, 2, 1, 1>();
        check_depthwise<p, 8, 33, 2, 3, 2, 3, 1, 1, 3, 2>();
        check_depthwise<p, 11, 16, 4, 5, 7, 7, 1, 1, 1, 1>();
        check_depthwise<p, 20, 5, 1, 3, 1, 4, 1, 3, 1, 4>();
        check_depthwise<p, 1, 32, 9, 1, 5, 1, 3, 1, 1, 1>();
    });
}
