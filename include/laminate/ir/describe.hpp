// SPDX-License-Identifier: MIT
#pragma once

// A plan as text: a table, as Keras' summary(), and a drawing for Graphviz. Needs a plan. Promises
// plain ASCII of at most 100 columns for usual networks; builds strings and writes nowhere.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../base/compiler.hpp"
#include "../base/error.hpp"
#include "../base/tile.hpp"
#include "call.hpp"
#include "plan.hpp"
#include "spelling.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

namespace text {

// 1234567 as "1 234 567".
inline std::string grouped(std::size_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, 1, ' ');
    return digits;
}

inline std::string shape(const laminate::shape& s) {
    std::string out = "[";
    for (std::size_t axis = 0; axis < s.rank; ++axis)
        out += sentence(axis == 0 ? "" : ", ", s.extent[axis]);
    return out + "]";
}

// What a step runs: "dense, 2 chains, hands on", that is a single row's result in registers where
// these are wide enough.
inline std::string kernel(const step& s) {
    if (s.epilogue_size == 0 && s.run == ir::kernel::activation) {
        const std::size_t floats = s.positions * s.units;
        return sentence("copies ", floats, floats == 1 ? " float" : " floats");
    }
    std::string out = name(s.run);
    const auto add = [&](std::size_t count, const char* what) {
        if (count > 1) out += sentence(", ", count, " ", what);
    };
    add(s.positions, "positions");
    if (s.run == ir::kernel::dense) {
        add(s.chains, "chains");
        add(s.panels, "panels");
        if (s.skips_zeros) out += ", skips zeros";
        if (s.hands_on) out += ", hands on";
    }
    return out;
}

// Of each dense step the largest tile of rows x registers: "6x4, 3x4, 6x1".
inline std::string tiles(const plan_view& plan, std::size_t lanes, std::size_t registers) {
    std::string out;
    for (const step& s : plan.sequence) {
        if (s.run != ir::kernel::dense) continue;
        const kind::dense::numbers d = call_of(plan, s).dense;
        const tile_shape t =
            largest_tile(d.inputs, d.outputs, d.panels, d.chains, lanes, registers);
        out += sentence(out.empty() ? "" : ", ", t.rows, "x", t.registers);
    }
    return out;
}

// How a batch is cut: one line, and one for each kind of register file.
inline std::string batch(const plan_view& plan) {
    const std::size_t rows = tile_rows(plan.cost);
    std::string out =
        sentence("batch: ", rows, rows == 1 ? " row takes" : " rows take", " all steps together");
    const std::string wide = tiles(plan, 16, 32);
    if (wide.empty()) return out + "\n";
    return sentence(out, ", dense ones in tiles of rows x registers\n  32 of 16 floats: ", wide,
                    "\n  16 of 8 floats:  ", tiles(plan, 8, 16), "\n");
}

// What a node that no step computes is.
inline std::string without_step(const node& n) {
    switch (n.kind) {
    case op::input:
        return "";
    case op::concat:
        return "written in place";
    case op::slice:
        return is_part(n) ? "read in place" : "moves in the next step";
    default:
        return is_part(n) ? "nothing to do" : "moves in the next step";
    }
}

// "[6], output 1", where there are several.
inline std::string value(const plan_view& plan, std::size_t index) {
    const node& n = plan.nodes[index];
    return sentence(shape(n.output), n.result != none && plan.out.size() > 1
                                         ? sentence(", output ", n.result)
                                         : std::string());
}

// Which step computes each node, the last one that copies parts of it; none for nodes that cost
// nothing.
inline std::vector<std::size_t> step_of(const plan_view& plan) {
    std::vector<std::size_t> of(plan.nodes.size(), none);
    for (std::size_t s = 0; s < plan.sequence.size(); ++s) {
        of[plan.sequence[s].node] = s;
        for (std::size_t e = 0; e < plan.sequence[s].epilogue_size; ++e)
            of[plan.sequence[s].epilogue[e].node] = s;
    }
    return of;
}

// A node as it could be written, with the name that files have for its parameters.
inline std::string named_layer(const plan_view& plan, std::size_t index) {
    std::string written = layer(plan.nodes[index]);
    const std::string_view name = plan.name_of(index);
    if (name.empty() || learned_numbers(plan.tensors_of(index)) == 0) return written;
    return sentence("name<\"", name, "\">(", written, ")");
}
// In Graphviz' quotes. (Names have none but these.)
inline std::string quoted(std::string label) {
    for (std::size_t at = 0; (at = label.find('"', at)) != std::string::npos; at += 2)
        label.insert(at, 1, '\\');
    return label;
}

