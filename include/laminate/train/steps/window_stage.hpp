// SPDX-License-Identifier: MIT
#pragma once

// A stage that goes over the windows of a map: a convolution, or a pool. While training each
// position of a map has whole lines; convolutions want channels side by side and padding around
// them, and get copies of maps that aren't so. Needs stages, and memory as row_layout has it, zeros
// at the start. Promises the bits of the model's kernels, and gradients in one order.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../kernel/back/all.hpp"
#include "../../model/run.hpp"
#include "parts.hpp"
#include "phases.hpp"
#include "stages.hpp"

namespace laminate::inline LAMINATE_ISA::training {

constexpr bool is_pool(ir::kernel k) {
    return k == ir::kernel::max_pool || k == ir::kernel::average_pool;
}

// What node `index` of Plan looks at.
template <class Plan>
constexpr ir::windows windows_of(std::size_t index) {
    const ir::node& n = Plan::value.nodes[index];
    return ir::windows_of(n, Plan::value.nodes[n.inputs[0]].output);
}

// Floats of a map that a convolution keeps beside its values, of a row.
struct window_floats {
    std::size_t map = 0;      // what it reads, if that isn't as it lies
    std::size_t gradient = 0; // by its values, with a border of zeros, if that isn't as it lies
    std::size_t side = 0;     // outputs, or gradients by what it reads, side by side
};

template <class Plan>
constexpr window_floats window_floats_of(const stage& s, std::size_t pitch_read) {
    window_floats f;
    if (!ir::is_window_kernel(s.run)) return f;
    const ir::windows w = windows_of<Plan>(s.node);
    const std::size_t outputs = width(Plan::value.nodes[s.node].output);
    if (w.is_padded() || pitch_read != w.channels) f.map = w.padded_floats();
    const bordered high = bordered_of(w.height);
    const bordered wide = bordered_of(w.width);
    if (outputs != s.floats || high.extent != w.height.positions() ||
        wide.extent != w.width.positions())
        f.gradient = high.extent * wide.extent * outputs;
    f.side = std::max(w.positions() * outputs, w.height.extent * w.width.extent * w.channels);
    return f;
}

// Floats of its weights turned around, all phases together.
template <class Plan>
constexpr std::size_t turned_floats_of(const stage& s) {
    const ir::windows w = windows_of<Plan>(s.node);
    const ir::node& n = Plan::value.nodes[s.node];
    if (s.run == ir::kernel::depthwise) return w.taps() * whole_lines(w.channels);
    return w.taps() * width(n.output) * whole_lines(w.channels / n.groups);
}

// Stage S of Plan, a convolution, which reads positions that lie Pitch floats apart. `groups` is 1
// of depthwise ones, too.
template <class P, class Plan, std::size_t S, std::size_t Pitch>
struct window_stage {
    static constexpr stage s = stages_of<Plan>.at[S];
    static constexpr ir::windows w = windows_of<Plan>(s.node);
    static constexpr ir::kind::conv::numbers c =
        ir::call_of(Plan::value.view(), Plan::value.sequence[s.step]).conv;
    static constexpr window_floats floats = window_floats_of<Plan>(s, Pitch);
    static constexpr bool is_depthwise = s.run == ir::kernel::depthwise;
    static constexpr std::size_t outputs = width(Plan::value.nodes[s.node].output);
    static constexpr std::size_t group_inputs = w.channels / c.groups;
    static constexpr std::size_t group_outputs = outputs / c.groups;
    using shape = decltype(detail::window_shape<s.run, c>());

    // Maps as the kernel reads them, and how far apart.
    static detail::rows_at<const float> maps(const float* x, const float* copies) {
        if constexpr (floats.map > 0)
            return {copies, floats.map};
        else
            return {x, w.height.extent * w.width.extent * Pitch};
    }

    template <class Functions>
    static void forward(const float* parameters, const float* x, float* copies, float* side,
                        float* y, std::size_t count, const Functions& functions) {
        constexpr std::size_t line = w.width.extent * Pitch;
        constexpr std::size_t padded_line = w.width.padded() * w.channels;
        if constexpr (floats.map > 0)
            for (std::size_t map = 0; map < count; ++map)
                kernel::copy_map<w.channels>(
                    x + map * w.height.extent * line, {Pitch, line},
                    copies + map * floats.map + w.height.before * padded_line +
                        w.width.before * w.channels,
                    {w.channels, padded_line}, w.height.extent, w.width.extent);
        const detail::rows_at<const float> from = maps(x, copies);
        constexpr std::size_t written = w.positions() * s.floats;
        if constexpr (outputs == s.floats)
            detail::run_on_windows<P, Plan, s.step>(parameters, from, {y, written}, count,
                                                    functions);
        else
            for (std::size_t map = 0; map < count; ++map) {
                detail::run_on_windows<P, Plan, s.step>(
                    parameters, {from.first + map * from.stride, from.stride}, {side, 0}, 1,
                    functions);
                kernel::activation<P, outputs>(side, outputs, y + map * written, s.floats,
                                               w.positions(), kernel::compose());
            }
    }

