// SPDX-License-Identifier: MIT
#pragma once

// What is fixed of a convolution over maps that lie channels last, as a type, the parameter of its
// kernel; and how its output positions and registers of outputs are cut into tiles. Promises that
// tiles change speed only: every output's sum has the order that kernel/forward/conv.hpp states.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/tile.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t Line, std::size_t Channels, std::size_t OutHeight, std::size_t OutWidth,
          std::size_t Outputs, std::size_t KernelHeight, std::size_t KernelWidth,
          std::size_t StrideHeight, std::size_t StrideWidth, std::size_t DilationHeight,
          std::size_t DilationWidth, std::size_t Groups, std::size_t Panels, std::size_t Chains>
struct conv_shape {
    static constexpr std::size_t line = Line;
    static constexpr std::size_t channels = Channels;
    static constexpr std::size_t kernel_height = KernelHeight;
    static constexpr std::size_t kernel_width = KernelWidth;
    static constexpr std::size_t stride_height = StrideHeight;
    static constexpr std::size_t stride_width = StrideWidth;
    static constexpr std::size_t dilation_height = DilationHeight;
    static constexpr std::size_t dilation_width = DilationWidth;
    static constexpr std::size_t out_height = OutHeight;
    static constexpr std::size_t out_width = OutWidth;
    static constexpr std::size_t reach = // columns of the map that windows reach
        (OutWidth - 1) * StrideWidth + (KernelWidth - 1) * DilationWidth + 1;
    static constexpr std::size_t positions = OutHeight * OutWidth;
    static constexpr std::size_t outputs = Outputs; // of a position
    static constexpr std::size_t groups = Groups;
    static constexpr std::size_t panels = Panels; // of a group
    static constexpr std::size_t chains = Chains;

    static constexpr std::size_t group_outputs = Outputs / Groups;
    static constexpr std::size_t group_channels = Channels / Groups;
    static constexpr std::size_t inputs = KernelHeight * KernelWidth * group_channels;

    // A window is segments of inputs that lie side by side: a line of it, where nothing lies
    // between its columns, or else a column; all of it where nothing lies between its lines.
    static constexpr bool joins_columns = KernelWidth == 1 || (Groups == 1 && DilationWidth == 1);
    static constexpr bool joins_lines =
        Groups == 1 && joins_columns && DilationHeight == 1 && KernelWidth == Line;
    static constexpr std::size_t segment = joins_lines     ? inputs
                                           : joins_columns ? KernelWidth * group_channels
                                                           : group_channels;
    static constexpr std::size_t segments = inputs / segment;
    static constexpr std::size_t segments_of_line = joins_columns ? 1 : KernelWidth;

    // Where segment s begins, from the beginning of the window on.
    static constexpr std::size_t segment_begin(std::size_t s) {
        return (s / segments_of_line * DilationHeight * Line +
                s % segments_of_line * DilationWidth) *
               Channels;
    }
    // Where the window of an output position begins.
    static constexpr std::size_t window_begin(std::size_t row, std::size_t column) {
        return (row * StrideHeight * Line + column * StrideWidth) * Channels;
    }
    static constexpr std::size_t position_begin(std::size_t row, std::size_t column) {
        return (row * OutWidth + column) * Outputs;
    }
};

// Output positions cut into tiles, `rows` times `columns` of them, each of nearly equal size.
struct conv_tiles {
    std::size_t rows;
    std::size_t columns;
    std::size_t cost; // roughly half cycles for each input
};

// Half cycles that an input of a tile takes, times 16: two products and two loads a cycle, and a
// product waits four cycles for that of the input before. Loads count a little beside products.
constexpr std::size_t conv_tile_cost(std::size_t positions, std::size_t registers,
                                     std::size_t chains, std::size_t inputs) {
    const std::size_t products = positions * registers;
    const std::size_t loads = positions + registers;
    std::size_t busy = products > loads || registers == 1 ? products : loads;
    if (busy * chains < 8) busy = (8 + chains - 1) / chains;
    // Starting and storing sums is hardly overlapped with the products of others.
    return busy * 16 + loads * 2 + (products * products * 3 / 2 + 160) / inputs;
}

