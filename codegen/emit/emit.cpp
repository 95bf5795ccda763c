// SPDX-License-Identifier: MIT
#include "emit.hpp"

#include <laminate/base/version.hpp>
#include <laminate/ir/call.hpp>
#include <laminate/ir/describe.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "call_text.hpp"
#include "dispatch.hpp"
#include "fill.hpp"
#include "kernel_text.hpp"
#include "literal.hpp"
#include "ports.hpp"
#include "weights_file.hpp"

namespace laminate::codegen {

namespace {

std::string_view name_space(const network_source& network, const write_options& options) {
    return options.name_space.empty() ? network.name : std::string_view(options.name_space);
}

// Where the kernels of this network live: "project::digits" gives "laminate_in_project_digits".
std::string enclosing(const network_source& network, const write_options& options) {
    std::string joined = "laminate_in_";
    for (const char c : name_space(network, options))
        if (c != ':' || joined.back() != '_') joined += c == ':' ? '_' : c;
    return joined;
}

std::string commented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        out += sentence(line.empty() ? "//" : "// ", line, "\n");
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

std::string stamp(const network_source& network) {
    return fill(
        R"(// Written by Laminate $version$; do not edit. This file may be used freely, without any condition.
//
$table$
//
// Parameters: $hash$ (FNV-1a, 64 bits, over the floats as packed).
)",
        {{"version", LAMINATE_VERSION},
         {"table", commented(ir::describe(network.plan))},
         {"hash", hexadecimal(fnv1a(network.packed))}});
}

// "const weights& from" of "const weights& from, ": alone among parentheses.
std::string alone(std::string text) {
    text.resize(text.empty() ? 0 : text.size() - 2);
    return text;
}

constexpr std::string_view header_single = R"(
// One row. Pointers need no alignment; the rows must not overlap. No function allocates, locks or
// throws, and all may run on any number of threads at once.
void infer($weights$$parameters$) noexcept;
)";
constexpr std::string_view header_batch = R"(
// `rows` rows, one behind the other; 0 is fine. Gives the same bits for each row however many there
// are. It neither allocates, locks nor throws, and may run on any number of threads at once.
void infer_batch($weights$$parameters$, std::size_t rows) noexcept;
)";
constexpr std::string_view header_self_test = R"(
// Computes rows whose outputs are known, with every function above; true when every bit is right. A
// NaN counts as right wherever one is expected.
bool self_test($weights_alone$) noexcept;
)";
constexpr std::string_view header_single_span = R"(
inline void infer($weights$$row_spans$) noexcept {
    infer($from$$data$);
}
)";
constexpr std::string_view header_batch_span = R"(
// As many rows as $all$ spans hold whole; returns how many.
inline std::size_t infer_batch($weights$$spans$) noexcept {
$count_rows$
    infer_batch($from$$data$, rows);
    return rows;
}
)";

constexpr std::string_view source_single = R"(
$body$void infer$suffix$($parameter$$parameters$) noexcept {
    alignas(64) float scratch[$scratch$];
    run<1>($argument$$arguments$, scratch, 1);
}
)";
constexpr std::string_view source_batch = R"(
$body$void infer_batch$suffix$($parameter$$parameters$, std::size_t rows) noexcept {
    constexpr std::size_t tile = $tile$;
    alignas(64) float scratch[tile * $scratch$];
    const std::size_t tiles = (rows + tile - 1) / tile;  // of nearly equal size
    for (std::size_t left = tiles, row = 0; left > 0; --left) {
        const std::size_t now = (rows - row + left - 1) / left;
        run<tile>($argument$$arguments_at_row$, scratch, now);
        row += now;
    }
}
)";
constexpr std::string_view source_run = R"(
// All steps on a tile of at most MaxRows rows.
template <std::size_t MaxRows>
void run($parameter$$parameters$, [[maybe_unused]] float* scratch, std::size_t rows) {
    namespace kernel = ::$inside$::laminate::kernel;
    namespace pack = ::$inside$::laminate::pack;
$pointers$
$calls$
}
)";
constexpr std::string_view source_self_test = R"(
namespace {

$golden$
bool same(const float* found, const std::uint32_t* expected, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, found + i, sizeof bits);
        const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
        const bool nan_expected = (expected[i] & 0x7fffffffu) > 0x7f800000u;
        if (bits != expected[i] && !(nan && nan_expected)) return false;
    }
    return true;
}

}  // namespace