    // Floats of the turned weights of a phase.
    static constexpr std::size_t turned_floats(const phase& high, const phase& wide) {
        if (high.is_empty() || wide.is_empty()) return 0;
        const std::size_t taps = high.taps * wide.taps;
        return is_depthwise ? taps * whole_lines(w.channels)
                            : taps * outputs * whole_lines(group_inputs);
    }
    // Calls f for each phase with its numbers along both axes, and where its weights begin.
    template <class Function>
    static constexpr void each_phase(const Function& f) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            (f(std::integral_constant<std::size_t, K / w.width.stride>{},
               std::integral_constant<std::size_t, K % w.width.stride>{}),
             ...);
        }
        (std::make_index_sequence<w.height.stride * w.width.stride>{});
    }
    static constexpr std::size_t turned_begin(std::size_t high, std::size_t wide) {
        std::size_t all = 0;
        for (std::size_t k = 0; k < high * w.width.stride + wide; ++k)
            all += turned_floats(phase_of(w.height, k / w.width.stride),
                                 phase_of(w.width, k % w.width.stride));
        return all;
    }
    static void turn(const float* weights, float* turned) {
        each_phase([&](auto i, auto j) {
            constexpr phase high = phase_of(w.height, i);
            constexpr phase wide = phase_of(w.width, j);
            if constexpr (turned_floats(high, wide) > 0) {
                float* to = turned + turned_begin(i, j);
                constexpr std::size_t backs = high.taps * wide.taps;
                for (std::size_t back = 0; back < backs; ++back) {
                    const std::size_t m = backs - 1 - back;
                    turn_tap((high.tap + m / wide.taps * high.step) * w.width.kernel + wide.tap +
                                 m % wide.taps * wide.step,
                             weights, to, backs, back);
                }
            }
        });
    }
    static void turn_tap(std::size_t tap, const float* weights, float* to, std::size_t backs,
                         std::size_t back) {
        constexpr std::size_t taps = w.taps();
        if constexpr (is_depthwise) {
            constexpr std::size_t row = whole_lines(w.channels);
            std::copy_n(weights + tap * row, row, to + back * row);
        } else {
            for (std::size_t g = 0; g < c.groups; ++g)
                kernel::transpose_tap<P, group_inputs, group_outputs, c.panels,
                                      ir::panels(group_inputs)>(
                    weights + g * taps * group_inputs * whole_lines(group_outputs), taps, tap,
                    to + g * backs * group_outputs * whole_lines(group_inputs), backs, back);
        }
    }

    // The share in the gradient of what is read, at dx, in whole lines of Pitch floats.
    template <class Epilogue>
    static void backward(const float* dy, const float* turned, const float* zeros, float* gradients,
                         float* side, float* dx, std::size_t count, const Epilogue& epilogue) {
        constexpr bordered high = bordered_of(w.height);
        constexpr bordered wide = bordered_of(w.width);
        constexpr std::size_t line = wide.extent * outputs;
        constexpr std::size_t out_line = w.width.positions() * s.floats;
        if constexpr (floats.gradient > 0) std::fill_n(gradients, floats.gradient, 0.0f);
        for (std::size_t map = 0; map < count; ++map) {
            const float* from = dy + map * w.height.positions() * out_line;
            if constexpr (floats.gradient > 0) {
                kernel::copy_map<outputs>(from, {s.floats, out_line},
                                          gradients + high.before * line + wide.before * outputs,
                                          {outputs, line}, w.height.positions(),
                                          w.width.positions());
                from = gradients;
            }
            float* const to = dx + map * w.height.extent * w.width.extent * Pitch;
            each_phase([&](auto i, auto j) {
                give_phase<i, j>(from, turned + turned_begin(i, j), zeros, side, to, epilogue);
            });
        }
    }

    template <std::size_t I, std::size_t J, class Epilogue>
    static void give_phase(const float* from, const float* turned, const float* zeros, float* side,
                           float* to, const Epilogue& epilogue) {
        constexpr phase high = phase_of(w.height, I);
        constexpr phase wide = phase_of(w.width, J);
        constexpr bordered rows = bordered_of(w.height);
        constexpr bordered columns = bordered_of(w.width);
        constexpr std::size_t line = w.width.extent * Pitch;
        if constexpr (high.count > 0 && wide.count > 0) {
            float* const first = to + high.first * line + wide.first * Pitch;
            if constexpr (high.taps == 0 || wide.taps == 0) { // no window sees these
                for (std::size_t r = 0; r < high.count; ++r)
                    kernel::activation<P, w.channels>(zeros, 0, first + r * w.height.stride * line,
                                                      w.width.stride * Pitch, wide.count, epilogue);
            } else {
                constexpr std::size_t top = static_cast<std::size_t>(
                    high.begin() + static_cast<std::ptrdiff_t>(rows.before));
                constexpr std::size_t left = static_cast<std::size_t>(
                    wide.begin() + static_cast<std::ptrdiff_t>(columns.before));
                constexpr ir::kind::conv::numbers back = {.line = columns.extent,
                                                          .channels = outputs,
                                                          .out_height = high.count,
                                                          .out_width = wide.count,
                                                          .outputs = w.channels,
                                                          .kernel_height = high.taps,
                                                          .kernel_width = wide.taps,
                                                          .stride_height = 1,
                                                          .stride_width = 1,
                                                          .dilation_height = high.dilation,
                                                          .dilation_width = wide.dilation,
                                                          .groups = c.groups,
                                                          .panels = ir::panels(group_inputs),
                                                          .chains = 1};
                using back_shape = decltype(detail::window_shape<s.run, back>());
                constexpr bool is_direct = w.channels == Pitch && Pitch % line_floats == 0 &&
                                           c.groups == 1 && w.height.stride * w.width.stride == 1;
                const float* const gradients = from + (top * columns.extent + left) * outputs;
                const auto run = [&](float* y, const auto& functions) {
                    if constexpr (is_depthwise)
                        kernel::depthwise<P, back_shape>(gradients, 0, turned, zeros, y, 0, 1,
                                                         functions);
                    else
                        kernel::conv<P, back_shape>(gradients, 0, turned, zeros, y, 0, 1,
                                                    functions);
                };
                if constexpr (is_direct) {
                    run(first, epilogue);
                } else {
                    run(side, kernel::compose());
                    for (std::size_t r = 0; r < high.count; ++r)
                        kernel::activation<P, w.channels>(
                            side + r * wide.count * w.channels, w.channels,
                            first + r * w.height.stride * line, w.width.stride * Pitch, wide.count,
                            epilogue);
                }
            }
        }
    }

    // See pass::limit.
    static void limit(float* weights, float most) {
        if constexpr (is_depthwise)
            kernel::limit_taps<P, w.channels, w.taps()>(weights, most);
        else
            for (std::size_t g = 0; g < c.groups; ++g)
                kernel::limit_panels<P, w.taps() * group_inputs, group_outputs, c.panels>(
                    weights + g * w.taps() * group_inputs * whole_lines(group_outputs), most);
    }

    // Part `p` of the gradient of tensor 0, the weights, which begins at `dw`; x and copies are
    // those of the first map.
    static void weight_gradient(const part& p, const float* x, const float* copies, const float* dy,
                                std::size_t count, float* dw) {
        const detail::rows_at<const float> from = maps(x, copies);
        if constexpr (is_depthwise)
            kernel::depthwise_weight_gradient<P, shape>(from.first, from.stride, dy, s.floats,
                                                        count, dw, p.first);
        else
            kernel::conv_weight_gradient<P, shape>(from.first, from.stride, dy, s.floats, count, dw,
                                                   p.group, p.panel, p.first, p.inputs);
    }
};

