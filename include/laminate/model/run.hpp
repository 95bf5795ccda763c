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
#include "../kernel/forward/all.hpp"
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
    // NOLINTNEXTLINE(bugprone-branch-clone): a norm ends as affine does
    LAMINATE_FUNCTIONS(LAMINATE_FUNCTOR) {
        static_assert(n.kind == ir::op::input,
                      "Laminate: ir/function.hpp lacks an elementwise operation; add it");
    }
#undef LAMINATE_FUNCTOR
}

// The caller's rows, of each input and output.
template <class Plan>
struct callers_rows {
    const float* in[Plan::value.in.size()];
    float* out[Plan::value.out.size()];

    // Those from `row` on.
    constexpr callers_rows from(std::size_t row) const {
        callers_rows later = *this;
        for (std::size_t k = 0; k < Plan::value.in.size(); ++k)
            later.in[k] += row * Plan::value.in[k].units;
        for (std::size_t k = 0; k < Plan::value.out.size(); ++k)
            later.out[k] += row * Plan::value.out[k].units;
        return later;
    }
};

using kernel::rows_at;

// Where the rows of a tile lie. (Steps ask an object like this one; unfused.hpp has another.)
template <class Plan>
struct tile_memory {
    callers_rows<Plan> callers;
    float* scratch; // the plan's scratch_bytes for each row

    template <std::size_t Step>
    constexpr rows_at<const float> read() const {
        return at<Plan::value.sequence[Step].reads>();
    }
    template <std::size_t Step>
    constexpr rows_at<const float> read_second() const {
        return at<Plan::value.sequence[Step].reads_second>();
    }
    template <std::size_t Step, std::size_t E>
    constexpr rows_at<const float> beside() const {
        return at<Plan::value.sequence[Step].epilogue[E].beside>();
    }
    template <std::size_t Step>
    constexpr rows_at<float> written() const {
        constexpr ir::place p = Plan::value.sequence[Step].writes;
        if constexpr (p.in == ir::memory::output)
            return {callers.out[p.index] + p.offset, stride(p)};
        else
            return {scratch + p.offset, stride(p)};
    }
    template <std::size_t Step>
    constexpr rows_at<float> padded() const {
        constexpr ir::place p = {ir::memory::scratch, 0, Plan::value.sequence[Step].padded};
        return {scratch + p.offset, stride(p)};
    }
    // Floats from a row to the next.
    static constexpr std::size_t stride(ir::place p) { return Plan::value.view().stride(p); }
    template <std::size_t Step>
    static constexpr std::size_t written_stride = stride(Plan::value.sequence[Step].writes);
    template <std::size_t Step, std::size_t E>
    static constexpr std::size_t
        beside_stride = stride(Plan::value.sequence[Step].epilogue[E].beside);

private:
    template <ir::place P>
    constexpr rows_at<const float> at() const {
        if constexpr (P.in == ir::memory::input)
            return {callers.in[P.index] + P.offset, stride(P)};
        else if constexpr (P.in == ir::memory::output)
            return {callers.out[P.index] + P.offset, stride(P)};
        else
            return {scratch + P.offset, stride(P)};
    }
};

// Row number `row` of such memory as the rows of its positions.
template <class Plan, class Memory>
struct positions_of {
    Memory memory;
    std::size_t row;

    template <std::size_t Step>
    constexpr rows_at<const float> read() const {
        return within(memory.template read<Step>(), Plan::value.sequence[Step].pitch_read);
    }
    template <std::size_t Step>
    constexpr rows_at<float> padded() const {
        return within(memory.template padded<Step>(), 0);
    }
    template <std::size_t Step, std::size_t E>
    constexpr rows_at<const float> beside() const {
        return within(memory.template beside<Step, E>(), beside_stride<Step, E>);
    }
    template <std::size_t Step>
    constexpr rows_at<float> written() const {
        return within(memory.template written<Step>(), written_stride<Step>);
    }
    template <std::size_t Step>
    static constexpr std::size_t written_stride = Plan::value.sequence[Step].pitch_written;
    template <std::size_t Step, std::size_t E>
    static constexpr std::size_t beside_stride = Plan::value.sequence[Step].epilogue[E].pitch;

private:
    template <class Float>
    constexpr rows_at<Float> within(rows_at<Float> rows, std::size_t pitch) const {
        return {rows.first + row * rows.stride, pitch};
    }
};

