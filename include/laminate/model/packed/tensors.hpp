// SPDX-License-Identifier: MIT
#pragma once

// The parameters of a plan as tensors with names: where each number lies among the packed, from a
// file's tensors and to them. Needs a plan; layers, models and packs are unknown here. Promises
// that tensors are taken whole or refused with a message that names file and tensor, expected and
// found.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../file/json.hpp"
#include "../../file/safetensors.hpp"
#include "../../ir/plan.hpp"
#include "../../ir/spelling.hpp"

namespace laminate::inline LAMINATE_ISA {

struct parameter_options {
    // One name per parameter tensor, in the order of the layers, weight before bias; empty for
    // PyTorch's, of nn.Sequential or as name<...> gives them.
    std::vector<std::string> names = {};
    // Where loading says what it converted; by default on stderr.
    std::function<void(const std::string&)> note = {};
    // Saved with the model, for load_class_names(): one for each output, or two where one output
    // tells two classes apart.
    std::vector<std::string> class_name = {};
};

namespace detail {

// A parameter tensor of a network and where its numbers lie.
struct parameter_tensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::function<std::size_t(std::size_t)> position; // of element k, row-major, among the packed
    bool finite = true; // a factor; a bias may be infinite (it masks an output), but not NaN
};

// What a number of a tensor should have been, nothing if it is that. See layer() of model.hpp.
inline const char* expected_instead(const parameter_tensor& t, float number) {
    if (std::isfinite(number) || (!t.finite && !std::isnan(number))) return nullptr;
    return t.finite ? "finite weights" : "biases that are numbers";
}

inline const char* name_of_no_number(float number) {
    return std::isnan(number) ? "nan" : number > 0.0f ? "inf" : "-inf";
}

// Where element k of a tensor lies among the packed numbers.
inline std::function<std::size_t(std::size_t)> positions(const ir::plan_view& plan,
                                                         const ir::tensor& t) {
    return [t, n = plan.nodes[t.node], v = plan.values[t.node]](std::size_t k) {
        return t.begin + ir::packed_position(t, n, v, k);
    };
}

inline std::vector<parameter_tensor> parameter_tensors(const ir::plan_view& plan) {
    std::vector<parameter_tensor> tensors;
    for (const ir::tensor& t : plan.tensors) {
        if (!t.learned || t.shared) continue;
        const auto& extent = t.extents.extent;
        const std::string layer = ir::name_in_files(plan.name_of(t.node), t.node);
        tensors.push_back({sentence(layer, ".", t.file_name),
                           {extent.begin(), extent.begin() + t.extents.rank},
                           positions(plan, t),
                           t.factor});
    }
    return tensors;
}

// "[2, 1]": element k.
inline std::string place_text(const std::vector<std::size_t>& shape, std::size_t k) {
    std::string text = "]";
    for (std::size_t axis = shape.size(); axis-- > 0; k /= shape[axis])
        text = sentence(axis == 0 ? "[" : ", ", k % shape[axis], text);
    return text;
}

// Gives the tensors the user's names, if there are any.
inline std::optional<error> rename(std::vector<parameter_tensor>& tensors,
                                   const std::vector<std::string>& names) {
    if (names.empty()) return std::nullopt;
    if (names.size() != tensors.size()) {
        std::string wanted;
        for (const parameter_tensor& t : tensors)
            wanted += sentence(wanted.empty() ? "" : ", ", t.name, " ", shape_text(t.shape));
        return error{sentence("expected ", tensors.size(), " parameter names, one for each of ",
                              wanted, "; found ", names.size())};
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        tensors[i].name = names[i];
    return std::nullopt;
}

inline std::optional<error> load_parameters(const ir::plan_view& plan, const tensor_file& file,
                                            const parameter_options& options,
                                            std::span<float> packed) {
    std::vector<parameter_tensor> tensors = parameter_tensors(plan);
    if (auto why = rename(tensors, options.names)) return why;
    for (const parameter_tensor& wanted : tensors) {
        const tensor* const found = file.find(wanted.name);
        if (found == nullptr) return file.missing(wanted.name);
        if (found->shape != wanted.shape)
            return error{sentence(file.name(), ": tensor ", quote(wanted.name), ": expected shape ",
                                  shape_text(wanted.shape), ", found ", shape_text(found->shape),
                                  ". Is this file of another network, or of another layer order?")};
        const result<std::vector<float>> values = file.read_floats(*found);
        if (!values) return values.error();
        for (std::size_t k = 0; k < values->size(); ++k) {
            const float value = (*values)[k];
            if (const char* const expected = expected_instead(wanted, value))
                return error{sentence(file.name(), ": tensor ", quote(wanted.name), ": expected ",
                                      expected, ", found ", name_of_no_number(value), " at ",
                                      place_text(wanted.shape, k), ". Did the training diverge?")};
            packed[wanted.position(k)] = value;
        }
        if (const std::string_view type = found->converted_from(); !type.empty()) {
            const std::string note = sentence(file.name(), ": tensor ", quote(wanted.name),
                                              ": converted from ", type, " to F32");
            if (options.note)
                options.note(note);
            else
                std::fputs(sentence("laminate: ", note, "\n").c_str(), stderr);
        }
    }
    return std::nullopt;
}

// A tensor with values of its own.
struct tensor_values {
    std::string name;
    std::vector<std::size_t> shape;
    std::vector<float> values; // row-major
};

// The parameters, unpacked.
inline result<std::vector<tensor_values>> parameter_values(const ir::plan_view& plan,
                                                           const parameter_options& options,
                                                           std::span<const float> packed) {
    std::vector<parameter_tensor> tensors = parameter_tensors(plan);
    if (auto why = rename(tensors, options.names)) return *std::move(why);
    std::vector<tensor_values> unpacked;
    for (const parameter_tensor& t : tensors) {
        std::vector<float> values(*element_count(t.shape));
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = packed[t.position(k)];
        unpacked.push_back({t.name, t.shape, std::move(values)});
    }
    return unpacked;
}

inline result<std::string> safetensors_of(const std::vector<tensor_values>& tensors,
                                          const text_pairs& metadata) {
    std::vector<tensor_to_write> written;
    written.reserve(tensors.size());
    for (const tensor_values& t : tensors)
        written.push_back({t.name, t.shape, t.values});
    return safetensors_bytes(written, metadata);
}

// Beside the tensors of a model: names of classes are a JSON array under "class_names".
inline result<text_pairs> saved_metadata(const ir::plan_view& plan,
                                         const parameter_options& options) {
    text_pairs metadata = {{"format", "pt"}};
    const std::vector<std::string>& names = options.class_name;
    if (names.empty()) return metadata;
    const std::size_t outputs = plan.nodes.back().output.size();
    if (names.size() != outputs && !(outputs == 1 && names.size() == 2))
        return error{sentence("expected a class_name for each of ", outputs, " outputs, found ",
                              names.size())};
    metadata.emplace_back("class_names", json::text_of(names));
    return metadata;
}

inline result<std::string> parameters_as_safetensors(const ir::plan_view& plan,
                                                     const parameter_options& options,
                                                     std::span<const float> packed) {
    auto values = parameter_values(plan, options, packed);
    if (!values) return std::move(values).error();
    const auto metadata = saved_metadata(plan, options);
    if (!metadata) return metadata.error();
    return safetensors_of(*values, *metadata);
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
