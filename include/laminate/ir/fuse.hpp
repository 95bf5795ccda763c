// SPDX-License-Identifier: MIT
#pragma once

// Fusion: groups nodes into steps, an elementwise node with the step that produces its input.
// Needs a checked network and its flow. Promises the same results with and without: fusing moves
// work into registers, it never changes an operation.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "flow.hpp"
#include "kind/table.hpp"
#include "node.hpp"
#include "step.hpp"

namespace laminate::ir {

enum class fusion : bool { off, on };

inline namespace LAMINATE_ISA {

constexpr bool has_room(const step& s) {
    return takes_functions(s.run) && s.epilogue_size < max_epilogue;
}

// Extends `s` over the nodes that follow in line and can join it: identities always, other
// elementwise nodes where the kernel has an epilogue.
constexpr void absorb(std::span<const node> nodes, std::span<const flow> flows, fusion mode,
                      step& s) {
    for (std::size_t next = flows[s.last].consumer; next != none; next = flows[next].consumer) {
        if (is_identity(nodes[next].kind)) {
            s.last = next;
        } else if (is_elementwise(nodes[next].kind) && mode == fusion::on && has_room(s)) {
            s.epilogue[s.epilogue_size++] = next;
            s.last = next;
        } else {
            return;
        }
    }
}

// Writes the steps and returns how many; there are never more than nodes.
constexpr std::size_t fuse(std::span<const node> nodes, std::span<const flow> flows, fusion mode,
                           std::span<step> steps) {
    std::size_t count = 0;
    const auto fused = [&](std::size_t index) {
        for (std::size_t s = 0; s < count; ++s)
            for (std::size_t e = 0; e < steps[s].epilogue_size; ++e)
                if (steps[s].epilogue[e] == index) return true;
        return false;
    };
    const auto written = [&](std::size_t index) {
        for (std::size_t s = 0; s < count; ++s)
            if (steps[s].last == index) return true;
        return false;
    };
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        // Identities cost nothing, but for an output that no step has written: that is a copy.
        const bool identity = is_identity(nodes[i].kind);
        if (identity ? i + 1 < nodes.size() || written(i) : fused(i)) continue;
        step& s = steps[count++];
        s = step{};
        s.run = of(nodes[i].kind).is.run;
        s.node = s.last = i;
        s.input = flows[nodes[i].inputs[0]].value;
        s.pieces = flows[of(nodes[i].kind).is.in_pieces ? s.input : i].pieces;
        if (s.run == kernel::activation && !identity) s.epilogue[s.epilogue_size++] = i;
        absorb(nodes, flows, mode, s);
    }
    return count;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
