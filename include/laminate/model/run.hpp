// SPDX-License-Identifier: MIT
#pragma once

// Runs a plan: one kernel instance per step, on a tile of rows that passes through all steps before
// the next tile is touched. Needs packed parameters. Promises no allocation, lock or exception, and
// results that don't depend on the pack or on how rows are grouped.

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../ir/call.hpp"
#include "../ir/function.hpp"
#include "../ir/plan.hpp"
#include "../kernel/forward/activation.hpp"
#include "../kernel/forward/affine.hpp"
#include "../kernel/forward/arithmetic.hpp"
#include "../kernel/forward/chain.hpp"
#include "../kernel/forward/dense.hpp"
#include "../kernel/forward/elu.hpp"
#include "../kernel/forward/erf.hpp"
#include "../kernel/forward/exp.hpp"
#include "../kernel/forward/gelu.hpp"
#include "../kernel/forward/log.hpp"
#include "../kernel/forward/log_softmax.hpp"
#include "../kernel/forward/maxout.hpp"
#include "../kernel/forward/piecewise.hpp"
#include "../kernel/forward/relu.hpp"
#include "../kernel/forward/rows_at.hpp"
#include "../kernel/forward/sigmoid.hpp"
#include "../kernel/forward/softmax.hpp"
#include "../kernel/forward/softplus.hpp"
#include "../kernel/forward/swish.hpp"
#include "../kernel/forward/tanh.hpp"
#include "../pack/concept.hpp"
#include "../pack/scalar.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// Elementwise node Index as a functor on registers.
template <class Plan, std::size_t Index>
constexpr auto functor(const float* parameters) {
    constexpr ir::node n = Plan::value.nodes[Index];
    [[maybe_unused]] const auto learned = [parameters](std::size_t k) {
        return parameters + Plan::value.tensor_of(Index, k).begin;
    };
#define LAMINATE_FUNCTOR(operation, when, file, functor, ...) \
    if constexpr (n.kind == ir::op::operation && (when)) { \
        return kernel::functor{__VA_ARGS__}; \
    } else
    LAMINATE_FUNCTIONS(LAMINATE_FUNCTOR) {
        static_assert(n.kind == ir::op::input,
                      "Laminate: ir/function.hpp lacks an elementwise operation; add it");
    }
#undef LAMINATE_FUNCTOR
}

template <class Plan, std::size_t Step>
constexpr auto epilogue(const float* parameters) {
    return []<std::size_t... E>([[maybe_unused]] const float* p, std::index_sequence<E...>) {
        return kernel::compose(functor<Plan, Plan::value.sequence[Step].epilogue[E]>(p)...);
    }
    (parameters, std::make_index_sequence<Plan::value.sequence[Step].epilogue_size>{});
}

using kernel::rows_at;

// Dense step Step, from and to rows in memory or registers.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class From, class To>
LAMINATE_INLINE void run_dense(const float* parameters, const From& from, To& to,
                               std::size_t rows) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    constexpr std::size_t node = Plan::value.sequence[Step].node;
    constexpr std::size_t weights = Plan::value.tensor_of(node, 0).begin;
    constexpr std::size_t bias = Plan::value.tensor_of(node, 1).begin;
    using shape =
        kernel::dense_shape<c.inputs, c.outputs, c.panels, c.chains, c.exact, c.skips_zeros, c.far>;
    kernel::dense<P, shape, MaxRows>(from, parameters + weights, parameters + bias, to, rows,
                                     epilogue<Plan, Step>(parameters));
}

constexpr bool is_row_kernel(ir::kernel run) {
#define LAMINATE_KERNEL(name, ...) || run == ir::kernel::name
    return false LAMINATE_ROW_KERNELS(LAMINATE_KERNEL);
#undef LAMINATE_KERNEL
}
template <class P, class Plan, std::size_t Step, std::size_t... K>
LAMINATE_INLINE void run_row_kernel(const float* x, std::size_t x_stride, float* y,
                                    std::size_t y_stride, std::size_t rows,
                                    std::index_sequence<K...>) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    using pack = std::conditional_t<c.one_lane, pack::scalar, P>;
#define LAMINATE_KERNEL(name, ...) \
    if constexpr (c.run == ir::kernel::name) \
        kernel::name<pack, c.outputs, c.others[K]...>(x, x_stride, y, y_stride, rows);
    LAMINATE_ROW_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
}

