// SPDX-License-Identifier: MIT
// The kernels of the way back through windows, on every pack, against the order of operations that
// they promise, spelled out on plain floats; in memory that is exactly as long as they may touch.

#include "support/conv.hpp"

#include <laminate/kernel/back/conv_gradient.hpp>
#include <laminate/kernel/back/depthwise_gradient.hpp>
#include <laminate/kernel/back/pool_gradient.hpp>

#include <limits>

namespace lam = laminate;

namespace {

using namespace lam::test;

// Gradients of three maps' positions, each in whole lines and a float more, zeros in the padding.
struct gradients {
    static constexpr std::size_t maps = conv_maps::images;
    std::size_t pitch;
    tight_buffer dy;

    gradients(const window& w, std::size_t more)
        : pitch(lam::whole_lines(w.outputs) + more),
          dy(maps * w.out_height * w.out_width * pitch + lam::line_floats) {
        lam::test::fill(dy.span(), w.units());
        for (std::size_t i = 0; i < dy.span().size(); ++i)
            if (i % pitch >= w.outputs) dy[i] = 0.0f;
    }

    // The sum over positions of x times dy, as one chain.
    template <class Input>
    float in_order(const window& w, std::size_t output, const Input& input) const {
        float sum = 0.0f;
        for (std::size_t p = 0; p < maps * w.out_height * w.out_width; ++p)
            sum = std::fma(input(p), dy[p * pitch + output], sum);
        return sum;
    }
};

template <class P, class Case>
void check_weights() {
    constexpr window w = Case::sizes;
    constexpr std::size_t outputs = w.group_outputs();
    constexpr std::size_t floats = w.inputs() * lam::whole_lines(outputs);
    const conv_maps m(w);
    const gradients g(w, w.groups > 1 ? 1 : 0);
    const guarded_buffer dw(w.groups * floats);
    const std::size_t half = w.inputs() / w.group_channels() / 2 * w.group_channels();
    for (std::size_t group = 0; group < w.groups; ++group)
        for (std::size_t p = 0; p < w.panels; ++p) {
            const auto run = [&](std::size_t first, std::size_t inputs) {
                lam::kernel::conv_weight_gradient<P, typename Case::shape>(
                    m.x.data(), m.x_stride, g.dy.data(), g.pitch, gradients::maps, dw.data(), group,
                    p, first, inputs);
            };
            if (half > 0) run(0, half);
            run(half, w.inputs() - half);
        }
    CHECK(dw.intact());
    std::size_t wrong = 0;
    for (std::size_t o = 0; o < w.groups * lam::whole_lines(outputs); ++o)
        for (std::size_t n = 0; n < w.inputs(); ++n) {
            const std::size_t group = o / lam::whole_lines(outputs);
            const std::size_t unit = o % lam::whole_lines(outputs);
            const float found =
                dw[group * floats + lam::panel_position(w.inputs(), outputs, w.panels, unit, n)];
            const float expected =
                unit >= outputs ? 0.0f : g.in_order(w, group * outputs + unit, [&](std::size_t p) {
                    const std::size_t at = p % (w.out_height * w.out_width);
                    return m.x[p / (w.out_height * w.out_width) * m.x_stride +
                               w.input(at / w.out_width, at % w.out_width, group, n)];
                });
            wrong += same_bits(found, expected) ? 0U : 1U;
        }
    CHECK(wrong == 0);
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
    using shape =
        lam::kernel::depthwise_shape<Line, Channels, OutHeight, OutWidth, KernelHeight, KernelWidth,
                                     StrideHeight, StrideWidth, DilationHeight, DilationWidth>;
    constexpr std::size_t row = lam::whole_lines(Channels);
    const conv_maps m(w);
    const gradients g(w, 0);
    const guarded_buffer dw(w.inputs() * row);
    for (std::size_t i = 0; i < KernelHeight; ++i)
        lam::kernel::depthwise_weight_gradient<P, shape>(m.x.data(), m.x_stride, g.dy.data(),
                                                         g.pitch, gradients::maps, dw.data(), i);
    CHECK(dw.intact());
    std::size_t wrong = 0;
    for (std::size_t tap = 0; tap < w.inputs(); ++tap)
        for (std::size_t k = 0; k < row; ++k) {
            const float expected = k >= Channels ? 0.0f : g.in_order(w, k, [&](std::size_t p) {
                const std::size_t at = p % (OutHeight * OutWidth);
                return m.x[p / (OutHeight * OutWidth) * m.x_stride +
                           w.input(at / OutWidth, at % OutWidth, k, tap)];
            });
            wrong += same_bits(dw[tap * row + k], expected) ? 0U : 1U;
        }
    CHECK(wrong == 0);
}

// The sizes of kernel/forward/pool.hpp, over channels in whole lines.
template <class P, bool Adds, std::size_t Lines, std::size_t Height, std::size_t Width,
          std::size_t OutHeight, std::size_t OutWidth, std::size_t KernelHeight,
          std::size_t KernelWidth, std::size_t Stride, std::size_t Before, std::size_t Dilation,
          std::size_t CountsPadding>
void check_pools() {
    constexpr std::size_t channels = Lines * lam::line_floats;
    constexpr std::size_t in = Height * Width * channels;
    constexpr std::size_t out = OutHeight * OutWidth * channels;
    constexpr std::size_t maps = 2;
    using sizes = lam::kernel::constants<out, channels, Height, Width, OutHeight, OutWidth,
                                         KernelHeight, KernelWidth, Stride, Stride, Before, Before,
                                         Dilation, Dilation, CountsPadding>;
    const tight_buffer x(maps * in);
    const tight_buffer y(maps * out);
    const tight_buffer dy(maps * out);
    lam::test::random r(in);
    for (float& f : x.span())
        f = static_cast<float>(r.below(4)); // with equal ones
    lam::test::fill(dy.span(), out);
    lam::kernel::max_pool<P>(sizes{}, x.data(), in, y.data(), out, maps);
    const guarded_buffer max(maps * in);
    const guarded_buffer mean(maps * in);
    std::fill(max.span().begin(), max.span().end(), 0.5f);
    std::fill(mean.span().begin(), mean.span().end(), 0.5f);
    std::vector<float> of_max(maps * in, Adds ? 0.5f : 0.0f);
    std::vector<float> of_mean = of_max;
    lam::kernel::max_pool_gradient<P, Adds>(sizes{}, x.data(), y.data(), dy.data(), max.data(),
                                            maps);
    lam::kernel::average_pool_gradient<P, Adds>(sizes{}, dy.data(), mean.data(), maps);
    for (std::size_t p = 0; p < maps * OutHeight * OutWidth; ++p)
        for (std::size_t k = 0; k < channels; ++k) {
            std::vector<std::size_t> seen;
            for (std::size_t tap = 0; tap < KernelHeight * KernelWidth; ++tap) {
                const std::size_t row =
                    p / OutWidth % OutHeight * Stride + tap / KernelWidth * Dilation - Before;
                const std::size_t column =
                    p % OutWidth * Stride + tap % KernelWidth * Dilation - Before;
                if (row < Height && column < Width) // else wrapped around
                    seen.push_back(p / (OutHeight * OutWidth) * in +
                                   (row * Width + column) * channels + k);
            }
            const float gradient = dy[p * channels + k];
            std::size_t best = seen[0];
            for (const std::size_t at : seen)
                if (x[at] > x[best]) best = at;
            of_max[best] += gradient;
            const std::size_t count = CountsPadding != 0 ? KernelHeight * KernelWidth : seen.size();
            for (const std::size_t at : seen)
                of_mean[at] += gradient / static_cast<float>(count);
        }
    CHECK(max.intact());
    CHECK(mean.intact());
    CHECK(same_bits(max.span(), std::span<const float>(of_max)));
    CHECK(same_bits(mean.span(), std::span<const float>(of_mean)));
}

// Inputs and outputs of a group; two of three taps, the other way around.
template <class P, std::size_t Inputs, std::size_t Outputs, std::size_t Panels,
          std::size_t BackPanels>
void check_turned() {
    std::vector<float> weights(3 * Inputs * lam::whole_lines(Outputs));
    const guarded_buffer turned(2 * Outputs * lam::whole_lines(Inputs));
    const auto at = [](std::size_t o, std::size_t i) {
        return 1.0f + 0.5f * static_cast<float>(i) + 100.0f * static_cast<float>(o);
    };
    for (std::size_t o = 0; o < Outputs; ++o)
        for (std::size_t i = 0; i < 3 * Inputs; ++i)
            weights[lam::panel_position(3 * Inputs, Outputs, Panels, o, i)] = at(o, i);
    for (const std::size_t tap : {0U, 2U})
        lam::kernel::transpose_tap<P, Inputs, Outputs, Panels, BackPanels>(
            weights.data(), 3, tap, turned.data(), 2, 1 - tap / 2);
    CHECK(turned.intact());
    std::size_t wrong = 0;
    for (std::size_t tap = 0; tap < 2; ++tap)
        for (std::size_t o = 0; o < Outputs; ++o)
            for (std::size_t i = 0; i < lam::whole_lines(Inputs); ++i) {
                const float found = turned[lam::panel_position(2 * Outputs, Inputs, BackPanels, i,
                                                               tap * Outputs + o)];
                const float expected = i < Inputs ? at(o, (1 - tap) * 2 * Inputs + i) : 0.0f;
                wrong += same_bits(found, expected) ? 0U : 1U;
            }
    CHECK(wrong == 0);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("the way back of windows: weights of convolutions", "[train]",
                        lam::test::all_packs) {
    check_weights<TestType, conv_case<9, 1, 4, 7, 6, 5, 3, 1, 1, 1, 1, 1, 1, 1>>();
    check_weights<TestType, conv_case<20, 3, 9, 18, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1>>();
    check_weights<TestType, conv_case<13, 8, 5, 5, 17, 2, 3, 2, 2, 2, 1, 1, 1, 1>>();
    check_weights<TestType, conv_case<9, 33, 3, 4, 72, 1, 1, 2, 2, 1, 1, 1, 2, 1>>();
    check_weights<TestType, conv_case<10, 6, 2, 7, 10, 2, 3, 1, 1, 1, 1, 2, 1, 1>>();
    check_weights<TestType, conv_case<12, 4, 2, 4, 32, 3, 2, 3, 2, 2, 3, 2, 1, 1>>();
    check_weights<TestType, conv_case<70, 5, 1, 61, 9, 1, 3, 1, 1, 1, 4, 1, 1, 2>>();
    check_weights<TestType, conv_case<4, 3, 5, 1, 9, 2, 4, 2, 1, 1, 1, 1, 1, 1>>();
}

TEMPLATE_LIST_TEST_CASE("the way back of windows: weights of each channel", "[train]",
                        lam::test::all_packs) {
    check_depthwise<TestType, 7, 1, 5, 5, 3, 3, 1, 1, 1, 1>();
    check_depthwise<TestType, 25, 2, 5, 21, 2, 3, 2, 1, 2, 2>();
    check_depthwise<TestType, 13, 17, 3, 6, 3, 3, 2, 2, 1, 1>();
    check_depthwise<TestType, 40, 16, 1, 20, 1, 19, 1, 1, 1, 1>(); // more taps than registers
    check_depthwise<TestType, 8, 33, 2, 3, 2, 3, 1, 1, 3, 2>();
}

TEMPLATE_LIST_TEST_CASE("the way back of windows: pools", "[train]", lam::test::all_packs) {
    check_pools<TestType, false, 1, 6, 5, 3, 2, 2, 2, 2, 0, 1, 0>();
    check_pools<TestType, true, 1, 6, 5, 6, 5, 3, 3, 1, 1, 1, 0>();
    check_pools<TestType, false, 2, 5, 7, 3, 4, 3, 3, 2, 1, 1, 1>();
    check_pools<TestType, true, 1, 7, 6, 3, 2, 2, 2, 2, 0, 2, 1>();
}

TEMPLATE_LIST_TEST_CASE("the way back of windows: taps turned around", "[train]",
                        lam::test::all_packs) {
    check_turned<TestType, 1, 5, 1, 1>();
    check_turned<TestType, 17, 16, 1, 1>();
    check_turned<TestType, 33, 72, 2, 2>();
}