bool self_test$suffix$($parameter_alone$) noexcept {
    constexpr std::size_t rows = $rows$;
    constexpr std::size_t group = $group$;  // of rows, to bound the stack
$results$
    bool right = true;
    for (std::size_t row = 0; row < rows; row += group) {
        const std::size_t count = rows - row < group ? rows - row : group;
$batch_test$
$single_test$
    }
    return right;
}
)";
constexpr std::string_view batch_test =
    R"(        infer_batch$suffix$($argument$$golden_rows$, count);
$compared$)";
constexpr std::string_view single_test =
    R"(        for (std::size_t r = row; r < row + count; ++r) {
            infer$suffix$($argument$$golden_rows$);
$compared$        }
)";

// What the header declares, where the work is done by functions that take the floats.
constexpr std::string_view wrapped_single = R"(
void infer(const weights& from, $parameters$) noexcept {
    infer_with(from.data(), $arguments$);
}
)";
constexpr std::string_view wrapped_batch = R"(
void infer_batch(const weights& from, $parameters$, std::size_t rows) noexcept {
    infer_batch_with(from.data(), $arguments$, rows);
}
)";
constexpr std::string_view wrapped_self_test = R"(
bool self_test(const weights& from) noexcept { return self_test_with(from.data()); }
)";

// Rows that self_test computes at once: 64 KiB of outputs, or one row.
std::size_t golden_group(std::size_t rows, std::size_t outputs) {
    return std::clamp<std::size_t>((std::size_t{1} << 14) / outputs, 1, rows);
}

// The numbers of one input or output, of all rows of `width` numbers.
template <class Number>
std::vector<Number> numbers_of(std::span<const Number> rows, std::size_t width,
                               const port_text& p) {
    std::vector<Number> own;
    for (std::size_t at = p.begin; at < rows.size(); at += width)
        own.insert(own.end(), rows.begin() + static_cast<std::ptrdiff_t>(at),
                   rows.begin() + static_cast<std::ptrdiff_t>(at + p.units));
    return own;
}

std::string golden_arrays(const network_source& network, const port_texts& ports) {
    std::string all;
    for (const port_text& p : ports.in)
        all += array("golden_" + p.inner,
                     numbers_of(network.golden_inputs, network.plan.inputs(), p)) +
               "\n";
    for (const port_text& p : ports.out) {
        std::vector<std::uint32_t> bits;
        for (const float f : numbers_of(network.golden_outputs, network.plan.outputs(), p))
            bits.push_back(std::bit_cast<std::uint32_t>(f));
        all += array("golden_" + p.inner, bits) + "\n";
    }
    all.pop_back();
    return all;
}

// What a test passes, and how it looks at `count` rows from `row` on.
std::string golden_rows(const port_texts& ports, const char* row) {
    std::string all;
    for (const port_text& p : ports.in)
        all += sentence(all.empty() ? "" : ", ", "golden_", p.inner, " + ", row, " * ", p.floats);
    for (const port_text& p : ports.out)
        all += sentence(", ", p.inner);
    return all;
}
std::string compared(const port_texts& ports, const char* indent, const char* row,
                     const char* count) {
    std::string all;
    for (const port_text& p : ports.out)
        all += sentence(indent, "right = same(", p.inner, ", golden_", p.inner, " + ", row, " * ",
                        p.floats, ", ", count, p.floats, ") && right;\n");
    return all;
}

std::string self_test(const network_source& network, const entry_texts& entry) {
    const port_texts ports(network);
    const std::size_t rows = network.golden_inputs.size() / network.plan.inputs();
    std::string results;
    for (const port_text& p : ports.out)
        results += sentence(results.empty() ? "" : "\n", "    float ", p.inner, "[group * ",
                            p.floats, "];");
    const auto test = [&](bool wanted, std::string_view text, const std::string& passed,
                          const std::string& looks) {
        if (!wanted) return std::string();
        return fill(text, {{"suffix", entry.suffix},
                           {"argument", entry.argument},
                           {"golden_rows", passed},
                           {"compared", looks}});
    };
    return fill(source_self_test,
                {{"golden", golden_arrays(network, ports)},
                 {"rows", std::to_string(rows)},
                 {"group", std::to_string(golden_group(rows, network.plan.outputs()))},
                 {"results", results},
                 {"suffix", entry.suffix},
                 {"parameter_alone", alone(entry.parameter)},
                 {"batch_test", test(entry.batch, batch_test, golden_rows(ports, "row"),
                                     compared(ports, "        ", "row", "count * "))},
                 {"single_test", test(entry.single, single_test, golden_rows(ports, "r"),
                                      compared(ports, "            ", "r", ""))}});
}