// Function E of those that join step Step, as a functor on registers.
template <class Plan, std::size_t Step, std::size_t E, class Memory>
constexpr auto joined_functor(const float* parameters, [[maybe_unused]] const Memory& memory) {
    constexpr ir::joined f = Plan::value.sequence[Step].epilogue[E];
    if constexpr (f.other == ir::none) {
        return functor<Plan, f.node>(parameters);
    } else {
        constexpr ir::op kind = Plan::value.nodes[f.node].kind;
#define LAMINATE_BINARY(operation, form, file) \
    if constexpr (kind == ir::op::operation) \
        return kernel::with_row<kernel::form, f.swapped, f.units, \
                                Memory::template written_stride<Step>, \
                                Memory::template beside_stride<Step, E>>{ \
            memory.template beside<Step, E>().first, memory.template written<Step>().first};
        LAMINATE_BINARY_FUNCTIONS(LAMINATE_BINARY)
#undef LAMINATE_BINARY
    }
}

template <class Plan, std::size_t Step, class Memory, std::size_t... E>
constexpr auto epilogue([[maybe_unused]] const float* parameters,
                        [[maybe_unused]] const Memory& memory, std::index_sequence<E...>) {
    return kernel::compose(joined_functor<Plan, Step, E>(parameters, memory)...);
}
template <class Plan, std::size_t Step, class Memory>
constexpr auto epilogue(const float* parameters, const Memory& memory) {
    return epilogue<Plan, Step>(
        parameters, memory, std::make_index_sequence<Plan::value.sequence[Step].epilogue_size>{});
}

template <ir::kind::dense::numbers N>
using dense_shape =
    kernel::dense_shape<N.inputs, N.outputs, N.panels, N.chains, N.exact, N.skips_zeros, N.far>;

// Dense step Step, from and to rows in memory or registers.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class From, class To,
          class Epilogue>
LAMINATE_INLINE void run_dense(const float* parameters, const From& from, To& to, std::size_t rows,
                               const Epilogue& functions) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    constexpr ir::step s = Plan::value.sequence[Step];
    constexpr std::size_t weights = Plan::value.tensor_of(s.node, 0).begin;
    constexpr std::size_t bias = Plan::value.tensor_of(s.node, 1).begin;
    if constexpr (s.alone)
        kernel::dense_alone<P, dense_shape<c.dense>, MaxRows>(
            from.first, from.stride, parameters + weights, parameters + bias, to.first, to.stride,
            rows, functions);
    else
        kernel::dense<P, dense_shape<c.dense>, MaxRows>(from, parameters + weights,
                                                        parameters + bias, to, rows, functions);
}

template <ir::kernel Run, ir::kind::conv::numbers N>
constexpr auto window_shape() {
    if constexpr (Run == ir::kernel::depthwise)
        return kernel::depthwise_shape<N.line, N.channels, N.out_height, N.out_width,
                                       N.kernel_height, N.kernel_width, N.stride_height,
                                       N.stride_width, N.dilation_height, N.dilation_width>{};
    else
        return kernel::conv_shape<N.line, N.channels, N.out_height, N.out_width, N.outputs,
                                  N.kernel_height, N.kernel_width, N.stride_height, N.stride_width,
                                  N.dilation_height, N.dilation_width, N.groups, N.panels,
                                  N.chains>{};
}

// Step Step on the windows of `maps` maps.
template <class P, class Plan, std::size_t Step, class Epilogue>
LAMINATE_INLINE void run_on_windows(const float* parameters, rows_at<const float> from,
                                    rows_at<float> to, std::size_t maps,
                                    const Epilogue& functions) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    constexpr ir::step s = Plan::value.sequence[Step];
    using shape = decltype(window_shape<c.run, c.conv>());
    const float* const weights = parameters + Plan::value.tensor_of(s.node, 0).begin;
    const float* const bias = parameters + Plan::value.tensor_of(s.node, 1).begin;
