// SPDX-License-Identifier: MIT
#pragma once

// How many rows and registers of a dense layer are computed at once on a machine with a given
// register file. Needs two numbers of the pack. Promises to change speed only: every output's sum
// has the order that the plan gave it.

#include <cstddef>

#include "../base/compiler.hpp"

namespace laminate::kernel {

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

// Accumulators of a tile. Twelve hide the latency of fma (4 cycles, 2 a cycle), and the next tile
// begins sooner behind the stores of a small one (a Zen 5 loses 4 cycles with 12 of 512 bits, 25
// with 24). But more of them share each weight, which counts where weights don't stay in the L1
// cache; and chains need accumulators of their own.
constexpr std::size_t tile_accumulators(std::size_t chains, std::size_t registers, bool streams) {
    if (chains == 1 && !streams) return 12;
    return accumulator_budget(registers) / chains;
}

// Rows of a tile of `width` registers: as many as there are accumulators for.
constexpr std::size_t tile_rows(std::size_t width, std::size_t accumulators, std::size_t max_rows) {
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
        const std::size_t rows = tile_rows(width, accumulators, max_rows);
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

// Inputs that a turn of a loop over them takes: it is unrolled at least by four.
constexpr std::size_t unrolled_inputs(std::size_t chains) { return chains < 4 ? 4 : chains; }

} // namespace laminate::kernel
