// SPDX-License-Identifier: MIT
#pragma once

// What a planned step asks of its kernel, as numbers: the DSL makes template arguments of them, the
// generator prints them. Needs a plan. Promises that neither of the two decides anything itself.

#include <cstddef>
#include <cstdint>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "plan.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// Each kernel uses those that its template parameters name.
struct call {
    kernel run = kernel::activation;
    std::size_t outputs = 0;         // floats of a row written
    kind::dense::numbers dense = {}; // of kernel::dense
    kind::conv::numbers conv = {};   // of kernels that go over windows
    arguments others = {};           // of a row kernel, behind outputs
    float epsilon = 0.0f;            // of a row kernel that takes a number
    bool one_lane = false;           // the kernel can't run on a pack of several lanes
};

constexpr call call_of(const plan_view& plan, const step& s) {
    const bool in_pieces = s.pieces != 1;
    call c = {};
    c.run = s.run;
    c.outputs = s.units;
    if (takes_functions(s.run) && s.pieces != 1) c.outputs = plan.values[s.last].floats;
    if (s.run == kernel::dense)
        c.dense = {.inputs = width(arriving(plan.nodes, s.node)),
                   .outputs = c.outputs,
                   .panels = s.panels,
                   .chains = s.chains,
                   .exact = s.exact,
                   .skips_zeros = s.skips_zeros,
                   .far = kind::dense::far(plan.cost.weight_bytes)};
    if (is_window_kernel(s.run))
        c.conv = kind::conv::numbers_of(plan.nodes[s.node], arriving(plan.nodes, s.node), s.panels);
    const row& kind = of(plan.nodes[s.node].kind);
    if (s.run == kernel::move)
        c.others = arguments_for(s.moves);
    else if (s.run == kind.is.run) // else a copy
        c.others = kind.arguments_of(plan.nodes[s.node], operands_of(plan.nodes, s.node), s.units,
                                     in_pieces);
    c.epsilon = plan.nodes[s.node].alpha;
    c.one_lane = kind.is.in_pieces && !in_pieces;
    return c;
}

// Rows that pass through all steps together: 24, a multiple of the rows of most register tiles; 96
// where all weights together don't stay in the L1 cache, and are read again for each tile (2 % for
// a network of 1 MB). Fewer where their scratch memory would be too much for the stack.
inline constexpr std::size_t few_tile_rows = 24;
inline constexpr std::size_t max_tile_rows =
    (rows_to_share_weights + few_tile_rows - 1) / few_tile_rows * few_tile_rows;

constexpr std::size_t tile_rows(const figures& f) {
    std::size_t rows = f.weight_bytes > l1_bytes ? max_tile_rows : few_tile_rows;
    while (rows > 1 && rows * f.scratch_bytes > stack_bytes)
        rows /= 2;
    return rows;
}

// A single row's scratch memory is on the stack up to this size.
inline constexpr std::size_t max_stack_bytes = std::size_t{512} << 10;

} // namespace LAMINATE_ISA
} // namespace laminate::ir
