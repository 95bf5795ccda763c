// SPDX-License-Identifier: MIT
#pragma once

// Fusion: groups nodes into steps, a function with the step that produces its input. Needs a
// checked network and its values. Promises the same results with and without: fusing moves work
// into registers, it never changes an operation.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "kind/table.hpp"
#include "node.hpp"
#include "step.hpp"
#include "value.hpp"

namespace laminate::ir {

enum class fusion : bool { off, on };

inline namespace LAMINATE_ISA {

constexpr bool has_room(const step& s) {
    return takes_functions(s.run) && s.epilogue_size < max_epilogue;
}

// The steps while they are made, in the order of the nodes.
class fuser {
public:
    constexpr fuser(std::span<const node> nodes, std::span<value> values, fusion mode,
                    std::span<step> steps)
        : nodes_(nodes), values_(values), mode_(mode), steps_(steps) {}

    constexpr std::size_t run() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].kind == op::concat) copy_parts(i);
            if (needs_step(i) && !joins_next_move(i)) find_positions(absorb(begin(i)));
            if (needs_copy(i)) copy(i, i, nodes_[i].output.size()).output = nodes_[i].result;
        }
        return count_;
    }

private:
    constexpr bool needs_step(std::size_t i) const {
        return nodes_[i].kind != op::input && nodes_[i].kind != op::concat && !is_part(nodes_[i]) &&
               values_[i].born == none;
    }
    // An output whose value lies elsewhere.
    constexpr bool needs_copy(std::size_t i) const {
        return nodes_[i].result != none && values_[values_[i].of].result != nodes_[i].result;
    }

    constexpr step& begin(std::size_t i) {
        step& s = steps_[count_++];
        s = step{};
        s.run = of(nodes_[i].kind).is.run;
        s.node = s.last = i;
        s.units = nodes_[i].output.size();
        s.pieces = values_[of(nodes_[i].kind).is.in_pieces ? nodes_[i].inputs[0] : i].pieces;
        values_[i].born = count_ - 1;
        // Of two operands, the one that has all units.
        const bool second = is_binary(nodes_[i].kind) && !fits(nodes_[i].inputs[0], i);
        s.input = nodes_[i].inputs[second ? 1 : 0];
        if (is_window_kernel(s.run)) {
            const windows w = windows_of(nodes_[i], nodes_[s.input].output);
            if (w.is_padded()) s.moves = walk_of_padding(w);
        }
        if (s.run == kernel::matmul) s.second = nodes_[i].inputs[1];
        if (s.run == kernel::move) {
            const moved m = moved_by(i);
            s.moves = m.by;
            s.input = m.from;
        }
        if (s.run == kernel::activation || of(nodes_[i].kind).is.finishes) join(s, i, s.input);
        return s;
    }

    constexpr bool fits(std::size_t operand, std::size_t i) const {
        return nodes_[operand].output.size() == nodes_[i].output.size();
    }

    struct moved {
        walk by;
        std::size_t from = none; // the node whose value is read
    };
    constexpr bool moves(std::size_t i) const { return of(nodes_[i].kind).is.run == kernel::move; }

    constexpr walk walk_alone(std::size_t i) const {
        return walk_of(
            of(nodes_[i].kind).arguments_of(nodes_[i], operands_of(nodes_, i), size(i), false));
    }
    // What move `i` does, together with those before it that have no step.
    constexpr moved moved_by(std::size_t i) const {
        const walk by = walk_alone(i);
        const value& operand = values_[nodes_[i].inputs[0]];
        if (!moves(operand.of) || values_[operand.of].born != none)
            return {by, nodes_[i].inputs[0]};
        const moved before = moved_by(operand.of);
        return {*composed(by, operand.first, before.by), before.from};
    }
    // Whether nobody reads move `i` but another one, and one pass does for both.
    constexpr bool joins_next_move(std::size_t i) const {
        if (mode_ == fusion::off || !moves(i)) return false;
        std::size_t operand = i;
        std::size_t next = values_[i].consumer;
        while (next != none && is_part(nodes_[next])) {
            operand = next;
            next = values_[next].consumer;
        }
        if (next == none || !moves(next)) return false;
        return composed(walk_alone(next), values_[operand].first, moved_by(i).by).has_value();
    }

    // Function `i` of what step `s` has at hand, the value of node `at_hand`.
    constexpr void join(step& s, std::size_t i, std::size_t at_hand) {
        joined f = {i};
        if (is_binary(nodes_[i].kind)) {
            f.swapped = nodes_[i].inputs[0] != at_hand;
            f.other = nodes_[i].inputs[f.swapped ? 0 : 1];
        }
        s.epilogue[s.epilogue_size++] = f;
        s.last = i;
        values_[i].born = count_ - 1;
    }

    // Where each layer is applied to the last axis, at all positions.
    constexpr void find_positions(step& s) const {
        for (std::size_t e = 0; e < s.epilogue_size; ++e)
            if (s.epilogue[e].other != none) s.epilogue[e].units = size(s.epilogue[e].other);
        const shape& arriving = nodes_[s.input].output;
        const shape& result = nodes_[s.node].output;
        if (positions(result) == 1 || of(nodes_[s.node].kind).is.of_axes ||
            (mode_ == fusion::on && is_flat(s)))
            return;
        s.positions = positions(result);
        s.units = s.pitch_written = width(result);
        s.pitch_read = is_window_kernel(s.run) ? 0 : width(arriving); // windows see all of a map
        for (std::size_t e = 0; e < s.epilogue_size; ++e) {
            joined& f = s.epilogue[e];
            if (f.other == none) continue;
            const shape& other = nodes_[f.other].output;
            const bool is_all = other.size() == result.size();
            f.units = is_all ? s.units : width(other);
            f.pitch = is_all ? s.units : positions(other) == 1 ? 0 : width(other);
        }
    }

    // Whether a step is functions alone, which treat all units of a row alike.
    constexpr bool is_flat(const step& s) const {
        if (s.run != kernel::activation) return false;
        for (std::size_t e = 0; e < s.epilogue_size; ++e) {
            const joined& f = s.epilogue[e];
            if (f.other == none ? learns(f.node) : size(f.other) != 1 && !fits(f.other, f.node))
                return false;
        }
        return true;
    }
    constexpr std::size_t size(std::size_t i) const { return nodes_[i].output.size(); }
    constexpr bool learns(std::size_t i) const {
        return of(nodes_[i].kind).learned(nodes_[i], operands_of(nodes_, i)).size() > 0;
    }

    // Extends `s` over the nodes that follow in line and can join it: identities always, functions
    // where the kernel has an epilogue.
    constexpr step& absorb(step& s) {
        for (std::size_t next = values_[s.last].consumer; next != none;
             next = values_[next].consumer) {
            if (is_identity(nodes_[next].kind))
                s.last = next;
            else if (mode_ == fusion::on && has_room(s) && can_join(s, next))
                join(s, next, s.last);
            else
                break;
        }
        return s;
    }

    constexpr bool can_join(const step& s, std::size_t next) const {
        // Behind a reshape, units are counted in another way.
        const bool same_units = width(nodes_[next].output) == width(nodes_[s.node].output);
        if (is_elementwise(nodes_[next].kind)) return same_units || !learns(next);
        if (!is_binary(nodes_[next].kind) || !fits(s.last, next) || s.pieces != 1) return false;
        const std::size_t second = nodes_[next].inputs[nodes_[next].inputs[0] == s.last ? 1 : 0];
        return (same_units || fits(second, next) || size(second) == 1) && is_known(s, second);
    }

    // Whether a value is written before step `s`, the last one so far. Nodes before its own have
    // been seen.
    constexpr bool is_known(const step& s, std::size_t operand) const {
        const std::size_t v = values_[operand].of;
        return nodes_[v].kind == op::input || v < s.node ||
               (values_[v].born != none && values_[v].born + 1 < count_);
    }

    // A step that writes the value of `from` as `units` units of node `i`.
    constexpr step& copy(std::size_t i, std::size_t from, std::size_t units) {
        step& s = steps_[count_++];
        s = step{};
        s.node = s.last = i;
        s.input = from;
        s.units = units;
        return s;
    }

    constexpr void copy_parts(std::size_t i) {
        const std::size_t times = outer(nodes_[i].output, axis_of(nodes_[i], nodes_[i].output));
        std::size_t part = 0;
        for (std::size_t k = 0; k < max_inputs && nodes_[i].inputs[k] < i; ++k) {
            const std::size_t from = nodes_[i].inputs[k];
            const std::size_t floats = nodes_[from].output.size() / times;
            const value& v = values_[values_[from].of];
            const bool placed = times == 1 && is_whole(nodes_, values_, from) &&
                                v.row == values_[i].row && v.begin == values_[i].begin + part;
            if (!placed) {
                step& s = copy(i, from, floats);
                s.part = part;
                s.positions = times;
                s.pitch_read = floats;
                s.pitch_written = nodes_[i].output.size() / times;
            }
            part += floats;
        }
    }

    std::span<const node> nodes_;
    std::span<value> values_;
    fusion mode_;
    std::span<step> steps_;
    std::size_t count_ = 0;
};

// How many steps there may be: one for each node, a copy for each operand of a concat, and for each
// output.
constexpr std::size_t most_steps(std::span<const node> nodes) {
    std::size_t count = 0;
    for (const node& n : nodes)
        count += 1 + (n.kind == op::concat ? max_inputs : 0) + (n.result != none ? 1 : 0);
    return count;
}

// Writes the steps and returns how many.
constexpr std::size_t fuse(std::span<const node> nodes, std::span<value> values, fusion mode,
                           std::span<step> steps) {
    return fuser(nodes, values, mode, steps).run();
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
