// SPDX-License-Identifier: MIT
#pragma once

// Placement: where parameters and intermediate rows lie, and how a dense layer is cut into panels
// and chains. Needs fused steps. Promises that it depends on shapes alone, never on the machine,
// because the order of every accumulation is decided here.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>

#include "../base/cache.hpp"
#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "step.hpp"
#include "value.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// A panel of 8 lines keeps 8 accumulators of 512 bits in flight, enough to hide the latency of FMA
// (4 cycles, 2 a cycle) at batch 1, and 3 rows of it fill 24 of 32 registers at batch N.
inline constexpr std::size_t panel_lines = 8;

constexpr std::size_t panels(std::size_t outputs) {
    return (lines(outputs) + panel_lines - 1) / panel_lines;
}

// Layers with fewer than 8 registers of outputs have their sums split into chains instead (input i
// belongs to chain i % chains), as long as each chain keeps at least four terms. Of a narrow layer
// each input of a group is a chain of its own, and up to 4 groups are in flight, if each of these
// chains keeps two terms.
constexpr std::size_t chains(std::size_t inputs, std::size_t outputs) {
    if (is_narrow(inputs, outputs)) {
        std::size_t in_flight = 4;
        while (in_flight > 1 && inputs < 2 * in_flight * narrow_group(outputs))
            in_flight /= 2;
        return in_flight * narrow_group(outputs);
    }
    std::size_t n = std::bit_floor(std::max<std::size_t>(panel_lines / lines(outputs), 1));
    while (n > 1 && inputs < 4 * n)
        n /= 2;
    return n;
}

// Whether the value of a node may have many zeros: a ReLU, or the input of the network (pixels,
// counts, one-hot codes).
constexpr bool may_be_sparse(std::span<const node> nodes, std::size_t index) {
    while (is_identity(nodes[index].kind))
        index = nodes[index].inputs[0];
    const node& n = nodes[index];
    return n.kind == op::input || (n.kind == op::relu && n.alpha == 0.0f && n.threshold >= 0.0f);
}

// Whether a dense layer looks at its inputs first, so as not to read the weights of those that are
// zero. That pays where reading the weights takes most of the time: where they don't fit the L1
// cache. The list of positions is on the stack, which bounds the inputs.
inline constexpr std::size_t most_skipping_inputs = 4096;
constexpr bool skips_zeros(std::span<const node> nodes, std::size_t index, std::size_t outputs) {
    const std::size_t inputs = width(arriving(nodes, index));
    return weight_floats(inputs, outputs) * sizeof(float) > l1_bytes &&
           inputs <= most_skipping_inputs && chains(inputs, outputs) <= 2 &&
           may_be_sparse(nodes, nodes[index].inputs[0]);
}

// Of weights of windows: how many positions a window has, and how many inputs.
constexpr std::size_t taps_of(const tensor& t) {
    return t.extents.size() / (t.extents.extent[0] * t.extents.extent[1]);
}
constexpr std::size_t inputs_of_window(const tensor& t) {
    return t.extents.size() / t.extents.extent[0];
}

// Floats of a tensor as it is packed.
constexpr std::size_t packed_floats(const tensor& t, const node& n, const value& v) {
    switch (t.how) {
    case packing::panels:
        return weight_floats(t.extents.extent[1], computed(n, v));
    case packing::windows:
        return n.groups * inputs_of_window(t) * whole_lines(t.extents.extent[0] / n.groups);
    case packing::taps:
        return taps_of(t) * whole_lines(t.extents.extent[0]);
    case packing::grouped:
        return n.groups * whole_lines(t.extents.size() / n.groups);
    case packing::units:
        return v.pieces == 1 ? whole_lines(t.extents.size()) : v.floats;
    case packing::single:
        return line_floats;
    }
    return 0;
}

// Where element k of a tensor, row by row, lies behind the tensor's first float.
constexpr std::size_t packed_position(const tensor& t, const node& n, const value& v,
                                      std::size_t k) {
    const std::size_t outputs = t.extents.extent[0];
    const std::size_t units = n.output.size(); // of a value in pieces, which has one axis
    switch (t.how) {
    case packing::panels: {
        const std::size_t inputs = t.extents.extent[1];
        const std::size_t stored = computed(n, v);
        return weight_position(inputs, stored, panels(stored),
                               unit_position(units, v.pieces, k / inputs), k % inputs);
    }
    case packing::windows: {
        const std::size_t taps = taps_of(t);
        const std::size_t inputs = inputs_of_window(t);
        const std::size_t of_group = outputs / n.groups;
        const std::size_t output = k / inputs;
        const std::size_t input = k % taps * t.extents.extent[1] + k / taps % t.extents.extent[1];
        return output / of_group * inputs * whole_lines(of_group) +
               panel_position(inputs, of_group, panels(of_group), output % of_group, input);
    }
    case packing::taps:
        return k % taps_of(t) * whole_lines(outputs) + k / taps_of(t);
    case packing::grouped: {
        const std::size_t of_group = outputs / n.groups;
        return k / of_group * whole_lines(of_group) + k % of_group;
    }
    case packing::units:
        return unit_position(units, v.pieces, k);
    case packing::single:
        return 0;
    }
    return 0;
}

