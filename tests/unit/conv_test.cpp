// SPDX-License-Identifier: MIT

// Convolutions against the order of operations that they promise, bit for bit, and against sums in
// double; in memory that is exactly as long as they may touch.

#include "../support/buffer.hpp"
#include "../support/catch.hpp"
#include "../support/compare.hpp"
#include "../support/packs.hpp"
#include "../support/random.hpp"

#include <laminate/kernel/forward/chain.hpp>
#include <laminate/kernel/forward/conv.hpp>
#include <laminate/kernel/forward/depthwise.hpp>
#include <laminate/kernel/forward/relu.hpp>
#include <laminate/kernel/forward/tanh.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace lam = laminate;

namespace {

// A convolution whose sizes are numbers.
struct window {
    std::size_t line, channels, out_height, out_width, outputs;
    std::size_t kernel_height, kernel_width, stride_height, stride_width;
    std::size_t dilation_height, dilation_width, groups, panels, chains;

    [[nodiscard]] constexpr std::size_t group_channels() const { return channels / groups; }
    [[nodiscard]] constexpr std::size_t group_outputs() const { return outputs / groups; }
    [[nodiscard]] constexpr std::size_t inputs() const {
        return kernel_height * kernel_width * group_channels();
    }
    // Where the map has input n of the window of (r, c), group g.
    [[nodiscard]] constexpr std::size_t input(std::size_t r, std::size_t c, std::size_t g,
                                              std::size_t n) const {
        const std::size_t tap = n / group_channels();
        const std::size_t row = r * stride_height + tap / kernel_width * dilation_height;
        const std::size_t column = c * stride_width + tap % kernel_width * dilation_width;
        return (row * line + column) * channels + g * group_channels() + n % group_channels();
    }
    // Floats that windows reach.
    [[nodiscard]] constexpr std::size_t reach() const {
        return input(out_height - 1, out_width - 1, groups - 1, inputs() - 1) + 1;
    }
    [[nodiscard]] constexpr std::size_t units() const { return out_height * out_width * outputs; }
};

// The weights of a layer, [output][input], and its bias.
struct layer {
    std::vector<float> weights;
    std::vector<float> bias;

    explicit layer(const window& w) : weights(w.outputs * w.inputs()), bias(w.outputs) {
        lam::test::fill(weights, w.inputs() * 1000 + w.outputs);
        lam::test::fill(bias, w.inputs() + w.outputs * 1000);
    }
};

float in_order(const window& w, const layer& l, const float* x, std::size_t r, std::size_t c,
               std::size_t output) {
    std::array<float, 8> sum = {l.bias[output]};
    const std::size_t group = output / w.group_outputs();
    for (std::size_t n = 0; n < w.inputs(); ++n)
        sum[n % w.chains] = std::fma(x[w.input(r, c, group, n)], l.weights[output * w.inputs() + n],
                                     sum[n % w.chains]);
    for (std::size_t n = w.chains / 2; n > 0; n /= 2)
        for (std::size_t chain = 0; chain < n; ++chain)
            sum[chain] += sum[chain + n];
    return sum[0];
}

// Whether `result` is as near to the sum in double as the additions in float allow.
bool is_near(const window& w, const layer& l, const float* x, std::size_t r, std::size_t c,
             std::size_t output, float result) {
    double sum = static_cast<double>(l.bias[output]);
    double magnitude = std::abs(sum);
    for (std::size_t n = 0; n < w.inputs(); ++n) {
        const double product =
            static_cast<double>(x[w.input(r, c, output / w.group_outputs(), n)]) *
            static_cast<double>(l.weights[output * w.inputs() + n]);
        sum += product;
        magnitude += std::abs(product);
    }
    const double bound = static_cast<double>(w.inputs() + w.chains) * 0x1p-24 * magnitude * 1.01;
    return std::abs(static_cast<double>(result) - sum) <= bound;
}

// What kernels share: maps of three images, and units of which none but theirs may be written.
struct maps {
    static constexpr std::size_t images = 3;
    std::size_t x_stride;
    std::size_t y_stride;
    lam::test::tight_buffer x;
    lam::test::guarded_buffer y;

    explicit maps(const window& w)
        : x_stride(w.reach() + 5),
          y_stride(w.units() + 3),
          x((images - 1) * x_stride + w.reach()),
          y((images - 1) * y_stride + w.units()) {
        lam::test::fill(x.span(), w.reach());
        for (std::size_t image = 0; image + 1 < images; ++image)
            for (std::size_t i = w.reach(); i < x_stride; ++i)
                x[image * x_stride + i] = std::numeric_limits<float>::quiet_NaN();
    }

    [[nodiscard]] bool only_units_written(const window& w) const {
        if (!y.intact()) return false;
        for (std::size_t image = 0; image + 1 < images; ++image)
            for (std::size_t i = w.units(); i < y_stride; ++i)
                if (lam::test::guarded_buffer::changed(y[image * y_stride + i])) return false;
        return true;
    }
    // Units that aren't f(the sum in order).
    template <class Function>
    [[nodiscard]] constexpr std::size_t wrong(const window& w, const layer& l,
                                              const Function& f) const {
        std::size_t count = 0;
        for (std::size_t image = 0; image < images; ++image)
            for (std::size_t r = 0; r < w.out_height; ++r)
                for (std::size_t c = 0; c < w.out_width; ++c)
                    for (std::size_t o = 0; o < w.outputs; ++o) {
                        const float* const from = x.data() + image * x_stride;
                        const float sum = in_order(w, l, from, r, c, o);
                        const std::size_t at =
                            image * y_stride + (r * w.out_width + c) * w.outputs + o;
                        if (!is_near(w, l, from, r, c, o, sum)) ++count;
                        if (!lam::test::same_bits(y[at], f(sum, o))) ++count;
                    }
        return count;
    }
};

// A slope for each output, in whole lines.
std::vector<float> slopes(std::size_t outputs) {
    std::vector<float> all(lam::whole_lines(outputs));
    lam::test::fill(all, outputs);
    return all;
}
auto with_slopes(const std::vector<float>& slope) {
    return [&slope](float sum, std::size_t o) {
        return lam::kernel::prelu{slope.data()}(lam::pack::scalar{}, sum, o);
    };
}

struct packed {
    lam::test::tight_buffer weights;
    lam::test::tight_buffer bias;

