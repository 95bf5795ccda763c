// SPDX-License-Identifier: MIT
#pragma once

// The parameters of a network cut into parts, each of which one thread computes the gradient of,
// and later updates. Needs stages. Promises that the cut follows from the network alone, so that
// sums over parts have the same order whatever the number of threads.

#include <algorithm>
#include <array>
#include <cstddef>

#include "../../base/compiler.hpp"
#include "stages.hpp"

namespace laminate::inline LAMINATE_ISA::training {

struct part {
    std::size_t tensor = 0; // of the plan's
    std::size_t stage = 0;
    std::size_t begin = 0; // in packed parameters
    std::size_t floats = 0;
    std::size_t panel = 0; // of a matrix: of which these inputs
    std::size_t first = 0; // of depthwise weights: the line of taps
    std::size_t inputs = 0;
    std::size_t group = 0; // of windows: whose matrix
};

// A part of a layer's weights has at least so many: 64 rows times 4096 products take 2 us.
inline constexpr std::size_t part_weights = 4096;
inline constexpr std::size_t most_parts_of_panel = 16;

// Calls f(part) for each part of a matrix, a tensor of stage number `stage`.
template <class Function>
constexpr void cut_matrix(const ir::plan_view& plan, std::size_t tensor, std::size_t stage,
                          const Function& f) {
    const ir::tensor& t = plan.tensors[tensor];
    const std::size_t inputs = t.extents.extent[1];
    const std::size_t outputs = ir::computed(plan.nodes[t.node], plan.values[t.node]);
    if (is_narrow(inputs, outputs)) return f({tensor, stage, t.begin, t.floats, 0, 0, inputs});
    for (std::size_t p = 0; p < ir::panels(outputs); ++p) {
        const std::size_t begin = panel_begin(outputs, ir::panels(outputs), p);
        const std::size_t width = panel_begin(outputs, ir::panels(outputs), p + 1) - begin;
        const std::size_t parts =
            std::clamp<std::size_t>(inputs * width / part_weights, 1, most_parts_of_panel);
        for (std::size_t i = 0; i < parts; ++i) {
            const std::size_t first = split_begin(inputs, parts, i);
            const std::size_t count = split_begin(inputs, parts, i + 1) - first;
            f({tensor, stage, t.begin + begin * inputs + first * width, count * width, p, first,
               count});
        }
    }
}

// The same of the matrix of each group of a convolution, whose products count for each position.
template <class Function>
constexpr void cut_windows(const ir::plan_view& plan, std::size_t tensor, std::size_t stage,
                           const Function& f) {
    const ir::tensor& t = plan.tensors[tensor];
    const ir::node& n = plan.nodes[t.node];
    // Tiles don't go beyond a part: it is of whole lines of taps, or of taps of many channels.
    const bool is_deep = t.extents.extent[1] >= line_floats;
    const std::size_t lines = t.extents.rank == max_rank ? t.extents.extent[2] : 1;
    const std::size_t slices = is_deep ? ir::taps_of(t) : lines;
    const std::size_t all = ir::inputs_of_window(t);
    const std::size_t outputs = t.extents.extent[0] / n.groups;
    const std::size_t panels = ir::panels(outputs);
    for (std::size_t group = 0; group < n.groups; ++group)
        for (std::size_t p = 0; p < panels; ++p) {
            const std::size_t begin = panel_begin(outputs, panels, p);
            const std::size_t width = panel_begin(outputs, panels, p + 1) - begin;
            const std::size_t products = all * width * positions(n.output);
            const std::size_t parts = std::clamp<std::size_t>(
                products / part_weights, 1, std::min(slices, most_parts_of_panel));
            for (std::size_t i = 0; i < parts; ++i) {
                const std::size_t first = split_begin(slices, parts, i) * (all / slices);
                const std::size_t count =
                    split_begin(slices, parts, i + 1) * (all / slices) - first;
                f({tensor, stage,
                   t.begin + (group * whole_lines(outputs) + begin) * all + first * width,
                   count * width, p, first, count, group});
            }
        }
}
// A line of taps of depthwise weights.
template <class Function>
constexpr void cut_taps(const ir::plan_view& plan, std::size_t tensor, std::size_t stage,
                        const Function& f) {
    const ir::tensor& t = plan.tensors[tensor];
    const std::size_t lines = t.extents.rank == max_rank ? t.extents.extent[2] : 1;
    for (std::size_t i = 0; i < lines; ++i)
        f({tensor, stage, t.begin + i * (t.floats / lines), t.floats / lines, 0, i, 0});
}

template <class Function>
constexpr void cut(const ir::plan_view& plan, std::size_t node, std::size_t stage,
                   const Function& f) {
    for (std::size_t i = plan.first_tensor[node]; i < plan.first_tensor[node + 1]; ++i) {
        const ir::tensor& t = plan.tensors[i];
        if (!t.learned || t.shared) continue;
        if (t.how == ir::packing::panels)
            cut_matrix(plan, i, stage, f);
        else if (t.how == ir::packing::windows)
            cut_windows(plan, i, stage, f);
        else if (t.how == ir::packing::taps)
            cut_taps(plan, i, stage, f);
        else
            f({i, stage, t.begin, t.floats, 0, 0, 0});
    }
}

template <class Plan, class Function>
constexpr void cut_all(const Function& f) {
    constexpr auto list = stages_of<Plan>;
    for (std::size_t s = 0; s < list.count; ++s)
        if (list.at[s].learned) cut(Plan::value.view(), list.at[s].node, s, f);
}

template <class Plan>
constexpr auto make_parts() {
    constexpr std::size_t count = [] {
        std::size_t n = 0;
        cut_all<Plan>([&n](const part&) { ++n; });
        return n;
    }();
    std::array<part, count> parts = {};
    std::size_t n = 0;
    cut_all<Plan>([&](const part& p) { parts[n++] = p; });
    return parts;
}

template <class Plan>
inline constexpr auto parts_of = make_parts<Plan>();

} // namespace laminate::inline LAMINATE_ISA::training
