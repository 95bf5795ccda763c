// SPDX-License-Identifier: MIT
#pragma once

// How the work of a dense layer is cut to fit registers and caches: which rows and registers are
// computed at once. Needs shapes and two numbers of the pack. Promises to change speed only: every
// output's sum has the order that the plan gave it. describe() shows what is decided here.

#include <cstddef>

#include "cache.hpp"
#include "compiler.hpp"
#include "panel.hpp"

namespace laminate {
inline namespace LAMINATE_ISA {

struct tile {
    std::size_t rows;   // rows of the batch
    std::size_t chunks; // parts that the registers of a panel are cut into
};

// Each number of rows up to this is a function of its own, and more would hardly be faster.
inline constexpr std::size_t most_tile_rows = 8;

// Accumulators that leave room for the weights of a step and the broadcast inputs.
constexpr std::size_t accumulator_budget(std::size_t registers) {
    return registers >= 32 ? 24 : 12;
}

// Whether a tile computes its chains one after the other. With 16 registers, several at once would
// leave six accumulators for each or less, and hardly more products than loads.
constexpr bool chains_in_turn(std::size_t chains, std::size_t registers) {
    return chains > 1 && registers < 32;
}

// Accumulators of a tile. Twelve hide the latency of fma (4 cycles, 2 a cycle), and the next tile
// begins sooner behind the stores of a small one (a Zen 5 loses 4 cycles with 12 of 512 bits, 25
// with 24). But more of them share each weight, which counts where weights don't stay in the L1
// cache; and chains need accumulators of their own.
constexpr std::size_t tile_accumulators(std::size_t chains, std::size_t registers, bool streams) {
    if ((chains == 1 && !streams) || chains_in_turn(chains, registers)) return 12;
    return accumulator_budget(registers) / chains;
}

// Rows of a tile of `width` registers: as many as there are accumulators for.
constexpr std::size_t rows_that_fit(std::size_t width, std::size_t accumulators,
                                    std::size_t max_rows) {
    const std::size_t rows = width > accumulators ? 1 : accumulators / width;
    return rows < max_rows ? rows : max_rows;
}

// The tile of at most `max_rows` rows with the most multiply-adds per load: a step of r rows and g
// registers does r*g multiply-adds on r + g loads. Ties go to more accumulators.
constexpr tile choose_tile(std::size_t panel_registers, std::size_t accumulators,
                           std::size_t max_rows) {
    tile best = {1, panel_registers};
    std::size_t best_product = 0;
    std::size_t best_loads = 1;
    for (std::size_t chunks = 1; chunks <= panel_registers; ++chunks) {
        const std::size_t width = (panel_registers + chunks - 1) / chunks;
        if (width > 1 && width > accumulators) continue;
        const std::size_t rows = rows_that_fit(width, accumulators, max_rows);
        const std::size_t product = rows * width;
        const std::size_t loads = rows + width;
        if (product * best_loads > best_product * loads) {
            best = {rows, chunks};
            best_product = product;
            best_loads = loads;
        }
    }
    return best;
}

// Whether a layer's weights are too many to stay in the L1 cache.
constexpr bool weights_stream(std::size_t inputs, std::size_t outputs) {
    return inputs * whole_lines(outputs) * sizeof(float) > l1_bytes;
}

// Registers of a panel that are computed, the first panel being the widest.
constexpr std::size_t panel_registers(std::size_t outputs, std::size_t panels, std::size_t lanes) {
    return panels == 1 ? (outputs + lanes - 1) / lanes : panel_begin(outputs, panels, 1) / lanes;
}

// Rows and registers of the largest tile of a layer, as kernels for many rows choose it.
struct tile_shape {
    std::size_t rows;
    std::size_t registers;
};
constexpr tile_shape largest_tile(std::size_t inputs, std::size_t outputs, std::size_t panels,
                                  std::size_t chains, std::size_t lanes, std::size_t registers) {
    if (is_narrow(inputs, outputs)) {
        const std::size_t of_line = line_floats / lanes;
        const std::size_t in_flight = chains / narrow_group(outputs);
        return {rows_that_fit(in_flight * of_line, accumulator_budget(registers), most_tile_rows),
                of_line};
    }
    const std::size_t accumulators =
        tile_accumulators(chains, registers, weights_stream(inputs, outputs));
    const std::size_t all = panel_registers(outputs, panels, lanes);
    const std::size_t chunks = choose_tile(all, accumulators, most_tile_rows).chunks;
    const std::size_t width = (all + chunks - 1) / chunks;
    return {rows_that_fit(width, accumulators, most_tile_rows), width};
}

// Inputs that a turn of a loop over them takes: it is unrolled at least by four.
constexpr std::size_t unrolled_inputs(std::size_t chains) { return chains < 4 ? 4 : chains; }

} // namespace LAMINATE_ISA
} // namespace laminate
