// SPDX-License-Identifier: MIT
#include "loops.hpp"

#include <laminate/ir/call.hpp>
#include <laminate/ir/describe.hpp>
#include <laminate/ir/kind/table.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "../emit/call_text.hpp"
#include "../emit/fill.hpp"
#include "../emit/literal.hpp"
#include "../emit/ports.hpp"

namespace laminate::codegen {

namespace {

// "const float* in, const float* in_1, float* out".
std::string pointers_to_ports(std::span<const ir::node> nodes) {
    std::string all = "const float* in";
    for (std::size_t k = 1; k < ir::inputs_of(nodes).size(); ++k)
        all += sentence(", const float* ", inner_name("in", k));
    for (std::size_t k = 0; k < ir::outputs_of(nodes).size(); ++k)
        all += sentence(", float* ", inner_name("out", k));
    return all;
}

// The statements of infer. A value lies in an input, or in one of a few buffers, which others take
// behind its last reader; elementwise functions end the loop that makes their input, where nothing
// else reads it, or begin one.
class loop_writer {
public:
    explicit loop_writer(const graph& network)
        : nodes_(network.nodes),
          at_(nodes_.size()),
          of_(nodes_.size()),
          readers_(nodes_.size()),
          last_(nodes_.size()) {
        std::size_t inputs = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const ir::node& n = nodes_[i];
            of_[i] = ir::is_part(n) ? of_[n.inputs[0]] : i;
            if (n.kind == ir::op::input) at_[i] = inner_name("in", inputs++);
            for (const std::size_t from : n.inputs)
                if (from != ir::none) read(from, i);
        }
        const ir::ports outputs = ir::outputs_of(nodes_);
        for (const ir::port& out : outputs)
            read(out.node, nodes_.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            add(i);
        close();
        for (std::size_t k = 0; k < outputs.size(); ++k)
            text_ += sentence("    std::copy_n(", at_[outputs[k].node], ", ", outputs[k].units,
                              ", ", inner_name("out", k), ");\n");
    }

    const std::string& statements() const { return text_; }
    const std::vector<std::size_t>& buffers() const { return floats_; }

private:
    void read(std::size_t value, std::size_t reader) {
        ++readers_[value];
        last_[of_[value]] = reader;
    }
    std::size_t units(std::size_t value) const { return nodes_[value].output.size(); }

    void add(std::size_t i) {
        const ir::node& n = nodes_[i];
        if (n.kind == ir::op::input) return;
        const ir::role is = ir::of(n.kind).is.role;
        const bool is_same = ir::is_part(n) && n.kind != ir::op::slice; // all of what it reads
        if (is == ir::role::binary) return binary(n, i);
        const bool goes_on = open_ == n.inputs[0] && readers_[open_] == 1;
        if (goes_on && is_same) return void(open_ = i);
        if (goes_on && is == ir::role::function) return function(i);
        if (goes_on && ir::is_softmax(n.kind)) return softmax(n, i);
        close();
        const std::string& from = at_[n.inputs[0]];
        if (is_same) {
            at_[i] = from;
        } else if (is == ir::role::function) {
            open(i, sentence("float value = ", from, "[o];\n"));
            function(i);
        } else if (ir::is_softmax(n.kind)) {
            open(i, sentence("const float value = ", from, "[o];\n"));
            softmax(n, i);
        } else if (n.kind == ir::op::dense) {
            dense(n, i);
        } else if (ir::is_part(n)) {
            at_[i] = sentence("(", from, " + ",
                              n.begin * ir::inner(n.output, ir::axis_of(n, n.output)), ")");
        } else if (ir::of(n.kind).is.run == ir::kernel::move) {
            move(n, i);
        } else if (n.kind == ir::op::matmul) {
            matmul(n, i);
        } else if (n.kind == ir::op::concat) {
            concat(n, i);
        } else if (ir::sees_windows(n.kind)) {
            over_windows(n, i);
        } else if (is == ir::role::layer) {
            call(n, i);
        } else {
            raise(error{sentence("defect in Laminate: plain loops lack ", ir::name(n.kind))});
        }
    }

    void function(std::size_t i) {
        text_ += sentence("        value = plain::", functor_text(nodes_, i), "(value, ",
                          unit_in(nodes_[i].output), "); // ", ir::text::layer(nodes_[i]), "\n");
        open_ = i;
    }

    // Of number o of a value the unit, and the position.
    static std::string unit_in(const shape& s) {
        return positions(s) == 1 ? "o" : sentence("o % ", width(s));
    }
    static std::string position_in(const shape& s) {
        return positions(s) == 1 ? "0" : sentence("o / ", width(s));
    }

