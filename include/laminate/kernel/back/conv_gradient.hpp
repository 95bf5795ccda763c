// SPDX-License-Identifier: MIT
#pragma once

// What the ways back of convolutions are made of: maps copied to where windows can slide over them,
// weights whose taps are turned around, and the gradient of weights. (The gradient of a map is a
// convolution of that of its output with the turned weights, see train/steps/window_stage.hpp.)
//
// The contract on bits: each element of dW is one chain of fma, and of db of add, over maps, then
// positions, in rising order from 0 on.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../forward/conv_shape.hpp"
#include "transpose.hpp"
#include "weight_gradient.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Where the positions of a map lie: `pitch` floats from one to the next, lines `line` floats apart.
struct map_lines {
    std::size_t pitch;
    std::size_t line;
};

// Copies the channels of lines x columns positions.
template <std::size_t Channels>
void copy_map(const float* x, map_lines from, float* y, map_lines to, std::size_t lines,
              std::size_t columns) {
    const bool is_whole = from.pitch == Channels && to.pitch == Channels;
    const std::size_t times = is_whole ? 1 : columns;
    const std::size_t floats = is_whole ? columns * Channels : Channels;
    for (std::size_t r = 0; r < lines; ++r)
        for (std::size_t c = 0; c < times; ++c)
            for (std::size_t i = 0; i < floats; ++i)
                y[r * to.line + c * to.pitch + i] = x[r * from.line + c * from.pitch + i];
}

// The gradients of the weights from inputs [first, first + inputs) of the windows of a group, whole
// taps, to the outputs of panel p. x points to the maps that the forward kernel read,
// x_map floats apart; the gradients of their positions lie dy_pitch apart, and those of the
// channels behind the group's are read, too. Writes zeros in the padding.
template <class P, class Shape>
constexpr void conv_weight_gradient(const float* x, std::size_t x_map, const float* dy,
                                    std::size_t dy_pitch, std::size_t maps, float* dw,
                                    std::size_t group, std::size_t p, std::size_t first,
                                    std::size_t inputs) {
    constexpr std::size_t outputs = Shape::group_outputs;
    constexpr std::size_t all = lines(outputs);
    constexpr std::size_t larger = all % Shape::panels;
    constexpr std::size_t narrower = all / Shape::panels * (line_floats / P::lanes);
    constexpr std::size_t accumulators =
        tile_accumulators(1, P::registers, weights_stream(Shape::inputs, outputs));
    // Inputs that lie side by side, of a line of the window.
    constexpr std::size_t segment =
        Shape::joins_columns ? Shape::kernel_width * Shape::group_channels : Shape::group_channels;
    // Lines of positions that are taken together, so that what they read stays in the L1 cache.
    constexpr std::size_t together =
        Shape::out_width < gradient_rows ? gradient_rows / Shape::out_width : 1;
    const std::size_t begin = panel_begin(outputs, Shape::panels, p);
    const std::size_t width = panel_begin(outputs, Shape::panels, p + 1) - begin;
    float* const to =
        dw + group * Shape::inputs * whole_lines(outputs) + begin * Shape::inputs + first * width;
    x += group * Shape::group_channels;
    dy += group * outputs + begin;
    for (std::size_t map = 0; map < maps; ++map)
        for (std::size_t line = 0; line < Shape::out_height; line += together) {
            const std::size_t left = Shape::out_height - line;
            const std::size_t position = map * Shape::positions + line * Shape::out_width;
            const weight_block b = {Shape::window_begin(0, 1),
                                    dy + position * dy_pitch,
                                    dy_pitch,
                                    Shape::out_width,
                                    width,
                                    map + line > 0,
                                    left < together ? left : together,
                                    Shape::window_begin(1, 0),
                                    Shape::out_width * dy_pitch};
            const float* const corner = x + map * x_map + Shape::window_begin(line, 0);
            for (std::size_t i = 0; i < inputs;) {
                const std::size_t tap = (first + i) / Shape::group_channels;
                const std::size_t side_by_side = segment - (first + i) % segment;
                const std::size_t now = inputs - i < side_by_side ? inputs - i : side_by_side;
                const float* const from =
                    corner + (tap / Shape::kernel_width * Shape::dilation_height * Shape::line +
                              tap % Shape::kernel_width * Shape::dilation_width) *
                                 Shape::channels;
                if (p < larger) {
                    if constexpr (larger > 0)
                        weight_panel<P, accumulators, narrower + line_floats / P::lanes>(
                            b, now, from, to + i * width);
                } else {
                    weight_panel<P, accumulators, narrower>(b, now, from, to + i * width);
                }
                i += now;
            }
        }
    if constexpr (Shape::groups > 1 && outputs % line_floats != 0)
        if (begin + width > outputs) // there were gradients of other groups
            for (std::size_t i = 0; i < inputs; ++i)
                for (std::size_t o = outputs - begin; o < width; ++o)
                    to[i * width + o] = 0.0f;
}

// That of a bias, each group's in whole lines, over positions.
template <class P, std::size_t Outputs, std::size_t Groups>
constexpr void grouped_bias_gradient(const float* dy, std::size_t dy_pitch, std::size_t positions,
                                     float* db) {
    constexpr std::size_t outputs = Outputs / Groups;
    constexpr std::size_t floats = whole_lines(outputs);
    for (std::size_t group = 0; group < Groups; ++group, dy += outputs, db += floats) {
        bias_gradient<P>(dy, dy_pitch, positions, db, floats);
        for (std::size_t o = outputs; o < floats; ++o)
            db[o] = 0.0f;
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
