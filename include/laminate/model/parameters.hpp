// SPDX-License-Identifier: MIT
#pragma once

// Loads and saves a model's parameters as safetensors, by the names of PyTorch's nn.Sequential
// ("0.weight" [outputs, inputs], "0.bias", ...; layer 0 follows the input) or by names of your own.
// Needs a plan for where each number lies. Promises that a file is either loaded whole or refused
// with a message that names file and tensor, expected and found.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../base/compiler.hpp"
#include "../file/json.hpp"
#include "../file/safetensors.hpp"
#include "../file/whole_file.hpp"
#include "model.hpp"
#include "packed/tensors.hpp"

namespace laminate::inline LAMINATE_ISA {

// A model of `network` with the parameters of a safetensors file, or what is wrong with it. Tensors
// that the network doesn't ask for are ignored.
template <declared Network>
result<model<Network>> try_load(Network, const std::string& path,
                                const parameter_options& options = {}) {
    const result<tensor_file> file = read_safetensors(path);
    if (!file) return file.error();
    model<Network> loaded;
    constexpr const auto& plan = detail::plan_of<Network, ir::fusion::on>;
    if (auto why = detail::load_parameters(plan.view(), *file, options, loaded.packed()))
        return *std::move(why);
    return loaded;
}

// The same; throws laminate::exception with the message.
template <declared Network>
model<Network> load(Network network, const std::string& path,
                    const parameter_options& options = {}) {
    return try_load(network, path, options).value();
}

// The names of the classes that a saved model tells apart, in the order of its outputs.
[[nodiscard]] inline result<std::vector<std::string>> load_class_names(const std::string& path) {
    const result<tensor_file> file = read_safetensors(path);
    if (!file) return file.error();
    const std::string* const text = file->find_metadata("class_names");
    if (text == nullptr)
        return error{sentence(path,
                              ": expected 'class_names' in its metadata, found none. Give "
                              "them when the model is saved (parameter_options::class_name)")};
    std::vector<std::string> names;
    if (const std::string problem = json::read_texts(*text, names); !problem.empty())
        return error{sentence(path, ": metadata 'class_names': ", problem)};
    return names;
}

// Writes the parameters to a safetensors file, atomically. Returns nothing, or what failed; then an
// old file is unchanged.
template <declared Network, template <std::size_t> class Storage>
std::optional<error> try_save(const basic_model<Network, Storage>& model, const std::string& path,
                              const parameter_options& options = {}) {
    constexpr const auto& plan = detail::plan_of<Network, ir::fusion::on>;
    const auto bytes = detail::parameters_as_safetensors(plan.view(), options, model.packed());
    if (!bytes) return error{sentence(path, ": not written: ", bytes.error().message)};
    return write_file_atomically(path, *bytes);
}

// The same; throws laminate::exception with the message.
template <declared Network, template <std::size_t> class Storage>
void save(const basic_model<Network, Storage>& model, const std::string& path,
          const parameter_options& options = {}) {
    if (const auto why = try_save(model, path, options)) raise(*why);
}

} // namespace laminate::inline LAMINATE_ISA
