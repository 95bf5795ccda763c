// SPDX-License-Identifier: MIT
#include "write_dsl.hpp"

#include <laminate/base/version.hpp>
#include <laminate/model/file.hpp>
#include <laminate/model/parameters.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "../fill.hpp"
#include "../literal.hpp"
#include "../name.hpp"
#include "edit.hpp"
#include "planned.hpp"

namespace laminate::codegen {

namespace {

// 0.1f as "0.1f": the shortest that a compiler reads back.
std::string decimal(float number) {
    if (!std::isfinite(number)) return literal(number);
    std::array<char, 32> digits = {};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    std::string text(digits.data(), end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text + "f";
}

struct option {
    const char* name;
    float value;
    float otherwise; // what the layer has without it
};

// "relu(laminate::max_value<6.0f>)", with the options that need to be said.
std::string with(const ir::node& n, std::initializer_list<option> options) {
    std::string all;
    for (const option& o : options)
        if (o.value != o.otherwise)
            all +=
                sentence(all.empty() ? "" : ", ", "laminate::", o.name, "<", decimal(o.value), ">");
    return sentence(ir::name(n.kind), all.empty() ? "" : "(", all, all.empty() ? "" : ")");
}

std::string layer(const ir::node& n) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    switch (n.kind) {
    case ir::op::input:
        return sentence("input<", n.output.size(), ">");
    case ir::op::dense:
        return sentence("dense<", n.units, n.bias ? ">" : ">(laminate::no_bias)");
    case ir::op::maxout:
        return sentence("maxout<", n.units, ">");
    case ir::op::dropout:
        return sentence("dropout<", decimal(n.alpha), ">");
    case ir::op::relu:
        return with(n, {{"max_value", n.max_value, inf},
                        {"negative_slope", n.alpha, 0.0f},
                        {"threshold", n.threshold, 0.0f}});
    case ir::op::leaky_relu:
        return with(n, {{"negative_slope", n.alpha, 0.01f}});
    case ir::op::prelu:
        return n.shared ? "prelu(laminate::shared)" : "prelu";
    case ir::op::elu:
    case ir::op::celu:
    case ir::op::thresholded_relu:
    case ir::op::swish:
        return with(n, {{"alpha", n.alpha, 1.0f}});
    case ir::op::hard_sigmoid:
        return with(n, {{"alpha", n.alpha, 0.2f}, {"beta", n.beta, 0.5f}});
    case ir::op::clip:
        return with(n, {{"min_value", n.beta, -inf}, {"max_value", n.max_value, inf}});
    case ir::op::shrink:
        return with(n, {{"lambd", n.threshold, 0.5f}, {"bias", n.beta, 0.0f}});
    case ir::op::gelu_tanh:
        return "gelu(laminate::tanh_approximation)";
    case ir::op::softmax:
    case ir::op::log_softmax:
        if (n.groups == 1) return ir::name(n.kind);
        return sentence(ir::name(n.kind), "(laminate::groups<", n.groups, ">)");
    default:
        return ir::name(n.kind);
    }
}

std::string layers(const graph& network) {
    std::string all;
    for (const ir::node& n : network.nodes)
        all += sentence(all.empty() ? "" : " |\n    ", "laminate::", layer(n));
    return all;
}

} // namespace

std::string dsl_header(const graph& network, std::string_view name, const write_options& options) {
    const std::string& ns = options.name_space;
    return fill(
        R"(// Written by Laminate $version$; do not edit. This file may be used freely, without any condition.
//
// const auto model = laminate::load($qualified${}, "$name$.safetensors");
#pragma once

#include <laminate/laminate.hpp>

$open$
struct $name$ : laminate::network<
    $layers$> {};
$close$
)",
        {{"version", LAMINATE_VERSION},
         {"name", name},
         {"qualified", ns.empty() ? std::string(name) : sentence(ns, "::", name)},
         {"layers", layers(network)},
         {"open", ns.empty() ? "" : sentence("namespace ", ns, " {\n\n")},
         {"close", ns.empty() ? "" : sentence("\n}  // namespace ", ns, "\n")}});
}

std::optional<error> write_dsl(const graph& network, std::string_view name,
                               const write_options& options) {
    if (auto why = check_name(name)) return why;
    if (!options.name_space.empty())
        if (auto why = check_namespace(options.name_space)) return why;
    if (!is_chain(network)) return error{"a declared network is a chain of layers; this one isn't"};
    const result<planned> plan = plan_graph(network);
    if (!plan) return plan.error();
    const auto bytes = detail::parameters_as_safetensors(plan->plan(), {}, plan->packed());
    if (!bytes) return bytes.error();
    const std::string stem = sentence(options.directory, "/", name);
    if (auto why = write_file_atomically(stem + ".safetensors", *bytes)) return why;
    return write_file_atomically(stem + "_network.hpp", dsl_header(network, name, options));
}

} // namespace laminate::codegen