    // What number o of node i is computed with, of what lies in memory.
    std::string unit_of(std::size_t value, std::size_t i) const {
        const shape& s = nodes_[value].output;
        const shape& all = nodes_[i].output;
        const std::string index = s.size() == all.size() ? "o"
                                  : s.size() == 1        ? "0"
                                  : positions(s) == 1    ? unit_in(all)
                                                         : position_in(all);
        return sentence(at_[value], "[", index, "]");
    }

    void binary(const ir::node& n, std::size_t i) {
        const auto [a, b, c, d] = n.inputs;
        const auto goes_on = [&](std::size_t value) {
            return open_ == value && readers_[value] == 1 && units(value) == units(i);
        };
        const bool first = goes_on(a), second = goes_on(b);
        if (!first && !second) close();
        const std::string result =
            sentence("value = plain::", ir::name(n.kind), "(", first ? "value" : unit_of(a, i),
                     ", ", second ? "value" : unit_of(b, i), ");\n");
        if (!first && !second) return open(i, sentence("float ", result));
        text_ += sentence("        ", result);
        open_ = i;
    }

    void dense(const ir::node& n, std::size_t index) {
        const std::string start =
            n.bias ? sentence(array_name(n, index, "bias"), "[", unit_in(n.output), "]")
                   : std::string("0.0f");
        const std::size_t inputs = width(nodes_[n.inputs[0]].output);
        const bool several = positions(n.output) > 1;
        open(index,
             fill(R"(float value = $start$;
        for (std::size_t i = 0; i < $inputs$; ++i)
            value += $weights$[$row$ + i] * $from$[$position$i];
)",
                  {{"start", start},
                   {"inputs", std::to_string(inputs)},
                   {"weights", array_name(n, index, "weights")},
                   {"row",
                    sentence(several ? sentence("(", unit_in(n.output), ")") : "o", " * ", inputs)},
                   {"position", several ? sentence(position_in(n.output), " * ", inputs, " + ")
                                        : std::string()},
                   {"from", at_[n.inputs[0]]}}));
    }

    // In place.
    void softmax(const ir::node& n, std::size_t i) {
        open_ = i;
        close();
        text_ += sentence("    plain::softmax(", at_[i], ", ", width(n.output) / n.groups, ", ",
                          positions(n.output) * n.groups, ", ",
                          n.kind == ir::op::log_softmax ? "true" : "false", ");\n");
    }

    void concat(const ir::node& n, std::size_t i) {
        at_[i] = buffer(i);
        const std::size_t times = ir::outer(n.output, ir::axis_of(n, n.output));
        std::size_t begin = 0;
        for (const std::size_t part : n.inputs) {
            if (part == ir::none) break;
            const std::size_t floats = units(part) / times;
            text_ += sentence("    for (std::size_t t = 0; t < ", times, "; ++t)\n        ",
                              "std::copy_n(", at_[part], " + t * ", floats, ", ", floats, ", ",
                              at_[i], " + t * ", units(i) / times, " + ", begin, ");\n");
            begin += floats;
        }
    }

    // Number by number, of three axes.
    void move(const ir::node& n, std::size_t i) {
        at_[i] = buffer(i);
        const shape& from = nodes_[n.inputs[0]].output;
        const ir::walk walk =
            ir::walk_of(ir::of(n.kind).arguments_of(n, {&from, 1}, n.output.size(), false));
        std::string loops, inside, index = std::to_string(walk.begin);
        for (std::size_t axis = 0; axis < ir::max_axes; ++axis) {
            const ir::walk::axis& a = walk.axes[axis];
            const std::string name = sentence("i", axis);
            loops += sentence(std::string(4 + 4 * axis, ' '), "for (std::size_t ", name, " = 0; ",
                              name, " < ", a.extent, "; ++", name, ")\n");
            inside += sentence(axis == 0 ? "" : " && ", name, " - ", a.before, " < ", a.inside);
            index += sentence(" + (", name, " - ", a.before, ") * ", a.stride);
        }
        text_ += sentence("    // ", ir::text::layer(n), "\n    {\n    float* to = ", at_[i], ";\n",
                          loops, "                *to++ = ", inside, " ? ", at_[n.inputs[0]], "[",
                          index, "] : ", literal(n.alpha), ";\n    }\n");
    }