std::size_t scratch_floats(const ir::plan_view& plan) {
    return std::max<std::size_t>(plan.cost.scratch_bytes / sizeof(float), 1);
}

// All steps, as a function of which `inside` says where the kernels are.
std::string run(const network_source& network, const write_options& options,
                std::string_view inside) {
    return fill(source_run,
                {{"parameter", entry_texts(options).parameter},
                 {"parameters", port_texts(network).parameters(&port_text::inner)},
                 {"inside", inside},
                 {"pointers", options.weights_file ? parameter_pointers(network.plan) : ""},
                 {"calls", calls(network.plan)}});
}

// The functions that compute, each declared with the word `body` before it.
std::string bodies(const network_source& network, const write_options& options,
                   std::string_view body) {
    const entry_texts entry(options);
    const port_texts ports(network);
    const auto function = [&](bool wanted, std::string_view text) {
        if (!wanted) return std::string();
        return fill(text, {{"body", body},
                           {"parameters", ports.parameters(&port_text::inner)},
                           {"arguments", ports.arguments()},
                           {"arguments_at_row", ports.arguments_at_row()},
                           {"suffix", entry.suffix},
                           {"parameter", entry.parameter},
                           {"argument", entry.argument},
                           {"scratch", std::to_string(scratch_floats(network.plan))},
                           {"tile", std::to_string(ir::tile_rows(network.plan.cost))}});
    };
    return function(entry.single, source_single) + function(entry.batch, source_batch);
}

// The functions of the same names that call those of the best region.
std::string dispatching(const network_source& network, const write_options& options) {
    const entry_texts entry(options);
    const port_texts ports(network);
    const auto function = [&](bool wanted, const char* name, const char* rows, const char* count) {
        if (!wanted) return std::string();
        return dispatching_function(
            name + entry.suffix,
            sentence(entry.parameter, ports.parameters(&port_text::inner), rows),
            sentence(entry.argument, ports.arguments(), count));
    };
    return sentence(level_function(options.targets), function(entry.single, "infer", "", ""),
                    function(entry.batch, "infer_batch", ", std::size_t rows", ", rows"));
}

// The functions that the header declares; `computing` are those that do the work.
std::string functions(const network_source& network, const write_options& options,
                      std::string_view computing) {
    const entry_texts entry(options);
    std::string all = sentence(computing, options.self_test ? self_test(network, entry) : "");
    if (!options.weights_file) return all;
    const port_texts ports(network);
    const auto wrapped = [&](bool wanted, std::string_view text) {
        if (!wanted) return std::string();
        return fill(text, {{"parameters", ports.parameters(&port_text::inner)},
                           {"arguments", ports.arguments()}});
    };
    return sentence(weights_functions(network), "\nnamespace {\n", all, "\n}  // namespace\n",
                    wrapped(entry.single, wrapped_single), wrapped(entry.batch, wrapped_batch),
                    options.self_test ? wrapped_self_test : "");
}

std::string arrays(const network_source& network) {
    return sentence(
        "\n// Parameters as the kernels read them: weights in panels of [input][outputs], "
        "in whole lines of 16.\n",
        parameter_arrays(network.plan, network.packed));
}

std::string own_headers(const network_source& network, const write_options& options) {
    std::string header = sentence("#include \"", network.name, ".hpp\"\n");
    if (!options.c_interface) return header;
    return sentence(header, "#include \"", network.name, ".h\"\n");
}

