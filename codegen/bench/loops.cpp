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
std::string parameters_of(std::span<const ir::node> nodes) {
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
            of_[i] = ir::is_identity(n.kind) || n.kind == ir::op::slice ? of_[n.inputs[0]] : i;
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
        if (is == ir::role::binary) return binary(n, i);
        const bool goes_on = open_ == n.inputs[0] && readers_[open_] == 1;
        if (goes_on && is == ir::role::identity) return void(open_ = i);
        if (goes_on && is == ir::role::function) return function(i);
        if (goes_on && ir::is_softmax(n.kind)) return softmax(n, i);
        close();
        const std::string& from = at_[n.inputs[0]];
        if (is == ir::role::identity) {
            at_[i] = from;
        } else if (is == ir::role::function) {
            open(i, sentence("float value = ", from, "[o];\n"));
            function(i);
        } else if (ir::is_softmax(n.kind)) {
            open(i, sentence("const float value = ", from, "[o];\n"));
            softmax(n, i);
        } else if (n.kind == ir::op::dense) {
            dense(n, i);
        } else if (n.kind == ir::op::slice) {
            at_[i] = sentence("(", from, " + ", n.begin, ")");
        } else if (n.kind == ir::op::concat) {
            concat(n, i);
        } else if (n.kind == ir::op::maxout) {
            call(i, sentence(n.output.size(), ", ", n.pieces));
        } else if (n.kind == ir::op::layer_norm || n.kind == ir::op::rms_norm) {
            const std::string learned =
                n.kind == ir::op::rms_norm ? "" : sentence(", ", array_name(n, i, "shift"));
            call(i, sentence(n.output.size() / n.groups, ", ", n.groups, ", ", literal(n.alpha),
                             ", ", array_name(n, i, "scale"), learned));
        } else if (n.kind == ir::op::sum || n.kind == ir::op::mean ||
                   n.kind == ir::op::mean_square) {
            call(i, std::to_string(units(n.inputs[0])));
        } else {
            raise(error{sentence("defect in Laminate: plain loops lack ", ir::name(n.kind))});
        }
    }

    void function(std::size_t i) {
        text_ += sentence("        value = plain::", functor_text(nodes_, i), "(value, o); // ",
                          ir::text::layer(nodes_[i]), "\n");
        open_ = i;
    }

    // Units of what lies in memory.
    std::string unit_of(std::size_t value) const {
        return at_[value] + (units(value) == 1 ? "[0]" : "[o]");
    }

    void binary(const ir::node& n, std::size_t i) {
        const auto [a, b, c, d] = n.inputs;
        const auto goes_on = [&](std::size_t value) {
            return open_ == value && readers_[value] == 1 && units(value) == units(i);
        };
        const bool first = goes_on(a), second = goes_on(b);
        if (!first && !second) close();
        const std::string result =
            sentence("value = plain::", ir::name(n.kind), "(", first ? "value" : unit_of(a), ", ",
                     second ? "value" : unit_of(b), ");\n");
        if (!first && !second) return open(i, sentence("float ", result));
        text_ += sentence("        ", result);
        open_ = i;
    }

    void dense(const ir::node& n, std::size_t index) {
        const std::string start =
            n.bias ? sentence(array_name(n, index, "bias"), "[o]") : std::string("0.0f");
        open(index, fill(R"(float value = $start$;
        for (std::size_t i = 0; i < $inputs$; ++i)
            value += $weights$[o * $inputs$ + i] * $from$[i];
)",
                         {{"start", start},
                          {"inputs", std::to_string(units(n.inputs[0]))},
                          {"weights", array_name(n, index, "weights")},
                          {"from", at_[n.inputs[0]]}}));
    }

    // In place.
    void softmax(const ir::node& n, std::size_t i) {
        open_ = i;
        close();
        text_ += sentence("    plain::softmax(", at_[i], ", ", n.output.size() / n.groups, ", ",
                          n.groups, ", ", n.kind == ir::op::log_softmax ? "true" : "false", ");\n");
    }

    void concat(const ir::node& n, std::size_t i) {
        at_[i] = buffer(i);
        std::size_t begin = 0;
        for (const std::size_t part : n.inputs) {
            if (part == ir::none) break;
            text_ += sentence("    std::copy_n(", at_[part], ", ", units(part), ", ", at_[i], " + ",
                              begin, ");\n");
            begin += units(part);
        }
    }

    // plain::name(from, to, arguments) makes the value.
    void call(std::size_t i, const std::string& arguments) {
        const ir::node& n = nodes_[i];
        at_[i] = buffer(i);
        text_ += sentence("    plain::", ir::name(n.kind), "(", at_[n.inputs[0]], ", ", at_[i],
                          ", ", arguments, ");\n");
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

std::optional<error> check_loops(const graph& network) {
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        const ir::traits& is = ir::of(n.kind).is;
        if (n.output.rank == 1 && (!is.of_axes || is.role == ir::role::placed)) continue;
        return error{sentence("a benchmark beside plain loops takes layers of one axis; ",
                              origin_of(network, i), " has several, or moves numbers. Time the ",
                              "source that `laminate generate` writes")};
    }
    return std::nullopt;
}

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
                 {"parameters", parameters_of(network.nodes)}});
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
                 {"parameters", parameters_of(network.nodes)},
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