    void matmul(const ir::node& n, std::size_t i) {
        const shape& left = nodes_[n.inputs[0]].output;
        const shape& right = nodes_[n.inputs[1]].output;
        open(i, fill(R"(float value = 0.0f;
        for (std::size_t i = 0; i < $inner$; ++i)
            value += $left$[o / $columns$ * $inner$ + i] *
                     $right$[(o / $all$ * $inner$ + i) * $columns$ + o % $columns$];
        value *= $scale$;
)",
                     {{"inner", std::to_string(width(left))},
                      {"columns", std::to_string(width(right))},
                      {"all", std::to_string(ir::kind::matmul::rows(left) * width(right))},
                      {"left", at_[n.inputs[0]]},
                      {"right", at_[n.inputs[1]]},
                      {"scale", literal(n.alpha)}}));
    }

    // plain::name(from, to, the map and its windows, what else the layer is).
    void over_windows(const ir::node& n, std::size_t i) {
        const auto in = ir::operands_of(nodes_, i);
        const ir::windows w = ir::windows_of(n, in[0]);
        std::string map;
        for (const std::size_t number :
             {w.height.extent, w.width.extent, w.channels, w.height.positions(),
              w.width.positions(), w.height.kernel, w.width.kernel, w.height.stride, w.width.stride,
              w.height.before, w.width.before, w.height.dilation, w.width.dilation})
            map += sentence(map.empty() ? "" : ", ", number);
        at_[i] = buffer(i);
        std::string others;
        const bool learns = ir::is_window_kernel(ir::of(n.kind).is.run);
        if (learns) {
            const bool by_channel = n.kind == ir::op::depthwise_conv;
            others = sentence(", ", width(n.output), ", ", by_channel ? w.channels : n.groups, ", ",
                              array_name(n, i, "weights"), ", ",
                              n.bias ? array_name(n, i, "bias") : std::string("nullptr"));
        } else if (n.kind == ir::op::average_pool) {
            others = n.counts_padding ? ", true" : ", false";
        }
        text_ +=
            sentence("    plain::", learns ? "conv" : ir::name(n.kind), "(", at_[n.inputs[0]], ", ",
                     at_[i], ", {", map, "}", others, "); // ", ir::text::layer(n), "\n");
    }

    // plain::name(from, to, units written, what its kernel is instantiated on, a number, what was
    // learned) makes the value.
    void call(const ir::node& n, std::size_t i) {
        const auto in = ir::operands_of(nodes_, i);
        std::string arguments = std::to_string(width(n.output));
        for (const std::size_t size : ir::of(n.kind).arguments_of(n, in, width(n.output), false))
            arguments += sentence(", ", size);
        if (ir::facts_of(ir::of(n.kind).is.run).takes_number)
            arguments += sentence(", ", literal(n.alpha));
        for (const ir::tensor& t : ir::of(n.kind).learned(n, in))
            arguments += sentence(", ", array_name(n, i, t.name));
        at_[i] = buffer(i);
        const shape& from = nodes_[n.inputs[0]].output;
        const auto at = [](const std::string& row, const shape& s) {
            return positions(s) == 1 ? row : sentence(row, " + p * ", width(s));
        };
        if (positions(from) > 1)
            text_ += sentence("    for (std::size_t p = 0; p < ", positions(from), "; ++p)\n    ");
        text_ += sentence("    plain::", ir::name(n.kind), "(", at(at_[n.inputs[0]], from), ", ",
                          at(at_[i], n.output), ", ", arguments, ");\n");
    }

    void open(std::size_t i, const std::string& first) {
        writes_ = buffer(i);
        text_ +=
            sentence("    // ", ir::text::layer(nodes_[i]), "\n    for (std::size_t o = 0; o < ",
                     units(i), "; ++o) {\n        ", first);
        open_ = i;
    }

    void close() {
        if (open_ == ir::none) return;
        text_ += sentence("        ", writes_, "[o] = value;\n    }\n");
        at_[open_] = writes_;
        for (std::size_t& owner : owners_)
            if (owner == opened_) owner = of_[open_];
        open_ = opened_ = ir::none;
    }

    // A buffer for the value of node i, which nothing that it reads lies in.
    std::string buffer(std::size_t i) {
        std::size_t b = 0;
        while (b < owners_.size() && last_[owners_[b]] >= i)
            ++b;
        if (b == owners_.size()) {
            owners_.push_back(i);
            floats_.push_back(0);
        }
        owners_[b] = opened_ = i;
        floats_[b] = std::max(floats_[b], units(i));
        return sentence("b", b);
    }

