// SPDX-License-Identifier: MIT
#include "bench.hpp"

#include <laminate/file/whole_file.hpp>

#include <filesystem>
#include <optional>

#include "../bench/measure.hpp"
#include "ports.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

namespace {

json bench_rows_json(const bench_report& report) {
    json all = json::array();
    for (const rows_report& r : report.rows) {
        json forms;
        for (std::size_t f = 0; f < report.forms.size(); ++f)
            forms[report.forms[f].name] = {{"ns_per_row", r.ns[f]}, {"share", r.share(f)}};
        all.push_back({{"rows", r.rows},
                       {"forms", forms},
                       {"limit",
                        {{"ns_per_row", r.limit()},
                         {"by", r.by_fma > r.by_load ? "multiply-adds" : "weights"},
                         {"fma_gflops", r.fma_gflops},
                         {"load_gbytes_per_s", r.load_gbytes}}}});
    }
    return all;
}

json calls_json(const call_times& c) {
    return {{"median", c.median}, {"p99", c.p99}, {"p999", c.p999}, {"calls", c.calls}};
}

json forms_json(const bench_report& report) {
    json all;
    for (const form_report& f : report.forms)
        all[f.name] = {{"dependent", calls_json(f.dependent)},
                       {"cold", calls_json(f.cold)},
                       {"row_bytes", f.row_bytes},
                       {"batch_bytes", f.batch_bytes},
                       {"code_bytes", f.code_bytes ? json(*f.code_bytes) : json(nullptr)}};
    return all;
}

json report_json(const std::string& model, const bench_report& report) {
    return {{"model", model},
            {"inputs", report.inputs},
            {"outputs", report.outputs},
            {"parameters", report.parameters},
            {"multiply_adds", report.multiply_adds},
            {"weight_bytes", report.weight_bytes},
            {"processor", report.processor},
            {"core", report.core < 0 ? json(nullptr) : json(report.core)},
            {"had_core_for", report.had},
            {"compiler", report.compiler},
            {"flags", report.flags},
            {"same",
             {{"rows", report.compared_rows},
              {"fused_and_unfused", "bits"},
              {"loops_difference", report.difference},
              {"loops_bound", report.bound}}},
            {"clock_ns", report.clock},
            {"evicted_bytes", report.evicted_bytes},
            {"forms", forms_json(report)},
            {"rows", bench_rows_json(report)}};
}

// Before the seconds that it takes.
void check_folder(const std::string& svg) {
    if (svg.empty()) return;
    const std::filesystem::path folder = std::filesystem::absolute(svg).parent_path();
    if (!std::filesystem::is_directory(folder))
        raise(error{sentence(svg, ": can't be written: there is no directory ",
                             quote(folder.string()), ". Check the path")});
}

} // namespace

outcome bench_command(const bench_command_options& options) {
    check_folder(options.svg);
    const network n = load_network(options.model);
    const graph& g = n.source.network;
    bench_options how;
    how.compiler = options.compiler;
    how.target = options.target;
    how.rows = options.rows;
    how.seconds = options.seconds;
    if (!options.inputs.empty())
        how.inputs = to_floats(read_ports(input_ports(g), options.inputs, "--input").numbers);
    std::optional<progress> shown;
    how.progress = [&shown](std::string_view what) {
        shown.reset();
        shown.emplace(what);
    };
    result<bench_report> found = bench_graph(n.optimised, how);
    shown.reset();
    if (!found) raise(error{sentence(options.model.model, ": ", found.error().message)});
    found->name = std::filesystem::path(options.model.model).filename().string();

    outcome done;
    done.text = bench_text(*found);
    done.report = report_json(options.model.model, *found);
    if (!options.svg.empty()) {
        if (const auto why = write_file_atomically(options.svg, bench_svg(*found))) raise(*why);
        done.text += options.svg + "\n";
        done.report["svg"] = options.svg;
    }
    return done;
}

} // namespace laminate::codegen::tool