// Stage S of Plan, a pool. Each position has whole lines, which count as channels.
template <class P, class Plan, std::size_t S>
struct pool_stage {
    static constexpr stage s = stages_of<Plan>.at[S];
    static constexpr ir::windows w = windows_of<Plan>(s.node);
    static constexpr std::size_t map_floats = w.height.extent * w.width.extent * s.floats;
    static constexpr std::size_t out_floats = w.positions() * s.floats;

    template <class Function>
    static void with_sizes(const Function& f) {
        constexpr ir::call c = ir::call_of(Plan::value.view(), Plan::value.sequence[s.step]);
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            f(kernel::constants<out_floats, s.floats, c.others[K + 1]...>{});
        }
        (std::make_index_sequence<c.others.size() - 1>{});
    }
    static void forward(const float* x, float* y, std::size_t count) {
        with_sizes([&](auto sizes) {
            if constexpr (s.run == ir::kernel::max_pool)
                kernel::max_pool<P>(sizes, x, map_floats, y, out_floats, count);
            else
                kernel::average_pool<P>(sizes, x, map_floats, y, out_floats, count);
        });
    }
    template <bool Adds>
    static void backward(const float* x, const float* y, const float* dy, float* dx,
                         std::size_t count) {
        with_sizes([&](auto sizes) {
            if constexpr (s.run == ir::kernel::max_pool)
                kernel::max_pool_gradient<P, Adds>(sizes, x, y, dy, dx, count);
            else
                kernel::average_pool_gradient<P, Adds>(sizes, dy, dx, count);
        });
    }
};

} // namespace laminate::inline LAMINATE_ISA::training