    packed(const window& w, const layer& l)
        : weights(w.groups * w.inputs() * lam::whole_lines(w.group_outputs())),
          bias(w.groups * lam::whole_lines(w.group_outputs())) {
        for (float& f : weights.span())
            f = 0.0f;
        for (float& f : bias.span())
            f = 0.0f;
        const std::size_t outputs = w.group_outputs();
        for (std::size_t o = 0; o < w.outputs; ++o) {
            const std::size_t g = o / outputs;
            const std::size_t own = o % outputs;
            bias[g * lam::whole_lines(outputs) + own] = l.bias[o];
            std::size_t p = 0;
            while (lam::panel_begin(outputs, w.panels, p + 1) <= own)
                ++p;
            const std::size_t begin = lam::panel_begin(outputs, w.panels, p);
            const std::size_t width = lam::panel_begin(outputs, w.panels, p + 1) - begin;
            for (std::size_t n = 0; n < w.inputs(); ++n)
                weights[g * w.inputs() * lam::whole_lines(outputs) + begin * w.inputs() +
                        n * width + (own - begin)] = l.weights[o * w.inputs() + n];
        }
    }
};

template <class P, class Shape, class Epilogue>
void run(const packed& parameters, const maps& m, const Epilogue& epilogue) {
    lam::kernel::conv<P, Shape>(m.x.data(), m.x_stride, parameters.weights.data(),
                                parameters.bias.data(), m.y.data(), m.y_stride, maps::images,
                                epilogue);
}

template <std::size_t... N>
struct conv_case {
    static constexpr window sizes = {N...};
    using shape = lam::kernel::conv_shape<N...>;
};

template <class P, class Case>
void check_conv() {
    constexpr window w = Case::sizes;
    INFO(P::lanes << " lanes, " << w.channels << " channels, " << w.outputs << " outputs, kernel "
                  << w.kernel_height << " x " << w.kernel_width << ", " << w.out_height << " x "
                  << w.out_width << " positions");
    const layer l(w);
    const packed parameters(w, l);
    const std::vector<float> slope = slopes(w.outputs);
    const maps m(w);
    // The slopes of the last line alone may be read.
    const lam::test::tight_buffer tight(slope.size());
    std::copy(slope.begin(), slope.end(), tight.data());
    run<P, typename Case::shape>(parameters, m,
                                 lam::kernel::compose(lam::kernel::prelu{tight.data()}));
    CHECK(m.only_units_written(w));
    CHECK(m.wrong(w, l, with_slopes(slope)) == 0);
    if constexpr (lam::kernel::conv_is_few<P, typename Case::shape>()) {
        run<P, typename Case::shape>(parameters, m, lam::kernel::compose(lam::kernel::relu{}));
        CHECK(m.only_units_written(w));
        CHECK(m.wrong(w, l, [](float sum, std::size_t) { return 0.0f > sum ? 0.0f : sum; }) == 0);
    }
}

template <class P, class... Cases>
void check_convs() {
    (check_conv<P, Cases>(), ...);
}

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
// One channel and few outputs: positions in lanes.
template <class P>
void check_few() {
    check_convs<P, conv_case<28, 1, 5, 24, 7, 5, 5, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<60, 1, 3, 52, 8, 3, 3, 2, 1, 3, 4, 1, 1, 1>,
                conv_case<26, 1, 3, 20, 3, 2, 5, 2, 1, 1, 1, 1, 1, 1>,
                conv_case<60, 1, 1, 50, 1, 1, 9, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<14, 1, 4, 12, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>,
                conv_case<25, 1, 7, 22, 1, 3, 3, 1, 1, 1, 1, 1, 1, 1>>();
}

// An approximated function, which follows in a pass of its own with 16 registers.
template <class P>
void check_function() {
    using of = conv_case<10, 4, 2, 7, 18, 3, 3, 1, 1, 1, 1, 1, 1, 1>;
    constexpr window w = of::sizes;
    const layer l(w);
    const maps m(w);
    run<P, of::shape>(packed(w, l), m, lam::kernel::compose(lam::kernel::tanh{}));
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
    const layer l(w);
    const std::vector<float> slope = slopes(Channels);
    const maps m(w);
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
        lam::kernel::depthwise<P, w.units(), Line, Channels, OutHeight, OutWidth, KernelHeight,
                               KernelWidth, StrideHeight, StrideWidth, DilationHeight,
                               DilationWidth>(m.x.data(), m.x_stride, weights.data(), bias.data(),
                                              m.y.data(), m.y_stride, maps::images,
                                              lam::kernel::compose(function));
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

TEST_CASE("a convolution to few outputs has the bits that it promises", "[conv]") {
    lam::test::for_each_pack([](auto pack) { check_few<decltype(pack)>(); });
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