#define LAMINATE_KERNEL(name, ...) \
    if constexpr (c.run == ir::kernel::name) \
        kernel::name<P, shape>(from.first, from.stride, weights, bias, to.first, to.stride, maps, \
                               functions);
    LAMINATE_WINDOW_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
}

// Writes each of `maps` maps with its padding.
template <class P, ir::walk Padded>
LAMINATE_INLINE void pad_maps(rows_at<const float> from, rows_at<float> to, std::size_t maps) {
    constexpr ir::arguments all = ir::arguments_for(Padded);
    [&]<std::size_t... K>(std::index_sequence<K...>) {
        kernel::move<P, ir::floats_of(Padded), all[K]...>(from.first, from.stride, to.first,
                                                          to.stride, maps, 0.0f);
    }
    (std::make_index_sequence<all.size()>{});
}

constexpr bool is_row_kernel(ir::kernel run) {
#define LAMINATE_KERNEL(name, ...) || run == ir::kernel::name
    return false LAMINATE_ROW_KERNELS(LAMINATE_KERNEL);
#undef LAMINATE_KERNEL
}
template <class P, class Plan, std::size_t Step, std::size_t... K, class... Functions>
LAMINATE_INLINE void run_row_kernel(const float* x, std::size_t x_stride, float* y,
                                    std::size_t y_stride, std::size_t rows,
                                    std::index_sequence<K...>, const Functions&... functions) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    using pack = std::conditional_t<c.one_lane, pack::scalar, P>;
#define LAMINATE_KERNEL(name, ...) \
    if constexpr (c.run == ir::kernel::name) \
        kernel::name<pack, c.outputs, c.others[K]...>(x, x_stride, y, y_stride, rows, functions...);
    LAMINATE_ROW_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
}

// Kernel call number Step on rows, or positions, of which there are at most MaxRows.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class Memory>
constexpr void run_kernel(const float* parameters, const Memory& memory, std::size_t rows) {
    constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[Step]);
    const rows_at<const float> from = memory.template read<Step>();
    rows_at<float> to = memory.template written<Step>();
    if constexpr (c.run == ir::kernel::dense) {
        run_dense<P, Plan, Step, MaxRows>(parameters, from, to, rows,
                                          epilogue<Plan, Step>(parameters, memory));
    } else if constexpr (ir::is_window_kernel(c.run)) {
        constexpr ir::step s = Plan::value.sequence[Step];
        const std::size_t maps = s.positions == 1 ? rows : 1; // or these are a map's positions
        rows_at<const float> maps_read = from;
        if constexpr (s.padded != ir::none) {
            const rows_at<float> padded = memory.template padded<Step>();
            pad_maps<P, s.moves>(from, padded, maps);
            maps_read = {padded.first, padded.stride};
        }
        run_on_windows<P, Plan, Step>(parameters, maps_read, to, maps,
                                      epilogue<Plan, Step>(parameters, memory));
    } else if constexpr (is_row_kernel(c.run)) {
        constexpr ir::kernel_facts facts = ir::facts_of(c.run);
        constexpr auto others = std::make_index_sequence<c.others.size()>{};
        if constexpr (facts.takes_functions) {
            run_row_kernel<P, Plan, Step>(from.first, from.stride, to.first, to.stride, rows,
                                          others, c.epsilon,
                                          epilogue<Plan, Step>(parameters, memory));
        } else if constexpr (facts.takes_second) {
            const rows_at<const float> second = memory.template read_second<Step>();
            run_row_kernel<P, Plan, Step>(from.first, from.stride, to.first, to.stride, rows,
                                          others, second.first, second.stride, c.epsilon);
        } else if constexpr (facts.takes_number) {
            run_row_kernel<P, Plan, Step>(from.first, from.stride, to.first, to.stride, rows,
                                          others, c.epsilon);
        } else {
            run_row_kernel<P, Plan, Step>(from.first, from.stride, to.first, to.stride, rows,
                                          others);
        }
    } else {
        static_assert(c.run == ir::kernel::activation,
                      "Laminate: model/run.hpp lacks a kernel; add it");
        kernel::activation<P, c.outputs>(from.first, from.stride, to.first, to.stride, rows,
                                         epilogue<Plan, Step>(parameters, memory));
    }
}