// How many tensors all nodes have.
constexpr std::size_t count_tensors(std::span<const node> nodes) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        count += of(nodes[i].kind).learned(nodes[i], operands_of(nodes, i)).size();
    return count;
}

// Lists the tensors of all nodes in their order, one behind the other (those that are another
// node's lie where they are), and, for each node and one more, where its tensors begin in the list.
// Returns the floats of all together.
constexpr std::size_t place_parameters(std::span<const node> nodes, std::span<const value> values,
                                       std::span<tensor> placed, std::span<std::size_t> first) {
    std::size_t end = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        first[i] = count;
        for (tensor t : of(nodes[i].kind).learned(nodes[i], operands_of(nodes, i))) {
            t.node = i;
            t.begin = end;
            t.floats = packed_floats(t, nodes[i], values[i]);
            t.shared = nodes[i].like != none;
            if (t.shared)
                t.begin = placed[first[nodes[i].like] + (count - first[i])].begin;
            else
                end += whole_lines(t.floats);
            placed[count++] = t;
        }
    }
    first[nodes.size()] = count;
    return end;
}

// In whose row the value of a node lies, and from which float on.
constexpr std::size_t row_of(std::span<const value> values, std::size_t index) {
    std::size_t row = values[values[index].of].row;
    while (values[row].row != row)
        row = values[row].row;
    return row;
}
constexpr place place_of(std::span<const value> values, std::size_t index) {
    const value& v = values[values[index].of];
    place at = values[row_of(values, index)].at;
    at.offset += v.begin + values[index].first;
    return at;
}

// When each row is first written and last used.
constexpr void find_lives(std::span<const node> nodes, std::span<value> values,
                          std::span<const step> steps) {
    for (value& v : values)
        v.born = v.dies = none;
    const auto use = [&values](std::size_t index, std::size_t s) {
        value& row = values[row_of(values, index)];
        if (row.born == none) row.born = s;
        row.dies = s;
    };
    for (std::size_t s = 0; s < steps.size(); ++s) {
        use(steps[s].input, s);
        if (steps[s].second != none) use(steps[s].second, s);
        for (std::size_t e = 0; e < steps[s].epilogue_size; ++e)
            if (steps[s].epilogue[e].other != none) use(steps[s].epilogue[e].other, s);
        if (steps[s].output == none) use(steps[s].last, s);
    }
    for (std::size_t i = 0, inputs = 0; i < nodes.size(); ++i) {
        const std::size_t result = values[i].result;
        if (nodes[i].kind == op::input) values[i].at = {memory::input, inputs++, 0};
        if (result != none) values[i].at = {memory::output, result, 0};
    }
}

// A row in scratch memory that no kernel reads any more may hold what is computed from it.
constexpr bool may_take_place(std::span<const node> nodes, std::span<const value> values,
                              const step& s, std::size_t operand, std::size_t now) {
    const value& from = values[row_of(values, operand)];
    const value& to = values[s.last];
    const std::size_t row = row_of(values, operand);
    return from.at.in == memory::scratch && from.dies == now && from.floats == to.floats &&
           is_whole(nodes, values, operand) &&
           (nodes[row].kind != op::concat || values[operand].of == row);
}
constexpr void share_rows(std::span<const node> nodes, std::span<value> values,
                          std::span<const step> steps) {
    for (std::size_t now = 0; now < steps.size(); ++now) {
        const step& s = steps[now];
        const std::size_t written = values[s.last].of;
        if (!writes_in_place(s.run) || s.output != none || nodes[written].kind == op::concat ||
            values[written].row != written || values[written].at.in != memory::scratch)
            continue;
        // Another part of the same row would be written over before it is read.
        bool reads_more = false;
        for (std::size_t e = 0; e < s.epilogue_size; ++e)
            if (const std::size_t other = s.epilogue[e].other; other != none)
                reads_more = reads_more || row_of(values, other) == row_of(values, s.input);
        if (reads_more || !may_take_place(nodes, values, s, s.input, now)) continue;
        const std::size_t row = row_of(values, s.input);
        values[row].dies = values[written].dies;
        values[written].row = row;
    }
}

