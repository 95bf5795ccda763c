// SPDX-License-Identifier: MIT
#include "verify.hpp"

#include <laminate/ir/describe.hpp>

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "../graph/evaluate.hpp"
#include "causes.hpp"
#include "compiled.hpp"
#include "ports.hpp"
#include "results.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

namespace {

using estimates = std::vector<reference::estimate>;

enum class state { ok, differs, undecided, skipped };

// One line of the report: who was compared with whom, and whether that is as it must be.
struct finding {
    std::string who;
    std::string text;
    json report;
    state is = state::ok;
};

finding found(const std::string& who, const difference& d, bool tells) {
    return {who, difference_text(d), difference_json(d),
            !d.within_bound() ? state::differs
            : tells           ? state::ok
                              : state::undecided};
}

std::string state_text(state is) {
    switch (is) {
    case state::ok:
        return painted("ok        ", paint::green);
    case state::differs:
        return painted("DIFFER    ", paint::red);
    case state::undecided:
        return painted("CAN'T TELL", paint::yellow);
    case state::skipped:
        break;
    }
    return "-         ";
}

// What was given, as an estimate: whoever computed it rounded to float, in any order.
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

std::vector<double> to_doubles(const std::vector<float>& floats) {
    return {floats.begin(), floats.end()};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// The source promises the bits of the kernels, whose own difference has its line already.
finding compare_compiled(const network& n, const results& r) {
    const progress shown("compiling the generated source with " + compiler_command());
    const std::vector<float> out = run_compiled(n.optimised, n.plan, r.inputs);
    const bool same = same_bits(out, r.kernels);
    estimates exactly;
    for (const float v : r.kernels)
        exactly.push_back({static_cast<double>(v), 0x1p-149});
    const difference d = compare(exactly, out, n.plan.plan().outputs());
    return {"source",
            same ? "the same bits as the kernels" : difference_text(d),
            {{"compiler", compiler_command()}, {"same_bits", same}},
            same ? state::ok : state::differs};
}

// Layer by layer on the rows given: the first whose kernel leaves its bound.
std::optional<std::string> first_departing_layer(const network& n, const results& r) {
    const planned layers = plan_graph(n.optimised, ir::fusion::off).value();
    const graph& g = n.optimised;
    std::size_t first = g.nodes.size();
    std::optional<std::string> text;
    for (std::size_t row = 0; row < r.rows; ++row) {
        const auto in = std::span(r.inputs).subspan(row * g.inputs(), g.inputs());
        const std::vector<std::vector<float>> kernels = evaluate_nodes(layers, in);
        const auto expected = reference::interpret_likely(g.nodes, g.parameters, in);
        for (std::size_t node = 1; node < first; ++node) {
            if (kernels[node].empty()) continue;
            const difference d = compare(expected[node], kernels[node], kernels[node].size());
            if (d.within_bound()) continue;
            first = node;
            text = fmt::format("{} ({}): {}", ir::text::layer(g.nodes[node]), g.origins[node],
                               difference_text(d));
        }
    }
    return text;
}

rows read_expected(const verify_options& options, const graph& g, const results& r) {
    rows expected = read_ports(output_ports(g), options.expected, "--expected");
    if (expected.count != r.rows)
        raise(error{
            fmt::format("{}: expected as many rows as {} has, {}, found {}. Give the outputs "
                        "of these inputs",
                        joined(options.expected), joined(options.input), r.rows, expected.count)});
    return expected;
}

// What the findings mean: Laminate's own mistake if its parts disagree, else the outputs differ, or
// too little is known of floats here.
struct verdict {
    exit_code code = success;
    std::string name;
    std::string layer;
    std::string cause;
};

// Why agreement says nothing, and what can be done.
std::string doubt(const difference& d) {
    const std::string place = fmt::format("row {}, unit {}", d.coarse_row, d.coarse_unit);
    if (d.coarseness > 0.5)
        return fmt::format(
            "floats may be off by more than half of the outputs ({}): an overflow, a "
            "division by what may be 0, or many layers that amplify. Right and wrong "
            "outputs can't be told apart; leave such rows out, or compare with fewer "
            "layers",
            place);
    return fmt::format(
        "floats may be off by {:.2g} % of the outputs ({}), so wrong ones might pass "
        "for right. If that is near enough, say so: --tolerance {:.1g}",
        100.0 * d.coarseness, place, 1.05 * d.coarseness + 0.0005);
}

verdict judge(const network& n, const results& r, const rows& expected, const difference& own,
              const difference& reference, const difference& kernels, bool source_fine) {
    if (!own.within_bound() || !source_fine) {
        const std::optional<std::string> layer = first_departing_layer(n, r);
        return {internal_bug, "defect", layer.value_or("none alone"),
                source_fine ? "a kernel, or a pass of the optimiser (try --no-optimize)"
                            : "the emitter, or the compiler"};
    }
    if (!reference.within_bound() || !kernels.within_bound())
        return {wrong_input, "differs", "none: reference and kernels agree in every layer",
                likely_cause(n.source.network, {r.inputs, expected.numbers})};
    for (const difference* const d : {&reference, &own})
        if (!d->tells()) return {undecided, "cannot tell", "", doubt(*d)};
    return {success, "ok", "", ""};
}

// What would have been noticed: an output at one end of its bound that moved beyond the other.
std::string noticed(const difference& d, double tolerance) {
    return fmt::format("  an output off by {:.1g} % of its unit's largest would show\n",
                       100.0 * (2.0 * d.coarseness + tolerance));
}

} // namespace

outcome verify(const verify_options& options) {
    const network n = load_network(options.model);
    const graph& g = n.source.network;
    const results r = compute(n, options.model, options.input);
    const rows expected = read_expected(options, g, r);
    const estimates given = estimates_of(expected, r.model);

    const difference reference = compare(given, values_of(r.model), g.outputs(), options.tolerance);
    const difference kernels = compare(with_bounds_added(given, r.allowed), to_doubles(r.kernels),
                                       g.outputs(), options.tolerance);
    difference own = compare(r.allowed, r.kernels, g.outputs());
    own.enough = reference.enough;
    std::vector<finding> findings = {found("reference", reference, reference.tells()),
                                     found("kernels", kernels, reference.tells() && own.tells())};
    if (options.compile)
        findings.push_back(compare_compiled(n, r));
    else
        findings.push_back({"source", "not compiled: --no-compile", nullptr, state::skipped});
    const verdict v =
        judge(n, r, expected, own, reference, kernels, findings.back().is != state::differs);

    outcome done;
    done.code = v.code;
    done.report = {{"model", options.model.model}, {"rows", r.rows}, {"verdict", v.name}};
    done.text = fmt::format("{}: {} rows of {} against {}\n", options.model.model, r.rows,
                            joined(options.input), joined(options.expected));
    for (const finding& f : findings) {
        done.text += fmt::format("  {:10} {}  {}\n", f.who, state_text(f.is), f.text);
        done.report[f.who] = f.report;
    }
    done.report["kernels_against_reference"] = difference_json(own);
    if (v.code == success) {
        done.text += noticed(kernels, options.tolerance);
    } else if (v.code == undecided) {
        done.text += fmt::format("  cannot tell: {}\n", v.cause);
        done.report["doubt"] = v.cause;
    } else {
        done.text +=
            fmt::format("  first layer that departs: {}\n  likely cause: {}\n", v.layer, v.cause);
        done.report["first_departing_layer"] = v.layer;
        done.report["likely_cause"] = v.cause;
    }
    done.report["agrees"] = v.code == success;
    return done;
}

} // namespace laminate::codegen::tool
