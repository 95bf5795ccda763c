// SPDX-License-Identifier: MIT
#pragma once

// save_onnx(model, "digits.onnx"): a model as an ONNX file, with the normaliser of its inputs if it
// has one. Needs laminate::codegen to link. Promises what codegen/onnx/write/write_onnx.hpp does.

#include <laminate/base/error.hpp>
#include <laminate/model/model.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "from_model.hpp"
#include "graph/edit.hpp"
#include "onnx/write/write_onnx.hpp"

namespace laminate {

using codegen::onnx_options;

// Writes the file, or returns what went wrong; then an old file is unchanged.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::optional<error> try_save_onnx(const basic_model<Network, Storage>& model,
                                                 const std::string& path,
                                                 const onnx_options& options = {}) {
    return codegen::write_onnx(codegen::graph_of(model), path, options);
}

// The same; throws laminate::exception (without exceptions: prints and aborts).
template <declared Network, template <std::size_t> class Storage>
void save_onnx(const basic_model<Network, Storage>& model, const std::string& path,
               const onnx_options& options = {}) {
    if (const std::optional<error> why = try_save_onnx(model, path, options)) raise(*why);
}

// With the normaliser as an affine layer in front, so that the file takes raw inputs: x * scale +
// shift, rounded once as the normaliser's own. Its numbers of inputs must be the model's.
template <declared Network, template <std::size_t> class Storage, class Normaliser>
    requires requires(const Normaliser& n) {
        n.scale;
        n.shift;
    }
[[nodiscard]] std::optional<error> try_save_onnx(const basic_model<Network, Storage>& model,
                                                 const Normaliser& input, const std::string& path,
                                                 const onnx_options& options = {}) {
    using model_type = basic_model<Network, Storage>;
    if (input.scale.size() != model_type::inputs || input.shift.size() != model_type::inputs)
        return error{sentence(path, ": not written: expected a normaliser of ", model_type::inputs,
                              " inputs, as the model has, found one of ", input.scale.size())};
    codegen::graph network = codegen::graph_of(model);
    codegen::prepend_affine(network, {input.scale.begin(), input.scale.end()},
                            {input.shift.begin(), input.shift.end()});
    return codegen::write_onnx(network, path, options);
}

// The same; throws.
template <declared Network, template <std::size_t> class Storage, class Normaliser>
    requires requires(const Normaliser& n) {
        n.scale;
        n.shift;
    }
void save_onnx(const basic_model<Network, Storage>& model, const Normaliser& input,
               const std::string& path, const onnx_options& options = {}) {
    if (const std::optional<error> why = try_save_onnx(model, input, path, options)) raise(*why);
}

} // namespace laminate