// Kernel call number Step, for at most MaxRows rows.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class Memory>
constexpr void run_step(const float* parameters, const Memory& memory, std::size_t rows) {
    constexpr std::size_t positions = Plan::value.sequence[Step].positions;
    if constexpr (positions == 1)
        run_kernel<P, Plan, Step, MaxRows>(parameters, memory, rows);
    else
        for (std::size_t row = 0; row < rows; ++row)
            run_kernel<P, Plan, Step, positions>(
                parameters, positions_of<Plan, Memory>{memory, row}, positions);
}

// Steps from Step on that hand a row on in registers, from what step Step reads.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows, class From, class Memory>
LAMINATE_INLINE void run_handing(const float* parameters, const From& from, const Memory& memory,
                                 std::size_t rows) {
    constexpr ir::step s = Plan::value.sequence[Step];
    rows_at<float> to = memory.template written<Step>();
    const auto functions = epilogue<Plan, Step>(parameters, memory);
    if constexpr (s.hands_on) {
        using between = kernel::rows_between<P, Plan::value.values[s.last].floats, MaxRows>;
        between handed = {to.first, to.stride};
        run_dense<P, Plan, Step, MaxRows>(parameters, from, handed, rows, functions);
        run_handing<P, Plan, Step + 1, MaxRows>(parameters, handed, memory, rows);
    } else {
        run_dense<P, Plan, Step, MaxRows>(parameters, from, to, rows, functions);
    }
}

// A step, unless it is handed its rows: then it runs behind the one that hands them on.
template <class P, class Plan, std::size_t Step, std::size_t MaxRows>
constexpr void run_placed(const float* parameters, const callers_rows<Plan> callers, float* scratch,
                          std::size_t rows) {
    const tile_memory<Plan> memory = {callers, scratch};
    // A constant where it can be: Clang keeps `rows` of a single row in a register, and tests it.
    const std::size_t count = MaxRows == 1 ? 1 : rows;
    if constexpr (Step == 0 || !Plan::value.sequence[Step - (Step > 0)].hands_on) {
        if constexpr (Plan::value.sequence[Step].hands_on)
            run_handing<P, Plan, Step, MaxRows>(parameters, memory.template read<Step>(), memory,
                                                count);
        else
            run_step<P, Plan, Step, MaxRows>(parameters, memory, count);
    }
}

// (Functions, not lambdas that capture: Clang keeps such captures in memory and is 20 % slower. And
// pointers, not a tile_memory, which would be passed in memory.)
template <class P, class Plan, std::size_t MaxRows, std::size_t... Step>
constexpr void run_steps(const float* parameters, const callers_rows<Plan> callers, float* scratch,
                         std::size_t rows, std::index_sequence<Step...>) {
    (run_placed<P, Plan, Step, MaxRows>(parameters, callers, scratch, rows), ...);
}

// All steps on one tile of rows.
template <pack::words P, class Plan, std::size_t MaxRows>
constexpr void run_tile(const float* parameters, const callers_rows<Plan> callers, float* scratch,
                        std::size_t rows) {
    run_steps<P, Plan, MaxRows>(parameters, callers, scratch, rows,
                                std::make_index_sequence<Plan::value.steps>{});
}

using ir::max_tile_rows;
using ir::tile_rows;

// Any number of rows, with scratch memory for `tile` rows, 1 <= tile <= max_tile_rows; in tiles of
// nearly equal size, so that no batch ends in a small one.
template <class P, class Plan>
constexpr void run_rows(const float* parameters, const callers_rows<Plan> callers, float* scratch,
                        std::size_t rows, std::size_t tile) {
    const std::size_t tiles = (rows + tile - 1) / tile;
    for (std::size_t left = tiles, row = 0; left > 0; --left) {
        const std::size_t now = (rows - row + left - 1) / left;
        run_tile<P, Plan, max_tile_rows>(parameters, callers.from(row), scratch, now);
        row += now;
    }
}

} // namespace laminate::inline LAMINATE_ISA::detail
