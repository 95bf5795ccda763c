// SPDX-License-Identifier: MIT
#include "write_dsl.hpp"

#include <laminate/base/version.hpp>
#include <laminate/file/whole_file.hpp>
#include <laminate/model/packed/tensors.hpp>

#include "../emit/fill.hpp"
#include "../emit/name.hpp"
#include "declaration.hpp"
#include "planned.hpp"

namespace laminate::codegen {

namespace {

std::string header_text(std::string_view layers, std::string_view name,
                        const write_options& options) {
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
         {"layers", layers},
         {"open", ns.empty() ? "" : sentence("namespace ", ns, " {\n\n")},
         {"close", ns.empty() ? "" : sentence("\n}  // namespace ", ns, "\n")}});
}

} // namespace

std::optional<error> write_dsl(const graph& network, std::string_view name,
                               const write_options& options) {
    if (auto why = check_names(name, options.name_space, false)) return why;
    const result<planned> right = plan_graph(network);
    if (!right) return right.error();
    const result<declaration> declared = declare(network);
    if (!declared) return declared.error();
    const result<planned> plan = plan_graph(declared->network);
    if (!plan) return plan.error();
    const auto bytes = detail::parameters_as_safetensors(plan->plan(), {}, plan->packed());
    if (!bytes) return bytes.error();
    const std::string stem = sentence(options.directory, "/", name);
    if (auto why = write_file_atomically(stem + ".safetensors", *bytes)) return why;
    return write_file_atomically(stem + "_network.hpp",
                                 header_text(declared->layers, name, options));
}

} // namespace laminate::codegen