// The best tiles for chunks of `registers` registers; ties go to fewer rows.
constexpr conv_tiles choose_conv_tiles(std::size_t out_height, std::size_t out_width,
                                       std::size_t registers, std::size_t accumulators,
                                       std::size_t chains, std::size_t inputs) {
    conv_tiles best = {out_height, out_width, ~std::size_t{0}};
    for (std::size_t height = 1; height <= out_height && height <= accumulators; ++height) {
        const std::size_t rows = (out_height + height - 1) / height;
        const std::size_t tall = (out_height + rows - 1) / rows;
        if (tall != height) continue;
        const std::size_t taller = out_height % rows; // of rows of tiles, if not all are equal
        const std::size_t fits = accumulators / (tall * registers);
        if (fits == 0 && tall > 1) break;
        for (std::size_t wide = fits < 1           ? 1
                                : fits < out_width ? fits
                                                   : out_width;
             wide > 0; --wide) {
            const std::size_t columns = (out_width + wide - 1) / wide;
            if ((out_width + columns - 1) / columns != wide) continue;
            const std::size_t wider = out_width % columns;
            std::size_t cost = 0;
            for (std::size_t kind = 0; kind < 4; ++kind) {
                const std::size_t h = out_height / rows + (kind & 1);
                const std::size_t w = out_width / columns + (kind >> 1);
                const std::size_t tiles = ((kind & 1) > 0 ? taller : rows - taller) *
                                          ((kind >> 1) > 0 ? wider : columns - wider);
                if (tiles > 0) cost += tiles * conv_tile_cost(h * w, registers, chains, inputs);
            }
            if (cost < best.cost) best = {rows, columns, cost};
            // More tiles would only be smaller.
            if (tall * wide * registers * 2 < accumulators) break;
        }
    }
    return best;
}

// Sums of a tile. (With fewer registers some are needed for weights and inputs all the same.)
constexpr std::size_t conv_accumulators(std::size_t registers, std::size_t chains) {
    const std::size_t all = accumulator_budget(registers) / chains;
    return all > 0 ? all : 1;
}

// The number of chunks into which `registers` registers of a panel are cut.
template <class P, class Shape>
constexpr std::size_t conv_chunks(std::size_t registers) {
    constexpr std::size_t accumulators = conv_accumulators(P::registers, Shape::chains);
    std::size_t best = registers;
    std::size_t least = ~std::size_t{0};
    for (std::size_t chunks = 1; chunks <= registers; ++chunks) {
        const std::size_t larger = registers % chunks;
        const std::size_t width = registers / chunks;
        if (width + (larger > 0 ? 1 : 0) > accumulators) continue;
        std::size_t cost = 0;
        if (larger > 0)
            cost += larger * choose_conv_tiles(Shape::out_height, Shape::out_width, width + 1,
                                               accumulators, Shape::chains, Shape::inputs)
                                 .cost;
        cost += (chunks - larger) * choose_conv_tiles(Shape::out_height, Shape::out_width, width,
                                                      accumulators, Shape::chains, Shape::inputs)
                                        .cost;
        if (cost < least) {
            least = cost;
            best = chunks;
        }
    }
    return best;
}

// A chunk: registers of outputs of a panel that are computed together.
template <class P, class Shape, std::size_t Panel, std::size_t Chunk>
struct conv_chunk_of {
    static constexpr std::size_t begin = panel_begin(Shape::group_outputs, Shape::panels, Panel);
    static constexpr std::size_t end = panel_begin(Shape::group_outputs, Shape::panels, Panel + 1);
    static constexpr std::size_t width = end - begin; // from the weights of an input to the next
    static constexpr std::size_t outputs =
        (end < Shape::group_outputs ? end : Shape::group_outputs) - begin;
    static constexpr std::size_t all = (outputs + P::lanes - 1) / P::lanes;
    static constexpr std::size_t count = conv_chunks<P, Shape>(all);
    static constexpr std::size_t first = split_begin(all, count, Chunk);
    static constexpr std::size_t registers = split_begin(all, count, Chunk + 1) - first;
    static constexpr std::size_t unit = begin + first * P::lanes;
    // Outputs of the last register, where it isn't full.
    static constexpr std::size_t tail = first + registers == all ? outputs % P::lanes : 0;
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