// What stands before everything else.
std::string includes(const network_source& network, const write_options& options,
                     const kernel_text& kernels) {
    return fill(R"($own_headers$

$kernels$
$include_cstring$
$weights_includes$
)",
                {{"own_headers", own_headers(network, options)},
                 {"kernels", kernels.includes},
                 {"include_cstring",
                  options.self_test || options.weights_file ? "#include <cstring>\n" : ""},
                 {"weights_includes", options.weights_file ? weights_includes() : ""}});
}

// The kernels, without the warnings that they bring; `more` are pragmas for GCC.
std::string quiet(const kernel_text& kernels, std::string_view more = "") {
    return fill(R"(// The kernels come whole, though this network uses only a part of them.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-const-variable"
#endif
$more$
$open_macros$
$kernels$

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
)",
                {{"more", more}, {"open_macros", kernels.open_macros}, {"kernels", kernels.body}});
}

// One text, for what the compiler's flags allow.
std::string source_for_flags(const network_source& network, const write_options& options) {
    const std::string inside = enclosing(network, options);
    const kernel_text kernels = collect_kernels(kernel_files(network.plan), inside);
    const std::string ns = sentence("::", name_space(network, options));
    return fill(R"($stamp$
$includes$

$kernels$

// ---- $name$

namespace $ns$ {
namespace {
$parameters$
$run$

}  // namespace
$functions$

}  // namespace $ns$
$c_functions$

$close_macros$
)",
                {{"stamp", stamp(network)},
                 {"name", network.name},
                 {"ns", name_space(network, options)},
                 {"includes", includes(network, options, kernels)},
                 {"kernels", quiet(kernels)},
                 {"parameters", options.weights_file ? "" : arrays(network)},
                 {"run", run(network, options, inside)},
                 {"functions", functions(network, options, bodies(network, options, ""))},
                 {"c_functions", options.c_interface ? emit_c_functions(network, options, ns) : ""},
                 {"close_macros", kernels.close_macros}});
}

// A text that is compiled once, which includes the file again for each region.
std::string source_with_regions(const network_source& network, const write_options& options) {
    const std::string inside = enclosing(network, options);
    const std::set<std::string> outside = {"laminate/base/isa.hpp", "laminate/base/compiler.hpp"};
    const kernel_text compiler = collect_kernels(outside, inside);
    const kernel_text kernels =
        collect_kernels(kernel_files(network.plan), "LAMINATE_PLACE", outside);
    const std::string ns = sentence("::", name_space(network, options));
    return fill(
        R"($stamp$
#if !defined(LAMINATE_LEVEL)  // the first time

$includes$

$open_macros$
$compiler$
$region_macros$

namespace $ns$ {
namespace {
$parameters$

}  // namespace
}  // namespace $ns$
$regions$

// ---- $name$

namespace $ns$ {
$functions$

}  // namespace $ns$
$c_functions$

$region_macros_end$
$close_macros$

#else  // for one instruction set

$kernels$

namespace $ns$ {
namespace {
namespace LAMINATE_PLACE {
$run$
$bodies$

}  // namespace LAMINATE_PLACE
}  // namespace
}  // namespace $ns$

$close_kernel_macros$
#endif
)",
        {{"stamp", stamp(network)},
         {"name", network.name},
         {"ns", name_space(network, options)},
         {"includes", includes(network, options, kernels)},
         {"open_macros", compiler.open_macros},
         {"compiler", compiler.body},
         {"region_macros", region_macros(options.targets, inside, sentence(network.name, ".cpp"))},
         {"parameters", options.weights_file ? "" : arrays(network)},
         {"regions", regions()},
         {"functions", functions(network, options, dispatching(network, options))},
         {"c_functions", options.c_interface ? emit_c_functions(network, options, ns) : ""},
         {"region_macros_end", region_macros_end()},
         {"close_macros", compiler.close_macros},
         {"kernels", quiet(kernels, R"(#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif
)")},
         {"run", run(network, options, "LAMINATE_PLACE")},
         {"bodies", bodies(network, options, "LAMINATE_BODY ")},
         {"close_kernel_macros", kernels.close_macros}});
}

} // namespace

