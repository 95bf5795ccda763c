// SPDX-License-Identifier: MIT
#include "planned.hpp"

#include <laminate/model/packed/tensors.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "../emit/fill.hpp"

namespace laminate::codegen {

namespace {

// The line of a mistake.
std::string text(const ir::mistake& m) {
    const char* line = "";
#define LAMINATE_MISTAKE(name, culprit, sentence, words) \
    if (m.kind == ir::mistake_kind::name) line = words;
    LAMINATE_MISTAKES(LAMINATE_MISTAKE)
#undef LAMINATE_MISTAKE
    const std::string expected = std::to_string(m.expected);
    const std::string found = std::to_string(m.found);
    return fill(line, {{"expected", expected}, {"found", found}});
}

std::optional<error> check(const graph& network, std::span<const ir::node> inferred) {
    if (network.parameters.size() != inferred.size())
        return error{sentence("defect in Laminate: a graph of ", inferred.size(),
                              " nodes has parameters for ", network.parameters.size())};
    const ir::mistake m = ir::check(inferred);
    if (m.kind == ir::mistake_kind::accepted) return std::nullopt;
    if (ir::culprit_of(m.kind) == ir::culprit::network) return error{text(m)};
    return error{sentence(origin_of(network, m.node), " ", text(m))};
}

// Numbers of activations: a file may have any.
std::optional<error> check_options(const graph& network) {
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        for (const float number : {n.alpha, n.beta, n.min_value, n.max_value, n.threshold})
            if (std::isnan(number))
                return error{sentence(origin_of(network, i),
                                      ": one of its options is nan; expected ", "numbers")};
    }
    return std::nullopt;
}

// A tensor of the plan, and the node and the numbers that belong to it.
struct match {
    detail::parameter_tensor tensor;
    std::size_t node;
    const std::vector<double>* values;
};

// All of them, in the order of the nodes. Counts are compared before any memory is taken for them.
result<std::vector<match>> match_parameters(const graph& network, const ir::plan_view& plan) {
    std::vector<match> matches;
    std::vector<detail::parameter_tensor> tensors = detail::parameter_tensors(plan);
    for (std::size_t i = 1; i < plan.nodes.size(); ++i) {
        const layer_parameters& p = network.parameters[i];
        for (std::size_t k = 0; k < plan.tensors_of(i).size(); ++k) {
            if (!plan.tensors_of(i)[k].learned || plan.tensors_of(i)[k].shared) continue;
            detail::parameter_tensor& tensor = tensors.at(matches.size());
            if (p[k].size() != *element_count(tensor.shape))
                return error{sentence(origin_of(network, i), ": expected numbers of shape ",
                                      shape_text(tensor.shape), ", found ", p[k].size())};
            matches.push_back({std::move(tensor), i, &p[k]});
        }
    }
    return matches;
}

std::string shortest(double number) {
    std::array<char, 32> digits = {};
    std::snprintf(digits.data(), digits.size(), "%g", number);
    return digits.data();
}

std::optional<error> pack_tensor(const graph& network, const match& from, std::span<float> packed) {
    for (std::size_t k = 0; k < from.values->size(); ++k) {
        const double number = (*from.values)[k];
        const auto rounded = static_cast<float>(number);
        if (const char* const expected = detail::expected_instead(from.tensor, rounded))
            return error{sentence(origin_of(network, from.node), ": expected ", expected,
                                  ", found ", shortest(number), " at position ", k)};
        packed[from.tensor.position(k)] = rounded;
    }
    return std::nullopt;
}

} // namespace

std::string origin_of(const graph& network, std::size_t node) {
    if (node < network.origins.size() && !network.origins[node].empty())
        return network.origins[node];
    return sentence("node ", node, " (", ir::name(network.nodes[node].kind), ")");
}

result<planned> plan_graph(const graph& network, ir::fusion mode) {
    planned p;
    p.nodes_ = network.nodes;
    ir::infer(p.nodes_);
    if (auto why = check(network, p.nodes_)) return *std::move(why);
    if (auto why = check_options(network)) return *std::move(why);
    const std::size_t count = p.nodes_.size();
    p.values_.resize(count);
    p.tensors_.resize(ir::count_tensors(p.nodes_));
    p.first_tensor_.resize(count + 1);
    p.steps_.resize(ir::most_steps(p.nodes_));
    std::vector<ir::placing> rows(count);
    std::vector<std::size_t> by_size(count);
    const ir::plan_view plan = ir::make_plan(
        p.nodes_, mode, ir::rows_in_scratch::shared,
        {p.values_, p.tensors_, p.first_tensor_, p.steps_, rows, by_size, p.in_, p.out_});
    p.steps_.resize(plan.sequence.size());
    p.cost_ = plan.cost;
    const result<std::vector<match>> matches = match_parameters(network, p.plan());
    if (!matches) return matches.error();
    p.packed_.resize(p.cost_.weight_bytes / sizeof(planned::line));
    for (const match& m : *matches)
        if (auto why = pack_tensor(network, m, p.floats())) return *std::move(why);
    return p;
}

} // namespace laminate::codegen
