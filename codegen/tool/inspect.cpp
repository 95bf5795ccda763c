// SPDX-License-Identifier: MIT
#include "inspect.hpp"

#include <laminate/ir/describe.hpp>

#include <fmt/format.h>

#include <map>

#include "../graph/edit.hpp"
#include "array_file.hpp"
#include "ports.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

namespace {

using ir::text::grouped;

// One row of each.
std::string ports_text(const ports& side) {
    std::string text;
    for (const port& p : side.all)
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : ", ", quote(p.name), shape_text(p.shape));
    return text;
}

json port_json(const port& p) { return {{"name", p.name}, {"shape", p.shape}}; }

json ports_json(const ports& side) {
    json all = json::array();
    for (const port& p : side.all)
        all.push_back(port_json(p));
    return all;
}

std::string operators_text(const std::map<std::string, std::size_t>& operators) {
    std::string text;
    for (const auto& [name, count] : operators)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
    return text.empty() ? "none" : text;
}

std::string source_text(const inspect_options& options, const onnx::imported& source) {
    const graph& g = source.network;
    return fmt::format("{}{}: opset {}, IR {}, from {}\n"
                       "  input   {}{}\n  output  {}\n  operators read: {}\n",
                       painted(options.model.model, paint::bold),
                       g.name.empty() ? "" : " " + quote(g.name), source.opset, source.ir_version,
                       source.producer.empty() ? "an unnamed producer" : quote(source.producer),
                       ports_text(input_ports(g)),
                       source.batch_is_free ? ", any number of rows" : "",
                       ports_text(output_ports(g)), operators_text(source.operators));
}

// With branches, what each node reads by the numbers of nodes.
std::string branches_text(const graph& g) {
    std::string text;
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
        std::string from;
        for (const std::size_t k : g.nodes[i].inputs)
            if (k != ir::none) from += fmt::format("{}{}", from.empty() ? "of " : ", ", k);
        text += fmt::format("  {:3}  {:24} {:12} {:14} {}\n", i, ir::text::layer(g.nodes[i]),
                            ir::text::shape(g.nodes[i].output), from, g.origins[i]);
    }
    return text;
}

std::string nodes_text(const graph& g) {
    if (!is_chain(g)) return branches_text(g);
    std::string text;
    for (std::size_t i = 0; i < g.nodes.size(); ++i)
        text += fmt::format("  {:24} {:12} {}\n", ir::text::layer(g.nodes[i]),
                            ir::text::shape(g.nodes[i].output), g.origins[i]);
    return text;
}

std::string change(std::size_t before, std::size_t after) {
    return before == after ? "" : fmt::format("{} -> {}", grouped(before), grouped(after));
}

std::string pass_text(const pass_report& pass, bool trace) {
    std::string left_out;
    for (const std::string& what : pass.left_out)
        left_out += fmt::format("    note: {}\n", what);
    if (pass.events.empty())
        return trace || !left_out.empty() ? fmt::format("  {}: unchanged\n{}", pass.pass, left_out)
                                          : "";
    std::string text = fmt::format("  {}: {} {}", pass.pass, pass.events.size(),
                                   pass.events.size() == 1 ? "change" : "changes");
    if (const std::string c = change(pass.parameters_before, pass.parameters_after); !c.empty())
        text += fmt::format(", parameters {}", c);
    if (const std::string c = change(pass.multiply_adds_before, pass.multiply_adds_after);
        !c.empty())
        text += fmt::format(", multiply-adds {}", c);
    text += pass.keeps_values ? "; the same bits\n" : "; within rounding\n";
    if (trace)
        for (const std::string& event : pass.events)
            text += fmt::format("    {}\n", event);
    return text + left_out;
}

std::string passes_text(const network& n, const inspect_options& options) {
    if (!options.model.optimize) return "  none: --no-optimize\n";
    std::string text;
    for (const pass_report& pass : n.passes)
        text += pass_text(pass, options.trace);
    return text.empty() ? "  nothing to change\n" : text;
}

std::string text_of(const network& n, const inspect_options& options) {
    std::string text = source_text(options, n.source);
    for (const std::string& note : n.source.notes)
        text += fmt::format("  note: {}\n", note);
    text += painted("\ngraph\n", paint::bold) + nodes_text(n.source.network);
    text += painted("\npasses\n", paint::bold) + passes_text(n, options);
    return text + painted("\nplan\n", paint::bold) + ir::describe(n.plan.plan());
}

json nodes_json(const graph& g) {
    json nodes = json::array();
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
        const ir::node& n = g.nodes[i];
        json inputs = json::array();
        for (const std::size_t from : n.inputs)
            if (from != ir::none) inputs.push_back(from);
        const layer_parameters& p = g.parameters[i];
        nodes.push_back({{"layer", ir::text::layer(n)},
                         {"kind", ir::name(n.kind)},
                         {"origin", g.origins[i]},
                         {"inputs", std::move(inputs)},
                         {"units", n.output.size()},
                         {"parameters", count_numbers(p)}});
    }
    return nodes;
}

json passes_json(const std::vector<pass_report>& passes) {
    json list = json::array();
    for (const pass_report& p : passes)
        list.push_back({{"pass", p.pass},
                        {"events", p.events},
                        {"left_out", p.left_out},
                        {"parameters", {p.parameters_before, p.parameters_after}},
                        {"multiply_adds", {p.multiply_adds_before, p.multiply_adds_after}},
                        {"same_bits", p.keeps_values}});
    return list;
}

json steps_json(const ir::plan_view& plan) {
    json steps = json::array();
    for (const ir::step& s : plan.sequence) {
        json nodes = {s.node};
        for (std::size_t e = 0; e < s.epilogue_size; ++e)
            if (s.epilogue[e].node != s.node) nodes.push_back(s.epilogue[e].node);
        steps.push_back({{"kernel", ir::text::kernel(s)}, {"nodes", std::move(nodes)}});
    }
    return steps;
}

json report_of(const network& n, const inspect_options& options) {
    const graph& g = n.source.network;
    const ir::figures& cost = n.plan.plan().cost;
    return {{"model", options.model.model},
            {"name", g.name},
            {"producer", n.source.producer},
            {"opset", n.source.opset},
            {"ir_version", n.source.ir_version},
            {"input", port_json(input_ports(g).all.front())}, // the first
            {"output", port_json(output_ports(g).all.front())},
            {"inputs", ports_json(input_ports(g))},
            {"outputs", ports_json(output_ports(g))},
            {"batch_is_free", n.source.batch_is_free},
            {"operators", n.source.operators},
            {"notes", n.source.notes},
            {"graph", nodes_json(g)},
            {"passes", passes_json(n.passes)},
            {"optimised", nodes_json(n.optimised)},
            {"plan",
             {{"steps", steps_json(n.plan.plan())},
              {"parameters", cost.parameters},
              {"multiply_adds", cost.multiply_adds},
              {"weight_bytes", cost.weight_bytes},
              {"scratch_bytes", cost.scratch_bytes}}}};
}

} // namespace

outcome inspect(const inspect_options& options) {
    const network n = load_network(options.model);
    return {options.dot ? ir::draw(n.plan.plan()) : text_of(n, options), report_of(n, options),
            success};
}

} // namespace laminate::codegen::tool
