// SPDX-License-Identifier: MIT
#include "write_dsl.hpp"

#include <laminate/base/version.hpp>
#include <laminate/file/whole_file.hpp>
#include <laminate/ir/spelling.hpp>
#include <laminate/model/packed/tensors.hpp>

#include "../emit/fill.hpp"
#include "../emit/name.hpp"
#include "edit.hpp"
#include "planned.hpp"

namespace laminate::codegen {

namespace {

std::string layers(const graph& network) {
    std::string all;
    for (const ir::node& n : network.nodes)
        all += sentence(all.empty() ? "" : " |\n    ", ir::text::layer(n, "laminate::"));
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
    if (auto why = check_names(name, options.name_space, false)) return why;
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
