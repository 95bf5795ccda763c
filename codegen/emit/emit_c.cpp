// SPDX-License-Identifier: MIT
#include <laminate/base/version.hpp>

#include "emit.hpp"
#include "fill.hpp"
#include "ports.hpp"
#include "weights_file.hpp"

namespace laminate::codegen {

namespace {

std::string c_port_constants(const network_source& network, const port_texts& ports) {
    if (!ports.several()) return "";
    std::string all;
    for (const std::vector<port_text>* side : {&ports.in, &ports.out})
        for (const port_text& p : *side)
            all += sentence("enum { ", network.name, "_", p.name, "_floats = ", p.units, " };\n");
    return all;
}

} // namespace

std::string emit_c_header(const network_source& network, const write_options& options) {
    const entry_texts entry(options);
    const port_texts ports(network);
    const std::string parameters = ports.parameters(&port_text::name);
    const std::string with =
        options.weights_file ? sentence("const ", network.name, "_weights* from, ") : "";
    const std::string test = sentence(
        "\n/* 1 when the self-test finds every bit right, else 0. */\nint ", network.name,
        "_self_test(",
        options.weights_file ? sentence("const ", network.name, "_weights* from") : "void", ");\n");
    const std::string single =
        sentence("\n/* One row. Pointers need no alignment; the rows must not overlap. */\nvoid ",
                 network.name, "_infer(", with, parameters, ");\n");
    const std::string batch =
        sentence("\n/* `rows` rows, one behind the other; 0 is fine. */\nvoid ", network.name,
                 "_infer_batch(", with, parameters, ", size_t rows);\n");
    return fill(
        R"(/* The C interface of $name$.hpp, written by Laminate $version$; do not edit. This file may be used
   freely, without any condition. */
#ifndef LAMINATE_$name$_H
#define LAMINATE_$name$_H

$include_size_t$

#ifdef __cplusplus
extern "C" {
#endif

enum { $name$_inputs = $inputs$, $name$_outputs = $outputs$ }; /* floats of one row in, out */
$ports$
$weights$
$single$
$batch$
$self_test$

#ifdef __cplusplus
}
#endif

#endif
)",
        {{"name", network.name},
         {"version", LAMINATE_VERSION},
         {"include_size_t", "#include <stddef.h>\n"},
         {"inputs", std::to_string(network.plan.inputs())},
         {"outputs", std::to_string(network.plan.outputs())},
         {"ports", c_port_constants(network, ports)},
         {"weights", options.weights_file ? weights_c_header(network) : ""},
         {"single", entry.single ? single : ""},
         {"batch", entry.batch ? batch : ""},
         {"self_test", options.self_test ? test : ""}});
}

std::string emit_c_functions(const network_source& network, const write_options& options,
                             const std::string& name_space) {
    const entry_texts entry(options);
    const std::string with =
        options.weights_file ? sentence("const ", network.name, "_weights* from") : "";
    const std::string and_more = options.weights_file ? ", " : "";
    const std::string from = options.weights_file ? "from->floats" : "";
    const port_texts ports(network);
    const auto function = [&](bool wanted, std::string_view text) {
        if (!wanted) return std::string();
        return fill(text, {{"name", network.name},
                           {"parameters", ports.parameters(&port_text::inner)},
                           {"arguments", ports.arguments()},
                           {"ns", name_space},
                           {"suffix", entry.suffix},
                           {"with", with},
                           {"from", from},
                           {"void", options.weights_file ? "" : "void"},
                           {"comma", and_more}});
    };
    return fill(R"(
extern "C" {
$weights$
$single$
$batch$
$self_test$
}
)",
                {{"weights", options.weights_file ? weights_c_functions(network, name_space) : ""},
                 {"single", function(entry.single, R"(
void $name$_infer($with$$comma$$parameters$) {
    $ns$::infer$suffix$($from$$comma$$arguments$);
}
)")},
                 {"batch", function(entry.batch, R"(
void $name$_infer_batch($with$$comma$$parameters$, std::size_t rows) {
    $ns$::infer_batch$suffix$($from$$comma$$arguments$, rows);
}
)")},
                 {"self_test", function(options.self_test, R"(
int $name$_self_test($with$$void$) { return $ns$::self_test$suffix$($from$) ? 1 : 0; }
)")}});
}

} // namespace laminate::codegen