// Whether rows that aren't in use at the same time may lie in the same memory, or each has its own.
enum class rows_in_scratch : bool { shared, apart };

// A row in scratch memory, while they are placed.
struct placing {
    std::size_t row = none;
    std::size_t dies = none; // of this row and all that are born before
};

// Rows in scratch memory, in the order in which they are first written.
constexpr std::span<placing> rows_to_place(std::span<const value> values, std::span<placing> work) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i].row == i && values[i].born != none && values[i].at.in == memory::scratch)
            work[count++].row = i;
    const std::span<placing> rows = work.first(count);
    std::ranges::sort(rows, [&values](const placing& a, const placing& b) {
        const std::size_t first = values[a.row].born;
        const std::size_t second = values[b.row].born;
        return first != second ? first < second : a.row < b.row;
    });
    for (std::size_t k = 0; k < count; ++k)
        rows[k].dies = std::max(values[rows[k].row].dies, k > 0 ? rows[k - 1].dies : 0);
    return rows;
}

// The first place where a row fits, beside those placed that are in use at the same time.
constexpr std::size_t first_fit(std::span<const value> values, std::span<const placing> rows,
                                std::size_t k) {
    const value& row = values[rows[k].row];
    std::size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        const auto pass = [&](const value& other) {
            if (other.at.offset == none || other.dies < row.born || other.born > row.dies) return;
            const std::size_t end = other.at.offset + other.floats;
            if (offset >= end || other.at.offset >= offset + row.floats) return;
            offset = end;
            moved = true;
        };
        for (std::size_t end = k; end > 0 && rows[end - 1].dies >= row.born; --end)
            pass(values[rows[end - 1].row]);
        for (std::size_t other = k + 1;
             other < rows.size() && values[rows[other].row].born <= row.dies; ++other)
            pass(values[rows[other].row]);
    }
    return offset;
}

// Where rows in scratch memory lie: the largest first, or one behind the other; returns the floats
// of all. Only neighbours in time are compared, so that but for the sorting a chain is placed in
// linear time.
constexpr std::size_t place_rows(std::span<value> values, bool apart, std::span<placing> work,
                                 std::span<std::size_t> by_size) {
    const std::span<placing> rows = rows_to_place(values, work);
    for (std::size_t k = 0; k < rows.size(); ++k)
        by_size[k] = k;
    if (!apart)
        std::ranges::sort(by_size.first(rows.size()), [&](std::size_t a, std::size_t b) {
            const std::size_t first = values[rows[a].row].floats;
            const std::size_t second = values[rows[b].row].floats;
            return first != second ? first > second : a < b;
        });
    std::size_t floats = 0;
    for (const std::size_t k : by_size.first(rows.size())) {
        value& row = values[rows[k].row];
        row.at.offset = apart ? floats : first_fit(values, rows, k);
        floats = std::max(floats, row.at.offset + row.floats);
    }
    return floats;
}

constexpr bool reads_beside(const step& s) {
    for (std::size_t e = 0; e < s.epilogue_size; ++e)
        if (s.epilogue[e].other != none) return true;
    return false;
}

// Whether the row between two dense steps may stay in registers: nobody else reads it, and it is a
// few whole lines. All inputs of the next layer are then unrolled. That pays in a network whose
// weights stay in the L1 cache, where a layer waits longer for the one before than for weights.
// After some layers one goes through memory: what is between is one piece of code, and compilers
// take longer than linear time for a long one.
inline constexpr std::size_t most_lines_handed_on = 4;
inline constexpr std::size_t most_handed_on = 4; // one after the other
constexpr bool hands_on(std::span<const node> nodes, std::span<const value> values, const step& now,
                        const step& next, std::size_t next_index) {
    const std::size_t written = values[now.last].of;
    if (now.run != kernel::dense || next.run != kernel::dense || now.exact || now.positions != 1 ||
        next.positions != 1 || reads_beside(now) || reads_beside(next) ||
        values[next.input].of != written || values[written].row != written ||
        values[written].dies != next_index || values[written].at.in != memory::scratch)
        return false;
    const std::size_t floats = nodes[now.last].output.size();
    return floats % line_floats == 0 && floats <= most_lines_handed_on * line_floats &&
           panels(computed(nodes[next.node], values[next.node])) == 1;
}

