// SPDX-License-Identifier: MIT
#include "onnx_nodes.hpp"

#include <array>
#include <utility>

namespace laminate::codegen {
namespace {

// onnx.proto: NodeProto.
constexpr unsigned node_input = 1, node_output = 2, node_name = 3, node_kind = 4,
                   node_attribute = 5;
// AttributeProto, and its type's values.
constexpr unsigned attribute_name = 1, attribute_f = 2, attribute_i = 3, attribute_ints = 8,
                   attribute_type = 20;
constexpr std::int64_t type_float = 1, type_int = 2, type_ints = 7;
// TensorProto, and its type's values.
constexpr unsigned tensor_dims = 1, tensor_type = 2, tensor_ints = 7, tensor_name = 8,
                   tensor_raw = 9;
constexpr std::int64_t tensor_float = 1, tensor_int64 = 7;

protobuf message_of(const onnx_attribute& a) {
    protobuf m;
    m.text(attribute_name, a.name);
    switch (a.type) {
    case onnx_attribute::kind::real:
        return m.real(attribute_f, a.real).integer(attribute_type, type_float);
    case onnx_attribute::kind::integer:
        return m.integer(attribute_i, a.integers.front()).integer(attribute_type, type_int);
    default:
        for (const std::int64_t number : a.integers)
            m.integer(attribute_ints, number);
        return m.integer(attribute_type, type_ints);
    }
}

} // namespace

std::string onnx_nodes::take(std::string name) {
    while (!taken_.insert(name).second)
        name += '_';
    return name;
}

std::string onnx_nodes::add(std::string_view kind, std::vector<std::string_view> inputs,
                            const std::string& output,
                            const std::vector<onnx_attribute>& attributes) {
    while (!inputs.empty() && inputs.back().empty())
        inputs.pop_back();
    protobuf m;
    for (const std::string_view input : inputs)
        m.text(node_input, input);
    m.text(node_output, output).text(node_name, output).text(node_kind, kind);
    for (const onnx_attribute& a : attributes)
        m.message(node_attribute, message_of(a));
    nodes_.push_back(std::move(m));
    return output;
}

std::string onnx_nodes::tensor(const std::string& name, std::span<const std::size_t> shape,
                               std::span<const double> numbers) {
    std::string unique = take(name);
    protobuf m;
    for (const std::size_t extent : shape)
        m.integer(tensor_dims, static_cast<std::int64_t>(extent));
    m.integer(tensor_type, tensor_float).text(tensor_name, unique).reals(tensor_raw, numbers);
    initialisers_.push_back(std::move(m));
    return unique;
}

std::string onnx_nodes::number(const std::string& name, float number) {
    return tensor(name, {}, std::array{static_cast<double>(number)});
}

std::string onnx_nodes::shape(const std::string& name, const std::vector<std::int64_t>& extents) {
    std::string unique = take(name);
    protobuf m;
    m.integer(tensor_dims, static_cast<std::int64_t>(extents.size()));
    m.integer(tensor_type, tensor_int64);
    for (const std::int64_t extent : extents)
        m.integer(tensor_ints, extent);
    m.text(tensor_name, unique);
    initialisers_.push_back(std::move(m));
    return unique;
}

} // namespace laminate::codegen
