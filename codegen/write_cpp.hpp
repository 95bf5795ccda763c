// SPDX-License-Identifier: MIT
#pragma once

// write_cpp(model, "digits"): a model as standalone C++17, digits.hpp and digits.cpp, that depends
// on nothing and gives the same bits. Needs laminate::codegen to link. Promises that the files are
// written whole or not at all, and that the same model gives the same bytes.

#include <laminate/base/error.hpp>
#include <laminate/model/model.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "emit/name.hpp"
#include "emit/source.hpp"

namespace laminate {

namespace codegen {

// What a model gives for rows of all its inputs, one behind the other: rows of all its outputs.
template <declared Network, template <std::size_t> class Storage>
std::vector<float> outputs_of_rows(const basic_model<Network, Storage>& model,
                                   const std::vector<float>& in) {
    using model_type = basic_model<Network, Storage>;
    using plan_type = detail::static_plan<Network, ir::fusion::on>;
    constexpr const auto& plan = plan_type::value;
    const std::size_t rows = in.size() / model_type::inputs;
    std::vector<float> out(rows * model_type::outputs);
    std::vector<float> workspace(model_type::workspace_floats);
    for (std::size_t r = 0; r < rows; ++r) {
        detail::callers_rows<plan_type> row = {};
        for (std::size_t k = 0; k < plan.in.size(); ++k)
            row.in[k] = in.data() + r * model_type::inputs + plan.in[k].begin;
        for (std::size_t k = 0; k < plan.out.size(); ++k)
            row.out[k] = out.data() + r * model_type::outputs + plan.out[k].begin;
        detail::run_batch<plan_type>(model.packed().data(), row, workspace.data(), 1, 1);
    }
    return out;
}

} // namespace codegen

// Writes <options.directory>/<name>.hpp and <name>.cpp, and with a C interface <name>.h. Returns
// what went wrong: a name that C++ doesn't take, a file that can't be written.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::optional<error> try_write_cpp(const basic_model<Network, Storage>& model,
                                                 std::string_view name,
                                                 const write_options& options = {}) {
    if (auto why = codegen::check_names(name, options.name_space, options.c_interface)) return why;
    const ir::plan_view plan = detail::plan_of<Network, ir::fusion::on>.view();
    const result<std::vector<float>> in = codegen::golden_inputs(plan, options);
    if (!in) return in.error();
    const std::vector<float> out = codegen::outputs_of_rows(model, *in);
    return codegen::write_sources({name, plan, model.packed(), *in, out}, options);
}

// The same; throws laminate::exception (without exceptions: prints and aborts).
template <declared Network, template <std::size_t> class Storage>
void write_cpp(const basic_model<Network, Storage>& model, std::string_view name,
               const write_options& options = {}) {
    if (const std::optional<error> why = try_write_cpp(model, name, options)) raise(*why);
}

} // namespace laminate