namespace {

// The smallest number of rows that the spans hold.
std::string count_rows(const port_texts& ports) {
    std::string all;
    std::string smallest;
    const auto count = [&](const port_text& p) {
        all += sentence(all.empty() ? "" : "\n", "    const std::size_t rows_", p.name, " = ",
                        p.name, ".size() / ", p.floats, ";");
    };
    for (const port_text& p : ports.in)
        count(p);
    for (const port_text& p : ports.out)
        count(p);
    if (!ports.several())
        return sentence(all,
                        "\n    const std::size_t rows = rows_in < rows_out ? rows_in : rows_out;");
    for (const std::vector<port_text>* side : {&ports.in, &ports.out})
        for (const port_text& p : *side)
            smallest += smallest.empty() ? sentence("\n    std::size_t rows = rows_", p.name, ";")
                                         : sentence("\n    if (rows_", p.name,
                                                    " < rows) rows = rows_", p.name, ";");
    return all + smallest;
}

// Floats of one row of each port, where there are several.
std::string port_constants(const port_texts& ports) {
    if (!ports.several()) return "";
    std::string all = "\n// Of these: those of each input and output.\n";
    for (const std::vector<port_text>* side : {&ports.in, &ports.out})
        for (const port_text& p : *side)
            all += sentence("inline constexpr std::size_t ", p.name, "_floats = ", p.units, ";\n");
    return all;
}

} // namespace

std::string emit_header(const network_source& network, const write_options& options) {
    const ir::figures& cost = network.plan.cost;
    const entry_texts entry(options);
    const port_texts ports(network);
    const auto function = [&](bool wanted, std::string_view text) {
        if (!wanted) return std::string();
        return fill(text, {{"weights", entry.weights},
                           {"parameters", ports.parameters(&port_text::name)},
                           {"row_spans", ports.spans(false)},
                           {"spans", ports.spans(true)},
                           {"data", ports.data()},
                           {"count_rows", count_rows(ports)},
                           {"all", ports.several() ? "all" : "both"},
                           {"weights_alone", alone(entry.weights)},
                           {"from", options.weights_file ? "from, " : ""}});
    };
    const std::string dispatched =
        has_regions(options.targets)
            ? sentence("\n// On x86-64 these functions run the best of ", spelled(options.targets),
                       " that the\n// processor has; the bits are the same. See the source, which "
                       "needs no flag for it.\n")
            : "";
    return fill(R"($stamp$
#pragma once

#include <cstddef>
#if __cplusplus >= 202002L && __has_include(<span>)
#include <span>
#endif

namespace $ns$ {

// Floats of one row.
inline constexpr std::size_t inputs = $inputs$;
inline constexpr std::size_t outputs = $outputs$;
$ports$
// Learned numbers; multiply-adds of one row; bytes of the parameters with padding; bytes of stack
// that infer takes, where infer_batch takes $tile$ times as many.
inline constexpr std::size_t parameters = $parameters$;
inline constexpr std::size_t multiply_adds = $multiply_adds$;
inline constexpr std::size_t weight_bytes = $weight_bytes$;
inline constexpr std::size_t scratch_bytes = $scratch_bytes$;
$weights_class$
$dispatched$
$single$
$batch$
$self_test$

#if __cplusplus >= 202002L && __has_include(<span>)
$single_span$
$batch_span$
#endif

}  // namespace $ns$
)",
                {{"stamp", stamp(network)},
                 {"ns", name_space(network, options)},
                 {"inputs", std::to_string(network.plan.inputs())},
                 {"outputs", std::to_string(network.plan.outputs())},
                 {"ports", port_constants(ports)},
                 {"parameters", std::to_string(cost.parameters)},
                 {"multiply_adds", std::to_string(cost.multiply_adds)},
                 {"weight_bytes", std::to_string(cost.weight_bytes)},
                 {"scratch_bytes", std::to_string(cost.scratch_bytes)},
                 {"tile", std::to_string(ir::tile_rows(cost))},
                 {"weights_class", options.weights_file ? weights_class(network) : ""},
                 {"dispatched", dispatched},
                 {"single", function(entry.single, header_single)},
                 {"batch", function(entry.batch, header_batch)},
                 {"self_test", function(options.self_test, header_self_test)},
                 {"single_span", function(entry.single, header_single_span)},
                 {"batch_span", function(entry.batch, header_batch_span)}});
}

std::string emit_source(const network_source& network, const write_options& options) {
    return has_regions(options.targets) ? source_with_regions(network, options)
                                        : source_for_flags(network, options);
}

} // namespace laminate::codegen
