// SPDX-License-Identifier: MIT
#pragma once

// Convolutions to try kernels with, and the order of operations that they promise, spelled out on
// plain floats. Promises buffers exactly as long as kernels may touch.

#include "buffer.hpp"
#include "catch.hpp"
#include "compare.hpp"
#include "packs.hpp"
#include "random.hpp"

#include <laminate/base/panel.hpp>
#include <laminate/kernel/forward/chain.hpp>
#include <laminate/kernel/forward/conv.hpp>
#include <laminate/kernel/forward/relu.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace laminate::test {

namespace lam = laminate;

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
struct conv_layer {
    std::vector<float> weights;
    std::vector<float> bias;

    explicit conv_layer(const window& w) : weights(w.outputs * w.inputs()), bias(w.outputs) {
        lam::test::fill(weights, w.inputs() * 1000 + w.outputs);
        lam::test::fill(bias, w.inputs() + w.outputs * 1000);
    }
};

inline float conv_in_order(const window& w, const conv_layer& l, const float* x, std::size_t r,
                           std::size_t c, std::size_t output) {
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
inline bool is_near(const window& w, const conv_layer& l, const float* x, std::size_t r,
                    std::size_t c, std::size_t output, float result) {
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
struct conv_maps {
    static constexpr std::size_t images = 3;
    std::size_t x_stride;
    std::size_t y_stride;
    lam::test::tight_buffer x;
    lam::test::guarded_buffer y;

    explicit conv_maps(const window& w)
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
    [[nodiscard]] constexpr std::size_t wrong(const window& w, const conv_layer& l,
                                              const Function& f) const {
        std::size_t count = 0;
        for (std::size_t image = 0; image < images; ++image)
            for (std::size_t r = 0; r < w.out_height; ++r)
                for (std::size_t c = 0; c < w.out_width; ++c)
                    for (std::size_t o = 0; o < w.outputs; ++o) {
                        const float* const from = x.data() + image * x_stride;
                        const float sum = conv_in_order(w, l, from, r, c, o);
                        const std::size_t at =
                            image * y_stride + (r * w.out_width + c) * w.outputs + o;
                        if (!is_near(w, l, from, r, c, o, sum)) ++count;
                        if (!lam::test::same_bits(y[at], f(sum, o))) ++count;
                    }
        return count;
    }
};

// A slope for each output, in whole lines.
inline std::vector<float> slopes(std::size_t outputs) {
    std::vector<float> all(lam::whole_lines(outputs));
    lam::test::fill(all, outputs);
    return all;
}
inline auto with_slopes(const std::vector<float>& slope) {
    return [&slope](float sum, std::size_t o) {
        return lam::kernel::prelu{slope.data()}(lam::pack::scalar{}, sum, o);
    };
}

struct packed_conv {
    lam::test::tight_buffer weights;
    lam::test::tight_buffer bias;

    packed_conv(const window& w, const conv_layer& l)
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
void run_conv(const packed_conv& parameters, const conv_maps& m, const Epilogue& epilogue) {
    lam::kernel::conv<P, Shape>(m.x.data(), m.x_stride, parameters.weights.data(),
                                parameters.bias.data(), m.y.data(), m.y_stride, conv_maps::images,
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
    const conv_layer l(w);
    const packed_conv parameters(w, l);
    const std::vector<float> slope = slopes(w.outputs);
    const conv_maps m(w);
    // The slopes of the last line alone may be read.
    const lam::test::tight_buffer tight(slope.size());
    std::copy(slope.begin(), slope.end(), tight.data());
    run_conv<P, typename Case::shape>(parameters, m,
                                      lam::kernel::compose(lam::kernel::prelu{tight.data()}));
    CHECK(m.only_units_written(w));
    CHECK(m.wrong(w, l, with_slopes(slope)) == 0);
    if constexpr (lam::kernel::conv_is_few<P, typename Case::shape>()) {
        run_conv<P, typename Case::shape>(parameters, m, lam::kernel::compose(lam::kernel::relu{}));
        CHECK(m.only_units_written(w));
        CHECK(m.wrong(w, l, [](float sum, std::size_t) { return 0.0f > sum ? 0.0f : sum; }) == 0);
    }
}

template <class P, class... Cases>
void check_convs() {
    (check_conv<P, Cases>(), ...);
}

} // namespace laminate::test
