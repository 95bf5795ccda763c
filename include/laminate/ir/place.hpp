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
#include "flow.hpp"
#include "step.hpp"

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

// Floats of a tensor as it is packed.
constexpr std::size_t packed_floats(const tensor& t, const node& n, const flow& f) {
    switch (t.how) {
    case packing::panels:
        return weight_floats(t.extents.extent[1], computed(n, f));
    case packing::units:
        return f.floats;
    case packing::single:
        return line_floats;
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

// Lists the tensors of all nodes in their order, one behind the other, and, for each node and one
// more, where its tensors begin in the list. Returns the floats of all together.
constexpr std::size_t place_parameters(std::span<const node> nodes, std::span<const flow> flows,
                                       std::span<tensor> placed, std::span<std::size_t> first) {
    std::size_t end = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        first[i] = count;
        for (tensor t : of(nodes[i].kind).learned(nodes[i], operands_of(nodes, i))) {
            t.node = i;
            t.begin = end;
            t.floats = packed_floats(t, nodes[i], flows[i]);
            end += whole_lines(t.floats);
            placed[count++] = t;
        }
    }
    first[nodes.size()] = count;
    return end;
}

// The value that later steps know the result of `s` by.
constexpr std::size_t value_written(std::span<const flow> flows, const step& s) {
    return flows[s.last].value;
}

// First fit among the rows that are still to be read when step `s` writes. An activation or a
// softmax may write over its own input. `live` is the first step whose row may still be read; it
// only rises, so that a chain is placed in linear time.
constexpr std::size_t place_row(std::span<const flow> flows, std::span<const step> steps,
                                std::span<const std::size_t> last_use, std::size_t s,
                                std::size_t& live) {
    const auto use = [&](std::size_t other) {
        return last_use[value_written(flows, steps[other])];
    };
    while (live < s && (use(live) == none || use(live) < s))
        ++live;
    const bool in_place = writes_in_place(steps[s].run);
    const std::size_t size = flows[steps[s].last].floats;
    std::size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t other = live; other < s; ++other) {
            if (steps[other].target == caller) continue;
            if (use(other) == none || use(other) < s || (use(other) == s && in_place)) continue;
            const std::size_t begin = steps[other].target;
            const std::size_t end = begin + flows[steps[other].last].floats;
            if (offset < end && begin < offset + size) {
                offset = end;
                moved = true;
            }
        }
    }
    return offset;
}

// Whether the row between two dense steps may stay in registers: nobody else reads it, and it is a
// few whole lines. All inputs of the next layer are then unrolled. That pays in a network whose
// weights stay in the L1 cache, where a layer waits longer for the one before than for weights.
// After some layers one goes through memory: what is between is one piece of code, and compilers
// take longer than linear time for a long one.
inline constexpr std::size_t most_lines_handed_on = 4;
inline constexpr std::size_t most_handed_on = 4; // one after the other
constexpr bool hands_on(std::span<const node> nodes, std::span<const flow> flows, const step& now,
                        const step& next, bool next_is_last_use) {
    if (now.run != kernel::dense || next.run != kernel::dense || !next_is_last_use ||
        next.input != value_written(flows, now))
        return false;
    const std::size_t floats = nodes[now.last].output.size();
    return floats % line_floats == 0 && floats <= most_lines_handed_on * line_floats &&
           panels(computed(nodes[next.node], flows[next.node])) == 1;
}

// Fills sources and targets and the cut of dense steps; returns the floats of one row of scratch.
// `last_use` is working space, one entry per node.
constexpr std::size_t place_steps(std::span<const node> nodes, std::span<const flow> flows,
                                  std::size_t parameter_floats, std::span<step> steps,
                                  std::span<std::size_t> last_use) {
    std::ranges::fill(last_use, none);
    for (std::size_t s = 0; s < steps.size(); ++s)
        last_use[steps[s].input] = s;
    std::size_t floats = 0;
    std::size_t live = 0;
    std::size_t handed_on = 0; // by the steps before, without one that didn't
    for (std::size_t s = 0; s < steps.size(); ++s) {
        step& now = steps[s];
        for (std::size_t other = s; other-- > 0;)
            if (value_written(flows, steps[other]) == now.input) {
                now.source = steps[other].target;
                break;
            }
        if (now.last + 1 < nodes.size()) {
            now.target = place_row(flows, steps, last_use, s, live);
            floats = std::max(floats, now.target + flows[now.last].floats);
        }
        if (now.run == kernel::dense) {
            const std::size_t outputs = computed(nodes[now.node], flows[now.node]);
            now.panels = panels(outputs);
            now.chains = chains(width(arriving(nodes, now.node)), outputs);
            now.skips_zeros = skips_zeros(nodes, now.node, outputs);
        }
        if (s + 1 < steps.size() && parameter_floats * sizeof(float) <= l1_bytes &&
            handed_on < most_handed_on)
            now.hands_on = hands_on(nodes, flows, now, steps[s + 1],
                                    last_use[value_written(flows, now)] == s + 1);
        handed_on = now.hands_on ? handed_on + 1 : 0;
    }
    return floats;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
