// SPDX-License-Identifier: MIT
#pragma once

// The memory of a pass: where the rows of each stage lie, the trainer's buffers, what a caller
// gives. Needs stages. Promises that rows are whole lines, those of a stage one behind the other.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/stop.hpp"
#include "../../model/rows.hpp"
#include "ranges.hpp"
#include "stages.hpp"
#include "window_stage.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// Where the rows of each stage lie, in floats of one row: all rows of a stage are one behind the
// other.
template <std::size_t Stages>
struct row_layout {
    std::array<std::size_t, Stages> value = {};
    std::array<std::size_t, Stages> gradient = {};
    std::array<std::size_t, Stages> mask = {}; // of a norm, what it is before its scale
    std::array<std::size_t, Stages> map = {};  // of a convolution, the map that it reads
    // What one convolution at a time needs for a map, in the place of the first of its rows: a
    // map of gradients with a border, and what lies side by side.
    std::size_t bordered = 0;
    std::size_t side = 0;
    std::size_t bordered_floats = 0;
    std::size_t side_floats = 0;
    // Copies of inputs, in whole lines: of those that not only dense layers and convolutions read.
    std::array<bool, ir::max_ports> copies = {};
    std::array<std::size_t, ir::max_ports> input = {};
    std::size_t floats = 0;
};

// How far apart lie the rows, or positions, of operand k of stage s.
template <class Plan, std::size_t Stages>
constexpr std::size_t pitch_read(const row_layout<Stages>& layout, std::size_t s, std::size_t k) {
    const operand& from = stages_of<Plan>.at[s].reads[k];
    if (from.stage != ir::none) return stages_of<Plan>.at[from.stage].floats;
    const std::size_t units = width(Plan::value.nodes[Plan::value.in[from.input].node].output);
    return layout.copies[from.input] ? whole_lines(units) : units;
}

template <class Plan>
constexpr auto make_layout() {
    constexpr auto& stages = stages_of<Plan>;
    row_layout<stages.count> layout = {};
    const auto take = [&layout](std::size_t floats) {
        return std::exchange(layout.floats, layout.floats + floats);
    };
    for (std::size_t s = 0; s < stages.count; ++s)
        for (const operand& from : stages.at[s].reads)
            if (from.input != ir::none && stages.at[s].run != ir::kernel::dense &&
                !ir::is_window_kernel(stages.at[s].run))
                layout.copies[from.input] = true;
    for (std::size_t k = 0; k < Plan::value.in.size(); ++k)
        layout.input[k] = take(
            layout.copies[k] ? padded_floats(Plan::value.nodes[Plan::value.in[k].node].output) : 0);
    for (std::size_t s = 0; s < stages.count; ++s) {
        const std::size_t floats = stages.at[s].positions * stages.at[s].floats;
        layout.value[s] = take(floats);
        layout.gradient[s] = take(floats);
        if (stages.at[s].role == ir::role::identity || normalises(stages.at[s].run))
            layout.mask[s] = take(floats);
        if (ir::is_window_kernel(stages.at[s].run)) {
            const window_floats f =
                window_floats_of<Plan>(stages.at[s], pitch_read<Plan>(layout, s, 0));
            layout.map[s] = take(f.map);
            layout.bordered_floats = std::max(layout.bordered_floats, whole_lines(f.gradient));
            layout.side_floats = std::max(layout.side_floats, whole_lines(f.side));
        }
    }
    layout.bordered = take(layout.bordered_floats);
    layout.side = take(layout.side_floats);
    return layout;
}

// Memory that a pass works in; the trainer owns it.
struct workspace {
    const float* parameters = nullptr;
    float* gradient = nullptr;    // of the parameters, packed as they are
    float* other = nullptr;       // the same, of another place of shared parameters
    float* turned = nullptr;      // weights of each dense stage, turned around
    const float* zeros = nullptr; // as many as the widest layer has inputs, in whole lines
    float* rows = nullptr;        // row_layout, for `capacity` rows
    std::size_t capacity = 0;
    std::array<const float*, ir::max_ports> inputs = {}; // the caller's
    std::uint64_t seed = 0;                              // of this step's masks
    bool drops = false;                                  // dropout is on
    const bool* idle = nullptr; // of each stage, whether nobody asks for the gradient of its value
};

// Takes what a caller gives as inputs, of several a std::tuple, and returns how many rows that is.
// Stops with `what` where these aren't whole rows, as many of each.
template <class Plan, class In>
std::size_t take_inputs(const In& in, workspace& w, const char* what) {
    constexpr std::size_t count = Plan::value.in.size();
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        const std::span<const float> x[] = {
            detail::flat<const float, Plan::value.in[K].units>(detail::range_of<K, count>(in))...};
        const std::size_t first = Plan::value.in[0].units;
        const std::size_t rows = (x[0].size() + first - 1) / first;
        for (std::size_t k = 0; k < count; ++k) {
            const std::size_t floats = rows * Plan::value.in[k].units;
            if (x[k].size() != floats) detail::stop(what, floats, x[k].size());
            w.inputs[k] = x[k].data();
        }
        return rows;
    }
    (std::make_index_sequence<count>{});
}

// The rows of a stage, whatever the plan says: From and To floats apart, those of a second operand
// Beside floats.
template <std::size_t To = 0, std::size_t Beside = 0>
struct stage_memory {
    detail::rows_at<const float> from;
    detail::rows_at<float> to;
    detail::rows_at<const float> second = {};

    template <std::size_t>
    static constexpr std::size_t written_stride = To;
    template <std::size_t, std::size_t>
    static constexpr std::size_t beside_stride = Beside;

    template <std::size_t Step>
    constexpr detail::rows_at<const float> read() const {
        return from;
    }
    template <std::size_t Step, std::size_t E>
    constexpr detail::rows_at<const float> beside() const {
        return second;
    }
    template <std::size_t Step>
    constexpr detail::rows_at<float> written() const {
        return to;
    }
};

} // namespace laminate::inline LAMINATE_ISA::training
