// SPDX-License-Identifier: MIT
#pragma once

// Where a weight lies in memory: the one packed layout that kernels read at batch 1 and batch N.
// Needs nothing. Promises the same layout for every vector width, so that a file, a plan and a
// generated source made on one machine serve all others. This text is part of generated sources
// (C++17).

#include <cstddef>

#include "compiler.hpp"

namespace laminate {
inline namespace LAMINATE_ISA {

// A line is 64 bytes: a cache line, and the widest register. Rows, parameters and panels are
// whole lines.
inline constexpr std::size_t line_floats = 16;
constexpr std::size_t lines(std::size_t floats) { return (floats + line_floats - 1) / line_floats; }
constexpr std::size_t whole_lines(std::size_t floats) { return lines(floats) * line_floats; }

// `count` things cut into `parts` of nearly equal size, the larger ones first.
constexpr std::size_t split_begin(std::size_t count, std::size_t parts, std::size_t part) {
    const std::size_t larger = count % parts;
    return part * (count / parts) + (part < larger ? part : larger);
}

// The outputs of a dense layer are cut into panels of nearly equal width. Panel p holds, for each
// input in turn, one row of its outputs: [panel][input][outputs of the panel].
constexpr std::size_t panel_begin(std::size_t outputs, std::size_t panels, std::size_t p) {
    return split_begin(lines(outputs), panels, p) * line_floats;
}

// A layer of up to eight outputs would leave most of a line empty. It has one panel, a line of
// which holds the weights of a group of inputs: [group][output][input of the group], where outputs
// count as 1, 2, 4 or 8. (With few inputs, adding up what shares a line takes longer than reading
// more lines.)
constexpr bool is_narrow(std::size_t inputs, std::size_t outputs) {
    return outputs <= line_floats / 2 && inputs >= line_floats / 2;
}
constexpr std::size_t narrow_row(std::size_t outputs) {
    return outputs > 4 ? 8 : outputs > 2 ? 4 : outputs;
}
constexpr std::size_t narrow_group(std::size_t outputs) {
    return line_floats / narrow_row(outputs);
}
constexpr std::size_t narrow_position(std::size_t outputs, std::size_t output, std::size_t input) {
    const std::size_t group = narrow_group(outputs);
    return input / group * line_floats + output * group + input % group;
}

// Floats of a layer's weights.
constexpr std::size_t weight_floats(std::size_t inputs, std::size_t outputs) {
    return is_narrow(inputs, outputs) ? whole_lines(inputs * narrow_row(outputs))
                                      : inputs * whole_lines(outputs);
}

// The position of the weight from `input` to `output`, among those of panels.
constexpr std::size_t panel_position(std::size_t inputs, std::size_t outputs, std::size_t panels,
                                     std::size_t output, std::size_t input) {
    std::size_t p = 0;
    while (panel_begin(outputs, panels, p + 1) <= output)
        ++p;
    const std::size_t begin = panel_begin(outputs, panels, p);
    const std::size_t width = panel_begin(outputs, panels, p + 1) - begin;
    return begin * inputs + input * width + (output - begin);
}

// The same, of a dense layer.
constexpr std::size_t weight_position(std::size_t inputs, std::size_t outputs, std::size_t panels,
                                      std::size_t output, std::size_t input) {
    if (is_narrow(inputs, outputs)) return narrow_position(outputs, output, input);
    return panel_position(inputs, outputs, panels, output, input);
}

// A value whose reader wants its units in pieces is stored piece by piece, each in whole lines, so
// that what joins the pieces runs over whole registers: unit u lies at
// (u % pieces) * piece_stride + u / pieces.
constexpr std::size_t piece_stride(std::size_t units, std::size_t pieces) {
    return whole_lines(units / pieces);
}
constexpr std::size_t unit_position(std::size_t units, std::size_t pieces, std::size_t unit) {
    return pieces == 1 ? unit : unit % pieces * piece_stride(units, pieces) + unit / pieces;
}

} // namespace LAMINATE_ISA
} // namespace laminate
