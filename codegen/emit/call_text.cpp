// SPDX-License-Identifier: MIT
#include "call_text.hpp"

#include <laminate/base/error.hpp>
#include <laminate/ir/call.hpp>
#include <laminate/ir/describe.hpp>
#include <laminate/ir/function.hpp>
#include <laminate/ir/kind/table.hpp>

#include <initializer_list>
#include <utility>
#include <vector>

#include "fill.hpp"
#include "literal.hpp"
#include "ports.hpp"

namespace laminate::codegen {

namespace {

struct functor_source {
    const char* file;
    std::string construction;
};

// An argument of a functor as text: a number, or the name of an array.
struct argument {
    argument(float number) : text(literal(number)) {}
    argument(std::string name) : text(std::move(name)) {}
    std::string text;
};

// "elu{0x1p-1f}"
std::string construction(const char* functor, std::initializer_list<argument> arguments) {
    std::string all;
    for (const argument& a : arguments)
        all += sentence(all.empty() ? "" : ", ", a.text);
    return sentence(functor, "{", all, "}");
}

// The name of an array that node `index` reads, which may be another's.
std::string read_array(std::span<const ir::node> nodes, std::size_t index, const char* part) {
    const std::size_t first = nodes[index].like;
    return array_name(nodes[index], first != ir::none ? first : index, part);
}

functor_source functor(std::span<const ir::node> nodes, std::size_t index) {
    const ir::node& n = nodes[index];
    const ir::tensor_list tensors = ir::of(n.kind).learned(n, ir::operands_of(nodes, index));
    const auto learned = [&](std::size_t k) { return read_array(nodes, index, tensors[k].name); };
#define LAMINATE_FUNCTOR(operation, when, file, functor, ...) \
    if (n.kind == ir::op::operation && (when)) \
        return {#file, construction(#functor, {__VA_ARGS__})};
    LAMINATE_FUNCTIONS(LAMINATE_FUNCTOR)
#undef LAMINATE_FUNCTOR
    raise({sentence("defect in Laminate: the emitter lacks the functor of ", ir::name(n.kind))});
}

// Where the rows of a place begin: "scratch + 64".
std::string pointer(const ir::place& p) {
    const std::string memory = p.in == ir::memory::input    ? inner_name("in", p.index)
                               : p.in == ir::memory::output ? inner_name("out", p.index)
                                                            : "scratch";
    return p.offset == 0 ? memory : sentence(memory, " + ", p.offset);
}
std::string rows(const ir::plan_view& plan, const ir::place& p) {
    return sentence(pointer(p), ", ", plan.stride(p));
}
// Where those begin that a step sees as rows, in a loop over `row` if it runs at several positions.
std::string first(const ir::plan_view& plan, const ir::step& s, const ir::place& p) {
    if (s.positions == 1) return pointer(p);
    return sentence(pointer(p), " + row * ", plan.stride(p));
}
std::string rows(const ir::plan_view& plan, const ir::step& s, const ir::place& p,
                 std::size_t pitch) {
    return sentence(first(plan, s, p), ", ", s.positions == 1 ? plan.stride(p) : pitch);
}

const char* truth(bool b) { return b ? "true" : "false"; }

struct form {
    const char* functor; // "plus"
    const char* file;    // "binary"
};

form form_of(ir::op kind) {
    switch (kind) {
#define LAMINATE_FORM(operation, functor, file) \
    case ir::op::operation: \
        return {#functor, #file};
        LAMINATE_BINARY_FUNCTIONS(LAMINATE_FORM)
#undef LAMINATE_FORM
    default:
        raise({sentence("defect in Laminate: the emitter lacks ", ir::name(kind))});
    }
}

// "kernel::with_row<kernel::plus, false, 64, 128, 128>{scratch + 64, scratch}"
std::string binary(const ir::plan_view& plan, const ir::step& s, const ir::joined& f) {
    const char* const form = form_of(plan.nodes[f.node].kind).functor;
    const bool several = s.positions > 1;
    return sentence("with_row<kernel::", form, ", ", truth(f.swapped), ", ", f.units, ", ",
                    several ? s.pitch_written : plan.stride(s.writes), ", ",
                    several ? f.pitch : plan.stride(f.beside), ">{", first(plan, s, f.beside), ", ",
                    first(plan, s, s.writes), "}");
}

// "kernel::compose(kernel::relu{}, kernel::tanh{})"
std::string epilogue(const ir::plan_view& plan, const ir::step& s) {
    std::string functors;
    for (std::size_t e = 0; e < s.epilogue_size; ++e) {
        const ir::joined& f = s.epilogue[e];
        functors += sentence(e == 0 ? "" : ", ", "kernel::",
                             f.other == ir::none ? functor(plan.nodes, f.node).construction
                                                 : binary(plan, s, f));
    }
    return sentence("kernel::compose(", functors, ")");
}

// "dense<64>, relu"
std::string title(const ir::plan_view& plan, const ir::step& s) {
    std::string layers = ir::text::layer(plan.nodes[s.node]);
    for (std::size_t e = 0; e < s.epilogue_size; ++e)
        if (s.epilogue[e].node != s.node)
            layers += sentence(", ", ir::text::layer(plan.nodes[s.epilogue[e].node]));
    return layers;
}

std::string template_arguments(const ir::step& s, const ir::call& c) {
    const ir::kind::dense::numbers& d = c.dense;
    if (c.run == ir::kernel::dense)
        return sentence("pack::portable, kernel::dense_shape<", d.inputs, ", ", d.outputs, ", ",
                        d.panels, ", ", d.chains, ", ", truth(d.exact), ", ", truth(d.skips_zeros),
                        ", ", d.far, ">, ",
                        s.positions == 1 ? "MaxRows" : std::to_string(s.positions));
    if (ir::is_window_kernel(c.run)) {
        const ir::kind::conv::numbers& w = c.conv;
        std::vector<std::size_t> map = {w.line, w.channels, w.out_height, w.out_width};
        const bool by_channel = c.run == ir::kernel::depthwise;
        if (!by_channel) map.push_back(w.outputs);
        map.insert(map.end(), {w.kernel_height, w.kernel_width, w.stride_height, w.stride_width,
                               w.dilation_height, w.dilation_width});
        if (!by_channel) map.insert(map.end(), {w.groups, w.panels, w.chains});
        std::string shape;
        for (const std::size_t number : map)
            shape += sentence(shape.empty() ? "" : ", ", number);
        return sentence("pack::portable, kernel::", by_channel ? "depthwise" : "conv", "_shape<",
                        shape, ">");
    }
    std::string all = sentence(c.one_lane ? "pack::scalar, " : "pack::portable, ", c.outputs);
    for (const std::size_t argument : c.others)
        all += sentence(", ", argument);
    return all;
}

// The maps of a step of windows, with their padding.
std::string padded_rows(const ir::plan_view& plan, const ir::step& s) {
    const ir::place p = {ir::memory::scratch, 0, s.padded};
    return rows(plan, s, p, 0);
}
// The call that writes them.
std::string padding(const ir::plan_view& plan, const ir::step& s, const std::string& from) {
    std::string arguments = std::to_string(ir::floats_of(s.moves));
    for (const std::size_t number : ir::arguments_for(s.moves))
        arguments += sentence(", ", number);
    return sentence("    kernel::move<pack::portable, ", arguments, ">(\n        ", from, ", ",
                    padded_rows(plan, s), ", ", s.positions > 1 ? "1" : "rows", ", ", literal(0.0f),
                    ");\n");
}

// "row_2", the rows that step 2 hands on.
std::string handed(std::size_t index) { return sentence("row_", index + 1); }

std::string call(const ir::plan_view& plan, std::size_t index) {
    const ir::step& s = plan.sequence[index];
    const ir::call c = ir::call_of(plan, s);
    const bool takes = index > 0 && plan.sequence[index - 1].hands_on;
    std::string from = rows(plan, s, s.reads, s.pitch_read);
    std::string to = rows(plan, s, s.writes, s.pitch_written);
    std::string between;
    if (s.hands_on || takes) {
        // Here rows are one argument each.
        from = takes ? handed(index - 1) : sentence("kernel::rows_at<const float>{", from, "}");
        const std::string type = s.hands_on ? sentence("kernel::rows_between<pack::portable, ",
                                                       plan.values[s.last].floats, ", MaxRows>")
                                            : "kernel::rows_at<float>";
        between = sentence("    ", type, " ", handed(index), "{", to, "};\n");
        to = handed(index);
    }
    const bool several = s.positions > 1;
    const bool sees_windows = ir::is_window_kernel(c.run);
    if (s.padded != ir::none) {
        between = sentence(several ? "    for (std::size_t row = 0; row < rows; ++row) {\n" : "",
                           padding(plan, s, from));
        from = padded_rows(plan, s);
    }
    const bool takes_functors = ir::takes_functions(c.run);
    std::string weights;
    if (c.run == ir::kernel::dense || sees_windows)
        for (const ir::tensor& t : plan.tensors_of(s.node))
            weights += sentence(read_array(plan.nodes, s.node, t.name), ", ");
    if (!weights.empty())
        weights = sentence("        ", weights.substr(0, weights.size() - 1), "\n");
    std::string others;
    if (ir::facts_of(c.run).takes_second) others += sentence(", ", rows(plan, s.reads_second));
    if (ir::facts_of(c.run).takes_number) others += sentence(", ", literal(c.epsilon));
    const bool begins_loop = several && s.padded == ir::none;
    return fill(
        R"(    // $number$. $title$
$between$$loop$    kernel::$kernel$<$arguments$>(
        $from$,
$weights$
        $to$, $rows$$others$$epilogue$);
$end$)",
        {{"number", std::to_string(index + 1)},
         {"title", title(plan, s)},
         {"kernel", s.alone ? std::string("dense_alone") : std::string(ir::name(c.run))},
         {"arguments", template_arguments(s, c)},
         {"between", between},
         {"end", several && !begins_loop ? "    }\n" : ""},
         {"loop", begins_loop ? "    for (std::size_t row = 0; row < rows; ++row)\n    " : ""},
         {"from", from},
         {"weights", weights},
         {"to", to},
         {"rows", !several       ? "rows"
                  : sees_windows ? "1" // a map, all of its positions
                                 : std::to_string(s.positions)},
         {"others", others},
         {"epilogue", takes_functors ? sentence(",\n        ", epilogue(plan, s)) : ""}});
}

// Calls f(name, where it begins, floats) for each array of parameters.
template <class Function>
void for_each_array(const ir::plan_view& plan, const Function& f) {
    for (const ir::tensor& t : plan.tensors)
        if (!t.shared) f(array_name(plan.nodes[t.node], t.node, t.name), t.begin, t.floats);
}

} // namespace

std::string array_name(const ir::node& n, std::size_t index, const char* part) {
    return sentence(ir::name(n.kind), "_", index - 1, "_", part);
}

std::string functor_text(std::span<const ir::node> nodes, std::size_t index) {
    return functor(nodes, index).construction;
}

std::string calls(const ir::plan_view& plan) {
    std::string all;
    for (std::size_t s = 0; s < plan.sequence.size(); ++s)
        all += call(plan, s);
    return all;
}

std::set<std::string> kernel_files(const ir::plan_view& plan) {
    std::set<std::string> files = {"laminate/pack/portable.hpp"};
    const auto kernel = [&](const char* name) {
        files.insert(sentence("laminate/kernel/forward/", name, ".hpp"));
    };
    for (const ir::step& s : plan.sequence) {
        kernel(ir::facts_of(s.run).file);
        if (ir::takes_functions(s.run)) kernel("chain");
        if (s.padded != ir::none) kernel("move");
        for (std::size_t e = 0; e < s.epilogue_size; ++e) {
            const ir::joined& f = s.epilogue[e];
            if (f.other == ir::none) {
                kernel(functor(plan.nodes, f.node).file);
            } else {
                kernel("binary");
                kernel(form_of(plan.nodes[f.node].kind).file);
            }
        }
    }
    return files;
}

std::string parameter_arrays(const ir::plan_view& plan, std::span<const float> packed) {
    std::string all;
    for_each_array(plan, [&](const std::string& name, std::size_t begin, std::size_t floats) {
        all += array(name, packed.subspan(begin, floats));
    });
    return all;
}

std::string parameter_pointers(const ir::plan_view& plan) {
    std::string all;
    for_each_array(plan, [&](const std::string& name, std::size_t begin, std::size_t) {
        all += sentence("    const float* const ", name, " = packed + ", begin, ";\n");
    });
    return all;
}

} // namespace laminate::codegen