    const std::vector<ir::node>& nodes_;
    std::vector<std::string> at_;      // where each value lies
    std::vector<std::size_t> of_;      // the value that it is, or is a part of
    std::vector<std::size_t> readers_; // of each; an output is one
    std::vector<std::size_t> last_;    // the last of them, of a value and all its parts
    std::vector<std::size_t> owners_;  // of buffers, the value in each
    std::vector<std::size_t> floats_;
    std::size_t open_ = ir::none;   // whose units the loop has now that isn't closed
    std::size_t opened_ = ir::none; // for which a buffer was taken
    std::string writes_;
    std::string text_;
};

} // namespace

std::string ports_header(const graph& network) {
    const auto units = [](const ir::ports& ports) {
        std::string all;
        for (const ir::port& p : ports)
            all += sentence(all.empty() ? "" : ", ", p.units);
        return all;
    };
    return fill(R"(// Written by Laminate: the inputs and outputs of this network.
#pragma once

#include <cstddef>

namespace ports {
constexpr std::size_t in[] = {$in$}; // floats of each in a row
constexpr std::size_t out[] = {$out$};
}  // namespace ports

namespace unfused {
extern const std::size_t scratch_floats; // of one row
void infer($parameters$, float* scratch) noexcept;
void infer_batch($parameters$, std::size_t rows, float* scratch) noexcept;
}  // namespace unfused

namespace loops {
void infer($parameters$) noexcept;
}
)",
                {{"in", units(ir::inputs_of(network.nodes))},
                 {"out", units(ir::outputs_of(network.nodes))},
                 {"parameters", pointers_to_ports(network.nodes)}});
}

std::size_t plain_loop_floats(const graph& network) {
    const loop_writer loops(network);
    return std::accumulate(loops.buffers().begin(), loops.buffers().end(), std::size_t{0});
}

std::string plain_loops(const graph& network) {
    std::string arrays;
    for (std::size_t i = 1; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        const ir::tensor_list learned =
            ir::of(n.kind).learned(n, ir::operands_of(network.nodes, i));
        std::size_t k = 0;
        for (const std::vector<double>& numbers : network.parameters[i].tensors) {
            const std::vector<float> floats(numbers.begin(), numbers.end());
            arrays += array(array_name(n, i, learned[k++].name), floats);
        }
    }
    const loop_writer loops(network);
    std::string buffers;
    for (std::size_t b = 0; b < loops.buffers().size(); ++b)
        buffers += sentence("    float b", b, "[", loops.buffers()[b], "];\n");
    return fill(R"(// Written by Laminate: this network in plain nested loops.
$include$

namespace loops {
namespace {
$arrays$
}  // namespace

void infer($parameters$) noexcept {
$buffers$
$statements$
}

}  // namespace loops
)",
                {{"include", "#include <plain.hpp>\n#include <ports.hpp>\n"},
                 {"arrays", arrays},
                 {"parameters", pointers_to_ports(network.nodes)},
                 {"buffers", buffers},
                 {"statements", loops.statements()}});
}

std::string unfused_source(const planned& network) {
    const ir::plan_view plan = network.plan();
    const port_texts ports(
        {.name = {}, .plan = plan, .packed = {}, .golden_inputs = {}, .golden_outputs = {}});
    std::string includes = "#include <ports.hpp>\n";
    for (const std::string& file : kernel_files(plan))
        includes += sentence("#include <", file, ">\n");
    return fill(R"(// Written by Laminate: this network without fusion.
$includes$

namespace unfused {
namespace {
namespace kernel = laminate::kernel;
namespace pack = laminate::pack;
$parameters$

template <std::size_t MaxRows>
void run($inputs$, [[maybe_unused]] float* scratch, std::size_t rows) {
$calls$
}

}  // namespace

const std::size_t scratch_floats = $scratch$;

void infer($inputs$, float* scratch) noexcept { run<1>($arguments$, scratch, 1); }
void infer_batch($inputs$, std::size_t rows, float* scratch) noexcept {
    run<$max_rows$>($arguments$, scratch, rows);
}

}  // namespace unfused
)",
                {{"includes", includes},
                 {"parameters", parameter_arrays(plan, network.packed())},
                 {"inputs", ports.parameters(&port_text::inner)},
                 {"arguments", ports.arguments()},
                 {"calls", calls(plan)},
                 {"scratch", std::to_string(plan.cost.scratch_bytes / sizeof(float))},
                 {"max_rows", std::to_string(ir::max_tile_rows)}});
}

} // namespace laminate::codegen