inline constexpr std::size_t columns = 7;
using row = std::array<std::string, columns>;

// Aligns columns; numbers (the last columns and the parameters) to the right.
inline std::string table(const std::vector<row>& rows) {
    constexpr std::array<bool, columns> right = {false, false, true, false, false, true, true};
    std::array<std::size_t, columns> width = {};
    for (const row& r : rows)
        for (std::size_t c = 0; c < columns; ++c)
            width[c] = std::max(width[c], r[c].size());
    std::string out;
    for (const row& r : rows) {
        std::string line;
        for (std::size_t c = 0; c < columns; ++c) {
            const std::string pad(width[c] - r[c].size(), ' ');
            line += sentence(c == 0 ? "" : "  ", right[c] ? pad : "", r[c], right[c] ? "" : pad);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += sentence(line, "\n");
        if (&r == &rows.front()) out += sentence(std::string(line.size(), '-'), "\n");
    }
    return out;
}

} // namespace text

// One line per layer: output shape, parameters, the step it runs in, its kernel, multiply-adds and
// bytes of packed parameters; then the figures of the plan, how a batch is cut, and where all this
// is explained.
inline std::string describe(const plan_view& plan) {
    const std::vector<std::size_t> step_of = text::step_of(plan);
    std::vector<text::row> rows = {
        {"layer", "output", "parameters", "step", "kernel", "multiply-adds", "bytes"}};
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const node& n = plan.nodes[i];
        const std::size_t s = step_of[i];
        text::row r = {text::named_layer(plan, i), text::value(plan, i), "", "", "", "", ""};
        const std::span<const tensor> tensors = plan.tensors_of(i);
        if (const std::size_t count = learned_numbers(tensors); count > 0)
            r[2] = text::grouped(count);
        if (s == none) {
            r[4] = text::without_step(n);
        } else {
            r[3] = std::to_string(s + 1);
            r[4] = plan.sequence[s].node == i
                       ? text::kernel(plan.sequence[s])
                       : sentence("fused into ", name(plan.nodes[plan.sequence[s].node].kind));
        }
        if (const std::size_t work = multiply_adds(plan.nodes, i); work > 0)
            r[5] = text::grouped(work);
        if (const std::size_t bytes = parameter_bytes(tensors); bytes > 0)
            r[6] = text::grouped(bytes);
        rows.push_back(r);
    }
    const figures& f = plan.cost;
    return sentence(text::table(rows), text::grouped(f.parameters), " parameters, ",
                    text::grouped(f.multiply_adds), " multiply-adds, ",
                    text::grouped(f.weight_bytes), " weight bytes, ",
                    text::grouped(f.scratch_bytes), " scratch bytes, ", f.steps,
                    f.steps == 1 ? " step\n" : " steps\n", text::batch(plan),
                    "words: docs/layers.md#words-of-the-summary\n");
}

// The network for Graphviz: a box per layer, a cluster per fused step.
inline std::string draw(const plan_view& plan) {
    const std::vector<std::size_t> step_of = text::step_of(plan);
    std::string out =
        "digraph network {\n  rankdir=TB;\n"
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    const auto box = [&](std::size_t i) {
        return sentence("n", i, " [label=\"", text::quoted(text::named_layer(plan, i)), "\"];\n");
    };
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        if (step_of[i] == none) out += sentence("  ", box(i));
    for (std::size_t s = 0; s < plan.sequence.size(); ++s) {
        out += sentence("  subgraph cluster_", s, " {\n    label=\"step ", s + 1, ": ",
                        text::kernel(plan.sequence[s]),
                        "\"; style=\"rounded,filled\"; color=gray90; fontname=\"sans-serif\"; "
                        "fontsize=10;\n");
        for (std::size_t i = 0; i < plan.nodes.size(); ++i)
            if (step_of[i] == s) out += sentence("    ", box(i));
        out += "  }\n";
    }
    for (std::size_t i = 0; i < plan.nodes.size(); ++i)
        for (const std::size_t from : plan.nodes[i].inputs)
            if (from != none)
                out += sentence("  n", from, " -> n", i, " [label=\" ",
                                text::shape(plan.nodes[from].output), "\"];\n");
    return out + "}\n";
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
