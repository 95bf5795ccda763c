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

// Writes <options.directory>/<name>.hpp and <name>.cpp, and with a C interface <name>.h. Returns
// what went wrong: a name that C++ doesn't take, a file that can't be written.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::optional<error> try_write_cpp(const basic_model<Network, Storage>& model,
                                                 std::string_view name,
                                                 const write_options& options = {}) {
    using model_type = basic_model<Network, Storage>;
    if (auto why = codegen::check_names(name, options.name_space, options.c_interface)) return why;
    const ir::plan_view plan = detail::plan_of<Network, ir::fusion::on>.view();
    const result<std::vector<float>> in = codegen::golden_inputs(plan, options);
    if (!in) return in.error();
    std::vector<float> out(in->size() / model_type::inputs * model_type::outputs);
    if (!out.empty()) {
        std::vector<float> workspace(model_type::workspace_floats);
        model.batch(*in, out, workspace);
    }
    return codegen::write_sources({name, plan, model.packed(), *in, out}, options);
}

// The same; throws laminate::exception (without exceptions: prints and aborts).
template <declared Network, template <std::size_t> class Storage>
void write_cpp(const basic_model<Network, Storage>& model, std::string_view name,
               const write_options& options = {}) {
    if (const std::optional<error> why = try_write_cpp(model, name, options)) raise(*why);
}

} // namespace laminate
