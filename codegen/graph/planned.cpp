// SPDX-License-Identifier: MIT
#include "planned.hpp"

#include <laminate/model/parameters.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace laminate::codegen {

namespace {

// "Gemm 'fc1'", or the node's own name where nothing is known of its origin.
std::string origin(const graph& network, std::size_t node) {
    if (node < network.origins.size() && !network.origins[node].empty())
        return network.origins[node];
    return sentence("node ", node, " (", ir::name(network.nodes[node].kind), ")");
}

std::string text(const ir::mistake& m) {
    switch (m.kind) {
    case ir::mistake_kind::second_input:
        return "is a second input; a network has one, at its start";
    case ir::mistake_kind::unknown_input:
        return sentence("reads node ", m.found, ", which doesn't come before it");
    case ir::mistake_kind::zero_units:
        return "has no units; expected at least 1";
    case ir::mistake_kind::width_mismatch:
        return sentence("expects rows of ", m.expected, "; ", m.found, " arrive");
    case ir::mistake_kind::softmax_of_scalar:
        return "is a softmax of a single unit, which is always 1; expected 2 units or more";
    case ir::mistake_kind::maxout_indivisible:
        return sentence("takes maxima over groups of ", m.expected, " units; ", m.found,
                        " arrive, which isn't a multiple");
    case ir::mistake_kind::groups_indivisible:
        return sentence("is a softmax in ", m.expected, " groups; ", m.found,
                        " units arrive, which isn't a multiple");
    case ir::mistake_kind::unsupported_rank:
        return sentence("reads a value of rank ", m.found, "; expected rows of rank 1");
    case ir::mistake_kind::too_large:
        return sentence("is too large: a layer has at most ", m.expected, " weights");
    default:
        return sentence("is wrong (mistake ", static_cast<int>(m.kind), " of ir/check.hpp)");
    }
}

std::optional<error> check(const graph& network, std::span<const ir::node> inferred) {
    if (network.parameters.size() != inferred.size())
        return error{sentence("defect in Laminate: a graph of ", inferred.size(),
                              " nodes has parameters for ", network.parameters.size())};
    const ir::mistake m = ir::check(inferred);
    if (m.kind == ir::mistake_kind::accepted) return std::nullopt;
    if (m.kind == ir::mistake_kind::no_input)
        return error{"the network doesn't start with an input"};
    if (m.kind == ir::mistake_kind::no_layers)
        return error{"the network is an input and nothing else; expected a layer"};
    return error{sentence(origin(network, m.node), " ", text(m))};
}

// Numbers of activations: a file may have any.
std::optional<error> check_options(const graph& network) {
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        for (const float number : {n.alpha, n.beta, n.max_value, n.threshold})
            if (std::isnan(number))
                return error{sentence(origin(network, i), ": one of its options is nan; expected ",
                                      "numbers")};
    }
    return std::nullopt;
}

// The numbers of a node, in the order of its tensors in parameter files.
std::vector<const std::vector<double>*> numbers(const ir::node& n, const layer_parameters& p) {
    if (n.kind == ir::op::dense && n.bias) return {&p.weights, &p.bias};
    if (n.kind == ir::op::dense) return {&p.weights};
    if (n.kind == ir::op::prelu) return {&p.slope};
    if (n.kind == ir::op::affine) return {&p.slope, &p.bias};
    return {};
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
    for (std::size_t i = 1; i < plan.nodes.size(); ++i)
        for (const std::vector<double>* values : numbers(plan.nodes[i], network.parameters[i])) {
            detail::parameter_tensor& tensor = tensors.at(matches.size());
            if (values->size() != *element_count(tensor.shape))
                return error{sentence(origin(network, i), ": expected numbers of shape ",
                                      shape_text(tensor.shape), ", found ", values->size())};
            matches.push_back({std::move(tensor), i, values});
        }
    return matches;
}

std::string shortest(double number) {
    std::array<char, 32> digits = {};
    std::snprintf(digits.data(), digits.size(), "%g", number);
    return digits.data();
}

std::optional<error> pack(const graph& network, const match& from, std::span<float> packed) {
    for (std::size_t k = 0; k < from.values->size(); ++k) {
        const double number = (*from.values)[k];
        const auto rounded = static_cast<float>(number);
        if (const char* const expected = detail::expected_instead(from.tensor, rounded))
            return error{sentence(origin(network, from.node), ": expected ", expected, ", found ",
                                  shortest(number), " at position ", k)};
        packed[from.tensor.position(k)] = rounded;
    }
    return std::nullopt;
}

} // namespace

result<planned> plan_graph(const graph& network, ir::fusion mode) {
    planned p;
    p.nodes_ = network.nodes;
    ir::infer(p.nodes_);
    if (auto why = check(network, p.nodes_)) return *std::move(why);
    if (auto why = check_options(network)) return *std::move(why);
    const std::size_t count = p.nodes_.size();
    p.flows_.resize(count);
    p.placed_.resize(count);
    p.steps_.resize(count);
    std::vector<std::size_t> last_use(count);
    const ir::plan_view plan =
        ir::make_plan(p.nodes_, mode, {p.flows_, p.placed_, p.steps_, last_use});
    p.steps_.resize(plan.steps.size());
    p.cost_ = plan.cost;
    const result<std::vector<match>> matches = match_parameters(network, p.plan());
    if (!matches) return matches.error();
    p.packed_.resize(p.cost_.weight_bytes / sizeof(planned::line));
    for (const match& m : *matches)
        if (auto why = pack(network, m, p.floats())) return *std::move(why);
    return p;
}

} // namespace laminate::codegen
