// SPDX-License-Identifier: MIT
#pragma once

// conv: y = W x + b at each position of a map, where x is a window of the input (cross-correlation,
// as in PyTorch and Keras), W [units, channels of a group, window]. depthwise_conv: each channel by
// itself, W [channels, 1, window]. Padding is zeros.

#include "../../base/compiler.hpp"
#include "facts.hpp"
#include "windows.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct conv {
    static constexpr traits is = {.role = role::layer, .run = kernel::conv};

    // What its kernel is instantiated on, see kernel/forward/conv_shape.hpp.
    struct numbers {
        std::size_t line = 0; // positions of a line of the map read
        std::size_t channels = 0;
        std::size_t out_height = 0;
        std::size_t out_width = 0;
        std::size_t outputs = 0; // at each position
        std::size_t kernel_height = 0;
        std::size_t kernel_width = 0;
        std::size_t stride_height = 0;
        std::size_t stride_width = 0;
        std::size_t dilation_height = 0;
        std::size_t dilation_width = 0;
        std::size_t groups = 1;
        std::size_t panels = 1;
        std::size_t chains = 1;
    };

    // A map of one axis may be a stream, where a single position at a time is computed: its sums
    // are of two chains, where each keeps four terms.
    static constexpr std::size_t chains(const node& n, std::size_t terms) {
        return n.window.rank == 1 && terms >= 8 ? 2 : 1;
    }

    static constexpr numbers numbers_of(const node& n, const shape& map, std::size_t panels) {
        const windows w = windows_of(n, map);
        return {.line = w.width.padded(),
                .channels = w.channels,
                .out_height = w.height.positions(),
                .out_width = w.width.positions(),
                .outputs = laminate::width(n.output),
                .kernel_height = w.height.kernel,
                .kernel_width = w.width.kernel,
                .stride_height = w.height.stride,
                .stride_width = w.width.stride,
                .dilation_height = w.height.dilation,
                .dilation_width = w.width.dilation,
                .groups = n.groups,
                .panels = panels,
                .chains = chains(n, w.taps() * w.channels / n.groups)};
    }

    static constexpr shape output(const node& n, operands in) {
        return seen_through(n, in[0], n.units);
    }

    static constexpr refusal check(const node& n, operands in) {
        if (n.units == 0) return {mistake_kind::zero_units, 1, 0};
        if (n.window.rank == 0) return {mistake_kind::window_of_nothing, 1, 0};
        if (const refusal r = check_windows(n, in[0]); r.kind != mistake_kind::accepted) return r;
        const std::size_t channels = width(in[0]);
        if (n.groups == 0 || channels % n.groups != 0)
            return {mistake_kind::channels_indivisible, n.groups, channels};
        if (n.units % n.groups != 0) return {mistake_kind::channels_indivisible, n.groups, n.units};
        const windows w = windows_of(n, in[0]);
        if (w.taps() > max_weights / channels || n.units > max_weights / (channels * w.taps()))
            return {mistake_kind::too_large, max_weights, n.units};
        return {};
    }

    // The extents of weights, PyTorch's.
    static constexpr shape of_weights(const node& n, std::size_t outputs, std::size_t inputs) {
        shape s = {2, {outputs, inputs}};
        for (std::size_t k = 0; k < n.window.rank && s.rank < max_rank; ++k)
            s.extent[s.rank++] = n.window.extent[k];
        return s;
    }
    static constexpr tensor_list learned(const node& n, operands in) {
        const std::size_t groups = n.groups == 0 ? 1 : n.groups;
        return weights_and_bias(n, of_weights(n, n.units, width(in[0]) / groups), packing::windows,
                                groups == 1 ? packing::units : packing::grouped);
    }
    // A layer without a bias has one of zeros.
    static constexpr tensor_list weights_and_bias(const node& n, const shape& extents,
                                                  packing of_weights, packing of_bias) {
        return {tensor{.name = "weights",
                       .file_name = "weight",
                       .extents = extents,
                       .how = of_weights,
                       .decays = true},
                tensor{.name = "bias",
                       .file_name = "bias",
                       .extents = vector_shape(extents.extent[0]),
                       .how = of_bias,
                       .factor = false,
                       .learned = n.bias}};
    }

    static constexpr std::size_t multiply_adds(const node& n, operands in) {
        const windows w = windows_of(n, in[0]);
        return n.output.size() * w.taps() * (w.channels / n.groups);
    }

    static constexpr spelling spelled(const node& n) {
        spelling s = {n.window.rank == 1 ? "conv1d" : "conv2d", count("", n.units)};
        say_window(s, n);
        if (n.groups != 1) s.options.push(count("groups", n.groups));
        if (!n.bias) s.options.push(flag("no_bias"));
        return s;
    }
    static constexpr void say_window(spelling& s, const node& n) {
        for (std::size_t k = 0; k < n.window.rank; ++k)
            s.argument.push(count("", n.window.extent[k]));
        say(s, "stride", n.strides, 1);
        say(s, "dilation", n.dilations, 1);
        say_padding(s, n);
    }

    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

struct depthwise_conv {
    static constexpr traits is = {.role = role::layer, .run = kernel::depthwise};

    static constexpr shape output(const node& n, operands in) {
        return seen_through(n, in[0], width(in[0]));
    }
    static constexpr refusal check(const node& n, operands in) {
        if (n.window.rank == 0) return {mistake_kind::window_of_nothing, 1, 0};
        return check_windows(n, in[0]);
    }
    static constexpr tensor_list learned(const node& n, operands in) {
        return conv::weights_and_bias(n, conv::of_weights(n, width(in[0]), 1), packing::taps,
                                      packing::units);
    }
    static constexpr std::size_t multiply_adds(const node& n, operands in) {
        return n.output.size() * windows_of(n, in[0]).taps();
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {n.window.rank == 1 ? "depthwise_conv1d" : "depthwise_conv2d"};
        conv::say_window(s, n);
        if (!n.bias) s.options.push(flag("no_bias"));
        return s;
    }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