// Kernel call number Step, for at most MaxRows rows.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows>
constexpr void run_step(const float* parameters, rows_at<const float> from, rows_at<float> to,
                        std::size_t rows) {
    constexpr ir::step s = Plan::value.sequence[Step];
    constexpr ir::call c = ir::call_of(Plan::value.view(), s);
    const auto [x, x_stride] = from;
    const auto [y, y_stride] = to;
    if constexpr (c.run == ir::kernel::dense) {
        run_dense<P, Plan, Step, MaxRows>(parameters, from, to, rows);
    } else if constexpr (is_row_kernel(c.run)) {
        run_row_kernel<P, Plan, Step>(x, x_stride, y, y_stride, rows,
                                      std::make_index_sequence<c.others.size()>{});
    } else {
        static_assert(c.run == ir::kernel::activation,
                      "Laminate: model/run.hpp lacks a kernel; add it");
        kernel::activation<P, c.outputs>(x, x_stride, y, y_stride, rows,
                                         epilogue<Plan, Step>(parameters));
    }
}

// Where a step writes: to the caller's rows or scratch memory.
template <class Plan, std::size_t Step>
constexpr rows_at<float> rows_written(float* out, float* scratch) {
    constexpr ir::step s = Plan::value.sequence[Step];
    if constexpr (s.target == ir::caller) return {out, Plan::value.outputs()};
    return {scratch + s.target, Plan::value.scratch_bytes / sizeof(float)};
}

// A step that reads `from`, and those that it hands its rows on to.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class From>
LAMINATE_INLINE void run_from(const float* parameters, const From& from, float* out, float* scratch,
                              std::size_t rows) {
    constexpr ir::step s = Plan::value.sequence[Step];
    rows_at<float> to = rows_written<Plan, Step>(out, scratch);
    if constexpr (s.hands_on) {
        using between = kernel::rows_between<P, Plan::value.flows[s.last].floats, MaxRows>;
        between handed = {to.first, to.stride};
        run_dense<P, Plan, Step, MaxRows>(parameters, from, handed, rows);
        run_from<P, Plan, Step + 1, MaxRows>(parameters, handed, out, scratch, rows);
    } else if constexpr (s.run == ir::kernel::dense) {
        run_dense<P, Plan, Step, MaxRows>(parameters, from, to, rows);
    } else {
        run_step<P, Plan, Step, MaxRows>(parameters, from, to, rows);
    }
}

// A step that reads the caller's rows or scratch memory. One that is handed its rows runs behind
// the one that hands them on.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows>
constexpr void run_placed(const float* parameters, const float* in, float* out, float* scratch,
                          std::size_t rows) {
    if constexpr (Step == 0 || !Plan::value.sequence[Step - (Step > 0)].hands_on) {
        constexpr ir::step s = Plan::value.sequence[Step];
        rows_at<const float> from = {in, Plan::value.inputs()};
        if constexpr (s.source != ir::caller)
            from = {scratch + s.source, Plan::value.scratch_bytes / sizeof(float)};
        // A constant where it can be: Clang keeps `rows` of a single row in a register, and tests
        // it.
        run_from<P, Plan, Step, MaxRows>(parameters, from, out, scratch, MaxRows == 1 ? 1 : rows);
    }
}

// (Functions, not lambdas that capture: Clang keeps such captures in memory and is 20 % slower.)
template <class P, class Plan, std::size_t MaxRows, std::size_t... Step>
constexpr void run_steps(const float* parameters, const float* in, float* out, float* scratch,
                         std::size_t rows, std::index_sequence<Step...>) {
    (run_placed<P, Plan, Step, MaxRows>(parameters, in, out, scratch, rows), ...);
}

// All steps on one tile of rows. `scratch` holds the plan's scratch_bytes for each row.
template <pack::words P, class Plan, std::size_t MaxRows>
constexpr void run_tile(const float* parameters, const float* in, float* out, float* scratch,
                        std::size_t rows) {
    run_steps<P, Plan, MaxRows>(parameters, in, out, scratch, rows,
                                std::make_index_sequence<Plan::value.steps>{});
}

using ir::max_tile_rows;
using ir::tile_rows;

// Any number of rows, with scratch memory for `tile` rows, 1 <= tile <= max_tile_rows; in tiles of
// nearly equal size, so that no batch ends in a small one.
template <class P, class Plan>
constexpr void run_rows(const float* parameters, const float* in, float* out, float* scratch,
                        std::size_t rows, std::size_t tile) {
    const std::size_t tiles = (rows + tile - 1) / tile;
    for (std::size_t left = tiles, row = 0; left > 0; --left) {
        const std::size_t now = (rows - row + left - 1) / left;
        run_tile<P, Plan, max_tile_rows>(parameters, in + row * Plan::value.inputs(),
                                         out + row * Plan::value.outputs(), scratch, now);
        row += now;
    }
}

} // namespace laminate::inline LAMINATE_ISA::detail