// Whether two dense steps have one kernel instance: but for numbers in functions, which hardly
// matters.
constexpr bool share_kernel(std::span<const node> nodes, const step& a, const step& b) {
    if (a.epilogue_size != b.epilogue_size || a.units != b.units || a.panels != b.panels ||
        a.chains != b.chains || a.exact != b.exact || a.skips_zeros != b.skips_zeros ||
        a.positions != b.positions ||
        width(arriving(nodes, a.node)) != width(arriving(nodes, b.node)))
        return false;
    for (std::size_t e = 0; e < a.epilogue_size; ++e)
        if (nodes[a.epilogue[e].node].kind != nodes[b.epilogue[e].node].kind) return false;
    return true;
}
// Where a kernel comes back after others, in a network whose weights come from behind the L1 cache:
// all dense steps are alone, unless they are so many that their code would be large.
inline constexpr std::size_t most_alone = 16;
constexpr void find_alone(std::span<const node> nodes, std::span<step> steps) {
    few<std::size_t, most_alone> dense_steps = {};
    for (std::size_t s = 0; s < steps.size(); ++s) {
        if (steps[s].run != kernel::dense) continue;
        if (dense_steps.size() == most_alone) return;
        dense_steps.push(s);
    }
    bool comes_back = false;
    for (std::size_t k = 2; k < dense_steps.size(); ++k)
        for (std::size_t i = 0; i + 1 < k; ++i)
            comes_back = comes_back ||
                         (share_kernel(nodes, steps[dense_steps[i]], steps[dense_steps[k]]) &&
                          !share_kernel(nodes, steps[dense_steps[k - 1]], steps[dense_steps[k]]));
    for (const std::size_t s : dense_steps)
        steps[s].alone = comes_back;
}

// Whether whole lines of a value would be written over others of its row, or behind it.
constexpr bool is_exact(std::span<const node> nodes, std::span<const value> values, const step& s) {
    if (s.writes.in != memory::scratch || s.positions != 1) return true;
    const value& v = values[values[s.last].of];
    const std::size_t row = row_of(values, s.last);
    if (nodes[row].kind != op::concat) return false;
    const std::size_t begin = v.begin + s.part;
    const bool is_last = begin + s.units == nodes[row].output.size();
    return begin + whole_lines(s.units) > values[row].floats ||
           (!is_last && s.units % line_floats != 0);
}

// Maps with their padding lie in a place of their own, behind all rows, which has one for as long
// as a step runs. Returns its floats.
constexpr std::size_t place_padding(std::span<const node> nodes, std::span<step> steps,
                                    std::size_t behind) {
    std::size_t floats = 0;
    for (step& s : steps) {
        if (!is_window_kernel(s.run)) continue;
        const windows w = windows_of(nodes[s.node], arriving(nodes, s.node));
        if (!w.is_padded()) continue;
        s.padded = behind;
        floats = std::max(floats, whole_lines(w.padded_floats()));
    }
    return floats;
}

// Fills places and the cut of dense steps; returns the floats of one row of scratch memory. `work`
// and `by_size` are working space, an entry per node.
constexpr std::size_t place_steps(std::span<const node> nodes, std::span<value> values,
                                  std::size_t parameter_floats, std::span<step> steps,
                                  rows_in_scratch how, std::span<placing> work,
                                  std::span<std::size_t> by_size) {
    find_lives(nodes, values, steps);
    if (how == rows_in_scratch::shared) share_rows(nodes, values, steps);
    const std::size_t floats = place_rows(values, how == rows_in_scratch::apart, work, by_size);
    const std::size_t padded = place_padding(nodes, steps, floats);
    std::size_t handed_on = 0; // by the steps before, without one that didn't
    for (std::size_t s = 0; s < steps.size(); ++s) {
        step& now = steps[s];
        now.reads = place_of(values, now.input);
        if (now.second != none) now.reads_second = place_of(values, now.second);
        for (std::size_t e = 0; e < now.epilogue_size; ++e)
            if (now.epilogue[e].other != none)
                now.epilogue[e].beside = place_of(values, now.epilogue[e].other);
        now.writes =
            now.output != none ? place{memory::output, now.output, 0} : place_of(values, now.last);
        if (now.output == none) now.writes.offset += now.part;
        now.exact = is_exact(nodes, values, now);
        if (now.run == kernel::dense) {
            const std::size_t outputs = computed(nodes[now.node], values[now.node]);
            now.panels = panels(outputs);
            now.chains = chains(width(arriving(nodes, now.node)), outputs);
            now.skips_zeros = now.positions == 1 && skips_zeros(nodes, now.node, outputs);
        }
        if (is_window_kernel(now.run))
            now.panels = panels(width(nodes[now.node].output) / nodes[now.node].groups);
        if (s + 1 < steps.size() && parameter_floats * sizeof(float) <= l1_bytes &&
            handed_on < most_handed_on)
            now.hands_on = hands_on(nodes, values, now, steps[s + 1], s + 1);
        handed_on = now.hands_on ? handed_on + 1 : 0;
    }
    if (parameter_floats * sizeof(float) > l1_bytes) find_alone(nodes, steps);
    return floats + padded;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
