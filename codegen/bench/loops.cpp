// SPDX-License-Identifier: MIT
#include "loops.hpp"

#include <laminate/ir/call.hpp>
#include <laminate/ir/describe.hpp>
#include <laminate/ir/kind/table.hpp>

#include <algorithm>
#include <string_view>

#include "../emit/call_text.hpp"
#include "../emit/fill.hpp"
#include "../emit/literal.hpp"

namespace laminate::codegen {

namespace {

// The statements of infer. A value lies in x, the row that arrives, or in one of two buffers;
// elementwise functions end the loop that makes their input, or begin one.
class loop_writer {
public:
    explicit loop_writer(const graph& network) : network_(network) {}

    std::string statements() {
        for (std::size_t i = 1; i < network_.nodes.size(); ++i)
            add(i);
        close();
        return text_ + sentence("    std::copy_n(", at_, ", ", network_.outputs(), ", y);\n");
    }

private:
    void add(std::size_t index) {
        const ir::node& n = network_.nodes[index];
        if (ir::is_identity(n.kind)) return;
        if (n.kind == ir::op::dense) return dense(n, index);
        if (ir::is_softmax(n.kind)) return softmax(n, index);
        if (n.kind == ir::op::maxout) return maxout(n, index);
        if (!open_) open(index, sentence("float value = ", at_, "[o];\n"));
        text_ += sentence("        value = plain::", functor_text(network_.nodes, index),
                          "(value, o); // ", ir::text::layer(n), "\n");
    }

    void dense(const ir::node& n, std::size_t index) {
        close();
        const std::string_view from = at_;
        const std::size_t inputs = ir::arriving(network_.nodes, index).size();
        const std::string start =
            n.bias ? sentence(array_name(n, index, "bias"), "[o]") : std::string("0.0f");
        open(index, fill(R"(float value = $start$;
        for (std::size_t i = 0; i < $inputs$; ++i)
            value += $weights$[o * $inputs$ + i] * $from$[i];
)",
                         {{"start", start},
                          {"inputs", std::to_string(inputs)},
                          {"weights", array_name(n, index, "weights")},
                          {"from", from}}));
    }

    void softmax(const ir::node& n, std::size_t index) {
        if (!open_) open(index, sentence("const float value = ", at_, "[o];\n"));
        close();
        text_ += sentence("    plain::softmax(", at_, ", ", n.output.size() / n.groups, ", ",
                          n.groups, ", ", n.kind == ir::op::log_softmax ? "true" : "false", ");\n");
    }

    void maxout(const ir::node& n, std::size_t) {
        close();
        const std::string_view from = at_;
        text_ += sentence("    plain::maxout(", from, ", ", next(), ", ", n.output.size(), ", ",
                          n.pieces, ");\n");
        at_ = next();
    }

    void open(std::size_t index, const std::string& first) {
        const ir::node& n = network_.nodes[index];
        text_ += sentence("    // ", ir::text::layer(n), "\n    for (std::size_t o = 0; o < ",
                          n.output.size(), "; ++o) {\n        ", first);
        open_ = true;
    }

    void close() {
        if (!open_) return;
        text_ += sentence("        ", next(), "[o] = value;\n    }\n");
        at_ = next();
        open_ = false;
    }

    // Where the next value is written.
    std::string_view next() const { return at_ == "a" ? "b" : "a"; }

    const graph& network_;
    std::string text_;
    std::string_view at_ = "x";
    bool open_ = false;
};

std::size_t widest(const graph& network) {
    std::size_t width = 1;
    for (const ir::node& n : network.nodes)
        width = std::max(width, n.output.size());
    return width;
}

} // namespace

std::size_t plain_loop_floats(const graph& network) { return 2 * widest(network); }

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
    return fill(R"(// Written by Laminate: this network in plain nested loops.
$include$

namespace loops {
namespace {
$arrays$
}  // namespace

void infer(const float* x, float* y) noexcept;
void infer(const float* x, float* y) noexcept {
    float a[$width$], b[$width$];
$statements$
}

}  // namespace loops
)",
                {{"include", "#include <plain.hpp>\n"},
                 {"arrays", arrays},
                 {"width", std::to_string(widest(network))},
                 {"statements", loop_writer(network).statements()}});
}

std::string unfused_source(const planned& network) {
    const ir::plan_view plan = network.plan();
    std::string includes;
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
void run(const float* in, float* out, [[maybe_unused]] float* scratch, std::size_t rows) {
$calls$
}

}  // namespace

extern const std::size_t scratch_floats;
const std::size_t scratch_floats = $scratch$;

void infer(const float* in, float* out, float* scratch) noexcept;
void infer(const float* in, float* out, float* scratch) noexcept { run<1>(in, out, scratch, 1); }
void infer_batch(const float* in, float* out, std::size_t rows, float* scratch) noexcept;
void infer_batch(const float* in, float* out, std::size_t rows, float* scratch) noexcept {
    run<$max_rows$>(in, out, scratch, rows);
}

}  // namespace unfused
)",
                {{"includes", includes},
                 {"parameters", parameter_arrays(plan, network.packed())},
                 {"calls", calls(plan)},
                 {"scratch", std::to_string(plan.cost.scratch_bytes / sizeof(float))},
                 {"max_rows", std::to_string(ir::max_tile_rows)}});
}

} // namespace laminate::codegen
