// SPDX-License-Identifier: MIT
#include "emit.hpp"

#include <laminate/base/version.hpp>
#include <laminate/ir/call.hpp>
#include <laminate/ir/describe.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "call_text.hpp"
#include "fill.hpp"
#include "kernel_text.hpp"
#include "literal.hpp"

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

constexpr std::string_view header_self_test = R"(
// Computes rows whose outputs are known, with infer and with infer_batch; true when every bit is
// right. A NaN counts as right wherever one is expected.
bool self_test() noexcept;
)";

constexpr std::string_view source_self_test = R"(
namespace {

$golden_in$
$golden_out$
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

bool self_test() noexcept {
    constexpr std::size_t rows = $rows$;
    constexpr std::size_t group = $group$;  // of rows, to bound the stack
    float out[group * outputs];
    bool right = true;
    for (std::size_t row = 0; row < rows; row += group) {
        const std::size_t count = rows - row < group ? rows - row : group;
        infer_batch(golden_in + row * inputs, out, count);
        right = same(out, golden_out + row * outputs, count * outputs) && right;
        for (std::size_t r = row; r < row + count; ++r) {
            infer(golden_in + r * inputs, out);
            right = same(out, golden_out + r * outputs, outputs) && right;
        }
    }
    return right;
}
)";

constexpr std::string_view c_functions = R"(
extern "C" {
void $name$_infer(const float* in, float* out) { $ns$::infer(in, out); }
void $name$_infer_batch(const float* in, float* out, std::size_t rows) {
    $ns$::infer_batch(in, out, rows);
}
$c_self_test$
}
)";

// Rows that self_test computes at once: 64 KiB of outputs, or one row.
std::size_t golden_group(std::size_t rows, std::size_t outputs) {
    return std::clamp<std::size_t>((std::size_t{1} << 14) / outputs, 1, rows);
}

std::string self_test(const network_source& network) {
    const std::size_t outputs = network.plan.outputs();
    const std::size_t rows = network.golden_inputs.size() / network.plan.inputs();
    std::vector<std::uint32_t> bits(network.golden_outputs.size());
    std::transform(network.golden_outputs.begin(), network.golden_outputs.end(), bits.begin(),
                   [](float number) { return std::bit_cast<std::uint32_t>(number); });
    return fill(source_self_test, {{"golden_in", array("golden_in", network.golden_inputs)},
                                   {"golden_out", array("golden_out", bits)},
                                   {"rows", std::to_string(rows)},
                                   {"group", std::to_string(golden_group(rows, outputs))}});
}

std::string own_headers(const network_source& network, const write_options& options) {
    std::string header = sentence("#include \"", network.name, ".hpp\"\n");
    if (!options.c_interface) return header;
    return sentence(header, "#include \"", network.name, ".h\"\n");
}

std::string c_interface(const network_source& network, const write_options& options) {
    const std::string_view ns = name_space(network, options);
    const std::string test = sentence("int ", network.name, "_self_test(void) { return ::", ns,
                                      "::self_test() ? 1 : 0; }\n");
    return fill(c_functions, {{"name", network.name},
                              {"ns", sentence("::", ns)},
                              {"c_self_test", options.self_test ? test : ""}});
}

} // namespace

