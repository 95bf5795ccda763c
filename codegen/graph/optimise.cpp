// SPDX-License-Identifier: MIT
#include "optimise.hpp"

#include <laminate/ir/cost.hpp>

#include <algorithm>
#include <optional>

#include "bounds.hpp"
#include "chains.hpp"
#include "edit.hpp"
#include "passes/passes.hpp"
#include "planned.hpp"
#include "typical.hpp"

namespace laminate::codegen {

namespace {

struct named_pass {
    const char* name;
    pass run;
};

// What makes others possible comes first.
constexpr named_pass passes_in_order[] = {
    {"drop identities", drop_identities},
    {"merge affine", merge_affine},
    {"fold affine", fold_affine},
    {"remove constant units", remove_constant_units},
    {"linearise", linearise},
    {"merge dense", merge_dense},
    {"remove unread units", remove_unread_units},
    {"merge equal units", merge_equal_units},
};

struct size {
    std::size_t parameters = 0;
    std::size_t multiply_adds = 0;
};
size size_of(const graph& network) {
    size all;
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const layer_parameters& p = network.parameters[i];
        all.parameters += count_numbers(p);
        all.multiply_adds += ir::multiply_adds(network.nodes, i);
    }
    return all;
}

pass_report run(const named_pass& p, graph& network, const optimise_options& options) {
    pass_report report;
    report.pass = p.name;
    const size before = size_of(network);
    p.run(network, options, report);
    const size after = size_of(network);
    report.parameters_before = before.parameters;
    report.parameters_after = after.parameters;
    report.multiply_adds_before = before.multiply_adds;
    report.multiply_adds_after = after.multiply_adds;
    return report;
}

std::optional<error> check_request(const graph& network, const optimise_options& options) {
    if (const auto planned = plan_graph(network); !planned) return planned.error();
    const std::size_t ranges = options.input_range.size();
    if (ranges > 1 && ranges != network.inputs())
        return error{sentence("expected one range for all inputs or one for each of ",
                              network.inputs(), ", found ", ranges)};
    const std::size_t typical = options.typical_inputs.size();
    if (typical > 0 && typical != network.inputs())
        return error{sentence("expected typical values of each of ", network.inputs(),
                              " inputs or of none, found ", typical)};
    for (std::size_t i = 0; i < ranges; ++i)
        if (!(options.input_range[i].low <= options.input_range[i].high))
            return error{sentence("the range of input ", i,
                                  " is none: expected a low and a high end, low <= high")};
    return std::nullopt;
}

// Sentences name every node.
void name_nodes(graph& network) {
    network.origins.resize(network.nodes.size());
    for (std::size_t i = 0; i < network.nodes.size(); ++i)
        if (network.origins[i].empty())
            network.origins[i] =
                i == 0 ? "the input" : sentence(ir::name(network.nodes[i].kind), " ", i - 1);
}

std::vector<pass_report> optimise_chain(graph& network, const optimise_options& given) {
    optimise_options options = given;
    options.typical_inputs = typical_inputs(network, given); // before a fold takes the normaliser
    std::vector<pass_report> reports;
    std::vector<pass_report> last; // the round that changed nothing knows what is left out
    for (bool changed = true, first = true; changed; first = false) {
        changed = false;
        last.clear();
        for (const named_pass& p : passes_in_order) {
            pass_report report = run(p, network, options);
            const bool fired = !report.events.empty();
            changed = changed || fired;
            last.push_back(report);
            report.left_out.clear();
            if (first || fired) reports.push_back(std::move(report));
        }
    }
    for (pass_report& of_pass : last)
        std::find_if(reports.rbegin(), reports.rend(), [&](const pass_report& r) {
            return r.pass == of_pass.pass;
        })->left_out = std::move(of_pass.left_out);
    return reports;
}

// What the value that a chain reads can be, by the bounds of all; and of an input where it usually
// lies, if that is known.
optimise_options options_behind(const graph& network, std::size_t node,
                                const std::vector<std::vector<interval>>& values,
                                const optimise_options& given) {
    optimise_options options;
    for (const interval& range : values[node])
        options.input_range.push_back(range.low <= range.high ? range : unbounded);
    if (!given.typical_inputs.empty())
        for (const ir::port& in : ir::inputs_of(network.nodes))
            if (in.node == node) {
                const auto first =
                    given.typical_inputs.begin() + static_cast<std::ptrdiff_t>(in.begin);
                options.typical_inputs.assign(first, first + static_cast<std::ptrdiff_t>(in.units));
            }
    return options;
}

// Adds a pass's report to that of the same pass on other chains.
void add(pass_report& all, const pass_report& one) {
    all.events.insert(all.events.end(), one.events.begin(), one.events.end());
    all.left_out.insert(all.left_out.end(), one.left_out.begin(), one.left_out.end());
    all.parameters_after += one.parameters_after - one.parameters_before;
    all.multiply_adds_after += one.multiply_adds_after - one.multiply_adds_before;
    all.keeps_values = all.keeps_values && one.keeps_values;
}

// Chain by chain; each pass has one report, in which sizes are those of the whole network.
std::vector<pass_report> optimise_chains(graph& network, const optimise_options& options) {
    std::vector<pass_report> reports;
    for (const named_pass& p : passes_in_order)
        reports.push_back({p.name, {}, {}, 0, 0, 0, 0, true});
    const size before = size_of(network);
    std::vector<chain> chains = chains_of(network);
    std::vector<std::vector<interval>> values = bounds(network, options);
    for (std::size_t k = 0; k < chains.size();) {
        const std::size_t from = chains[k].from;
        graph alone = extract(network, chains[k]);
        const std::vector<pass_report> of_chain =
            optimise_chain(alone, options_behind(network, from, values, options));
        bool changed = false;
        for (const pass_report& r : of_chain) {
            changed = changed || !r.events.empty();
            add(*std::find_if(reports.begin(), reports.end(),
                              [&r](const pass_report& all) { return all.pass == r.pass; }),
                r);
        }
        const bool is_one_node = alone.nodes.size() == 2; // no chain any more
        if (changed) {
            replace(network, chains[k], std::move(alone));
            chains = chains_of(network);
            values = bounds(network, options);
        }
        if (!is_one_node) ++k;
    }
    size now = before;
    for (pass_report& r : reports) {
        r.parameters_before = now.parameters;
        r.parameters_after = now.parameters += r.parameters_after;
        r.multiply_adds_before = now.multiply_adds;
        r.multiply_adds_after = now.multiply_adds += r.multiply_adds_after;
    }
    return reports;
}

} // namespace

result<std::vector<pass_report>> optimise(graph& network, const optimise_options& options) {
    if (auto why = check_request(network, options)) return *std::move(why);
    ir::infer(network.nodes);
    name_nodes(network);
    return is_chain(network) ? optimise_chain(network, options) : optimise_chains(network, options);
}

} // namespace laminate::codegen
