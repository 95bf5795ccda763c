// SPDX-License-Identifier: MIT
#include <laminate/base/error.hpp>
#include <laminate/ir/describe.hpp>

#include <algorithm>
#include <cstdio>

#include "report.hpp"

namespace laminate::codegen {

namespace {

using ir::text::grouped;

// Four digits, and no more behind the point than make sense.
std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, x < 10.0 ? "%.2f" : x < 100.0 ? "%.1f" : "%.0f", x);
    return text;
}

std::string left(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string right(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string bytes(std::size_t count) {
    if (count < 10'000) return sentence(count, " B");
    return sentence(number(static_cast<double>(count) / 1024.0), " KiB");
}

std::string bar(double part) {
    constexpr double longest = 44;
    return std::string(static_cast<std::size_t>(std::max(longest * part + 0.5, 1.0)), '#');
}

std::string percent(double share) { return sentence(number(100.0 * share), " %"); }

std::string rows_text(const bench_report& report) {
    std::string text =
        sentence(left("ns a row", 24), right("time", 8), right("of limit", 10), "\n");
    for (const rows_report& r : report.rows) {
        const double longest = *std::max_element(r.ns.begin(), r.ns.end());
        for (std::size_t f = 0; f < report.forms.size(); ++f) {
            const std::string rows = f > 0 ? "" : sentence(r.rows, r.rows == 1 ? " row" : " rows");
            text +=
                sentence(left(rows, 12), left(report.forms[f].name, 12), right(number(r.ns[f]), 8),
                         right(percent(r.share(f)), 10), "  ", bar(r.ns[f] / longest), "\n");
        }
    }
    return text;
}

std::string calls_text(const bench_report& report) {
    const auto three = [](const call_times& c) {
        return sentence(right(number(c.median), 9), right(number(c.p99), 9),
                        right(number(c.p999), 9));
    };
    std::string text =
        sentence(left("single calls, ns", 24), right("median", 9), right("99 %", 9),
                 right("99.9 %", 9), right("cold", 12), right("99 %", 9), right("99.9 %", 9), "\n");
    for (const form_report& f : report.forms)
        text += sentence(left("", 12), left(f.name, 12), three(f.dependent), "   ", three(f.cold),
                         "\n");
    return text;
}

// Others that run mostly spoil what takes longer than they leave the core alone.
std::string busy_text(const bench_report& report) {
    if (report.had >= 0.95) return "";
    return sentence("\nthe machine is busy: other programs had the core for ",
                    percent(1.0 - report.had),
                    " of the time. Single calls and\nbatches that take long look slower than they "
                    "are: run this again when it is idle.\n");
}

std::string memory_text(const bench_report& report) {
    const std::string most = sentence(report.rows.back().rows, " rows");
    std::string text = sentence(left("memory", 24), right("code", 10), right("for a row", 12),
                                right(most, 13), "\n");
    for (const form_report& f : report.forms)
        text += sentence(left("", 12), left(f.name, 12),
                         right(f.code_bytes ? bytes(*f.code_bytes) : "unknown", 10),
                         right(bytes(f.row_bytes), 12), right(bytes(f.batch_bytes), 13), "\n");
    return text;
}

} // namespace

std::string bench_text(const bench_report& report) {
    const rows_report& one = report.rows.front();
    const form_report& fused = report.forms[0];
    char difference[64];
    std::snprintf(difference, sizeof difference, "%.1e (bound %.1e)", report.difference,
                  report.bound);
    return sentence(
        report.name, ": ", report.inputs, " inputs, ", report.outputs, " outputs, ",
        grouped(report.parameters), " parameters, ", grouped(report.multiply_adds),
        " multiply-adds\n", report.processor, ", ",
        report.core < 0 ? "not kept on one core" : sentence("on core ", report.core), "\n",
        report.compiler, ", ", report.flags, "\nsame results: fused and unfused bit by bit in ",
        report.compared_rows, " rows, loops within ", difference, " of the reference\n\n",
        rows_text(report), "\n", calls_text(report), "\n", memory_text(report), "\nweights ",
        bytes(report.weight_bytes), ". limit: the larger of multiply-adds at ",
        number(one.fma_gflops), " GFLOP/s and the call's weights at ", number(one.load_gbytes),
        " GB/s,\nboth measured in this run. single calls: each waits for the output before it; ",
        grouped(fused.dependent.calls), " of them, the\nclock's own ", number(report.clock),
        " ns subtracted. cold: ", grouped(report.evicted_bytes >> 20),
        " MiB of other memory are read before each of ", grouped(fused.cold.calls), " calls.\n",
        busy_text(report));
}

} // namespace laminate::codegen