std::string emit_header(const network_source& network, const write_options& options) {
    const ir::figures& cost = network.plan.cost;
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

// Learned numbers; multiply-adds of one row; bytes of the parameters with padding; bytes of stack
// that infer takes, where infer_batch takes $tile$ times as many.
inline constexpr std::size_t parameters = $parameters$;
inline constexpr std::size_t multiply_adds = $multiply_adds$;
inline constexpr std::size_t weight_bytes = $weight_bytes$;
inline constexpr std::size_t scratch_bytes = $scratch_bytes$;

// One row. Pointers need no alignment; the rows must not overlap. Neither function allocates, locks
// or throws, and both may run on any number of threads at once.
void infer(const float* in, float* out) noexcept;

// `rows` rows, one behind the other; 0 is fine. Gives the bits that infer gives for each row.
void infer_batch(const float* in, float* out, std::size_t rows) noexcept;
$self_test$

#if __cplusplus >= 202002L && __has_include(<span>)
inline void infer(std::span<const float, inputs> in, std::span<float, outputs> out) noexcept {
    infer(in.data(), out.data());
}

// As many rows as both spans hold whole; returns how many.
inline std::size_t infer_batch(std::span<const float> in, std::span<float> out) noexcept {
    const std::size_t rows_in = in.size() / inputs;
    const std::size_t rows_out = out.size() / outputs;
    const std::size_t rows = rows_in < rows_out ? rows_in : rows_out;
    infer_batch(in.data(), out.data(), rows);
    return rows;
}
#endif

}  // namespace $ns$
)",
                {{"stamp", stamp(network)},
                 {"ns", name_space(network, options)},
                 {"inputs", std::to_string(network.plan.inputs())},
                 {"outputs", std::to_string(network.plan.outputs())},
                 {"parameters", std::to_string(cost.parameters)},
                 {"multiply_adds", std::to_string(cost.multiply_adds)},
                 {"weight_bytes", std::to_string(cost.weight_bytes)},
                 {"scratch_bytes", std::to_string(cost.scratch_bytes)},
                 {"tile", std::to_string(ir::tile_rows(cost.scratch_bytes))},
                 {"self_test", options.self_test ? header_self_test : ""}});
}

std::string emit_source(const network_source& network, const write_options& options) {
    const std::string inside = enclosing(network, options);
    const kernel_text kernels = collect_kernels(kernel_files(network.plan), inside);
    const std::size_t scratch =
        std::max<std::size_t>(network.plan.cost.scratch_bytes / sizeof(float), 1);
    return fill(R"($stamp$
$own_headers$

$includes$
$include_cstring$

// The kernels come whole, though this network uses only a part of them.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wunused-const-variable"
#endif
$open_macros$
$kernels$

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

// ---- $name$

namespace $ns$ {
namespace {

// Parameters as the kernels read them: weights in panels of [input][outputs], in whole lines of 16.
$parameters$

// All steps on a tile of at most MaxRows rows.
template <std::size_t MaxRows>
void run(const float* in, float* out, [[maybe_unused]] float* scratch, std::size_t rows) {
    namespace kernel = ::$inside$::laminate::kernel;
    namespace pack = ::$inside$::laminate::pack;
$calls$
}

}  // namespace

void infer(const float* in, float* out) noexcept {
    alignas(64) float scratch[$scratch$];
    run<1>(in, out, scratch, 1);
}

void infer_batch(const float* in, float* out, std::size_t rows) noexcept {
    constexpr std::size_t tile = $tile$;
    alignas(64) float scratch[tile * $scratch$];
    const std::size_t tiles = (rows + tile - 1) / tile;  // of nearly equal size
    for (std::size_t left = tiles, row = 0; left > 0; --left) {
        const std::size_t now = (rows - row + left - 1) / left;
        run<tile>(in + row * inputs, out + row * outputs, scratch, now);
        row += now;
    }
}
$self_test$

}  // namespace $ns$
$c_interface$

$close_macros$
)",
                {{"stamp", stamp(network)},
                 {"name", network.name},
                 {"ns", name_space(network, options)},
                 {"inside", inside},
                 {"own_headers", own_headers(network, options)},
                 {"includes", kernels.includes},
                 {"include_cstring", options.self_test ? "#include <cstring>\n" : ""},
                 {"open_macros", kernels.open_macros},
                 {"kernels", kernels.body},
                 {"parameters", parameter_arrays(network.plan, network.packed)},
                 {"calls", calls(network.plan)},
                 {"scratch", std::to_string(scratch)},
                 {"tile", std::to_string(ir::tile_rows(network.plan.cost.scratch_bytes))},
                 {"self_test", options.self_test ? self_test(network) : ""},
                 {"c_interface", options.c_interface ? c_interface(network, options) : ""},
                 {"close_macros", kernels.close_macros}});
}

std::string emit_c_header(const network_source& network, const write_options& options) {
    const std::string test =
        sentence("\n/* 1 when the self-test finds every bit right, else 0. */\nint ", network.name,
                 "_self_test(void);\n");
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

/* One row. Pointers need no alignment; the rows must not overlap. */
void $name$_infer(const float* in, float* out);

/* `rows` rows, one behind the other; 0 is fine. */
void $name$_infer_batch(const float* in, float* out, size_t rows);
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
         {"self_test", options.self_test ? test : ""}});
}

} // namespace laminate::codegen
