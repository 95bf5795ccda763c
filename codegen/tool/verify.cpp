// SPDX-License-Identifier: MIT
#include "verify.hpp"

#include <laminate/ir/describe.hpp>

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "../graph/evaluate.hpp"
#include "causes.hpp"
#include "compiled.hpp"
#include "results.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

namespace {

using estimates = std::vector<reference::estimate>;

// One line of the report: who was compared with whom, and whether that is as it must be.
struct finding {
    std::string who;
    std::string text;
    json report;
    bool fine = true;
};

finding found(const std::string& who, const difference& d) {
    return {who, difference_text(d), difference_json(d), d.within_bound()};
}

// What was given, as an estimate: whoever computed it rounded as we do, in any order.
estimates estimates_of(const rows& expected, const estimates& model) {
    estimates given;
    for (std::size_t i = 0; i < model.size(); ++i)
        given.push_back({expected.numbers[i], model[i].bound});
    return given;
}

estimates with_bounds_added(estimates a, const estimates& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i].bound += b[i].bound;
    return a;
}

std::vector<double> values_of(const estimates& all) {
    std::vector<double> values;
    for (const reference::estimate& e : all)
        values.push_back(e.value);
    return values;
}

std::vector<double> to_doubles(const std::vector<float>& floats) {
    return {floats.begin(), floats.end()};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// The source promises the bits of the kernels, whose own difference has its line already.
finding compare_compiled(const network& n, const results& r) {
    const progress shown("compiling the generated source with " + compiler_command());
    const std::vector<float> out = run_compiled(n.plan, r.inputs);
    const bool same = same_bits(out, r.kernels);
    estimates exactly;
    for (const float v : r.kernels)
        exactly.push_back({static_cast<double>(v), 0x1p-149});
    const difference d = compare(exactly, out, n.plan.plan().outputs());
    return {"source",
            same ? "the same bits as the kernels" : difference_text(d),
            {{"compiler", compiler_command()}, {"same_bits", same}},
            same};
}

// Layer by layer on the rows given: the first whose kernel leaves its bound.
std::optional<std::string> first_departing_layer(const network& n, const results& r) {
    const planned layers = plan_graph(n.optimised, ir::fusion::off).value();
    const std::size_t inputs = n.optimised.inputs();
    for (std::size_t node = 1; node < n.optimised.nodes.size(); ++node)
        for (std::size_t row = 0; row < r.rows; ++row) {
            const auto in = std::span(r.inputs).subspan(row * inputs, inputs);
            const std::vector<float> kernel = evaluate_nodes(layers, in)[node];
            if (kernel.empty()) continue;
            const estimates expected =
                reference::interpret(n.optimised.nodes, n.optimised.parameters, in)[node];
            const difference d = compare(expected, kernel, kernel.size());
            if (!d.within_bound())
                return fmt::format("{} ({}): {}", ir::text::layer(n.optimised.nodes[node]),
                                   n.optimised.origins[node], difference_text(d));
        }
    return std::nullopt;
}

rows read_expected(const verify_options& options, const graph& g, const results& r) {
    rows expected = read_rows(options.expected, g.outputs(), g.output_shape, "the output");
    if (expected.count != r.rows)
        raise(
            error{fmt::format("{}: expected as many rows as {} has, {}, found {}. Give the outputs "
                              "of these inputs",
                              options.expected, options.input, r.rows, expected.count)});
    return expected;
}

// What the findings mean: Laminate's own mistake if its parts disagree, else the outputs differ.
struct verdict {
    exit_code code = success;
    std::string layer;
    std::string cause;
};

verdict judge(const network& n, const results& r, const rows& expected, const difference& own,
              bool source_fine, bool expected_fine) {
    if (!own.within_bound() || !source_fine) {
        const std::optional<std::string> layer = first_departing_layer(n, r);
        return {internal_bug, layer.value_or("none alone"),
                source_fine ? "a kernel, or a pass of the optimiser (try --no-optimize)"
                            : "the emitter, or the compiler"};
    }
    if (expected_fine) return {};
    return {wrong_input, "none: reference and kernels agree in every layer",
            likely_cause(n.source.network, {r.inputs, expected.numbers})};
}

} // namespace

outcome verify(const verify_options& options) {
    const network n = load_network(options.model);
    const graph& g = n.source.network;
    const results r = compute(n, options.model, options.input);
    const rows expected = read_expected(options, g, r);
    const estimates given = estimates_of(expected, r.model);

    const difference own = compare(r.allowed, r.kernels, g.outputs());
    std::vector<finding> findings = {
        found("reference", compare(given, values_of(r.model), g.outputs(), options.tolerance)),
        found("kernels", compare(with_bounds_added(given, r.allowed), to_doubles(r.kernels),
                                 g.outputs(), options.tolerance))};
    const bool expected_fine = findings[0].fine && findings[1].fine;
    bool source_fine = true;
    if (options.compile) {
        findings.push_back(compare_compiled(n, r));
        source_fine = findings.back().fine;
    } else {
        findings.push_back({"source", "not compiled: --no-compile", nullptr, true});
    }
    const verdict v = judge(n, r, expected, own, source_fine, expected_fine);

    outcome done;
    done.code = v.code;
    done.report = {{"model", options.model.model}, {"rows", r.rows}};
    done.text = fmt::format("{}: {} rows of {} against {}\n", options.model.model, r.rows,
                            options.input, options.expected);
    for (const finding& f : findings) {
        done.text += fmt::format(
            "  {:10} {}  {}\n", f.who,
            f.fine ? painted("ok    ", paint::green) : painted("DIFFER", paint::red), f.text);
        done.report[f.who] = f.report;
    }
    done.report["kernels_against_reference"] = difference_json(own);
    if (v.code != success) {
        done.text +=
            fmt::format("  first layer that departs: {}\n  likely cause: {}\n", v.layer, v.cause);
        done.report["first_departing_layer"] = v.layer;
        done.report["likely_cause"] = v.cause;
    }
    done.report["agrees"] = v.code == success;
    return done;
}

} // namespace laminate::codegen::tool
