// SPDX-License-Identifier: MIT
#include "write_onnx.hpp"

#include <laminate/base/version.hpp>
#include <laminate/file/json.hpp>
#include <laminate/file/whole_file.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../../graph/planned.hpp"
#include "onnx_layer.hpp"

namespace laminate::codegen {
namespace {

// onnx.proto: ModelProto, OperatorSetIdProto, GraphProto.
constexpr unsigned model_ir = 1, model_producer = 2, model_producer_version = 3, model_graph = 7,
                   model_opset = 8, model_metadata = 14;
constexpr unsigned metadata_key = 1, metadata_value = 2; // StringStringEntryProto
constexpr unsigned opset_domain = 1, opset_version = 2;
constexpr unsigned graph_node = 1, graph_name = 2, graph_initialiser = 5, graph_input = 11,
                   graph_output = 12;
// ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto and its Dimension.
constexpr unsigned value_name = 1, value_type = 2, type_tensor = 1, tensor_element = 1,
                   tensor_shape = 2, shape_extent = 1, extent_number = 1, extent_symbol = 2;
constexpr std::int64_t element_float = 1;

using shape = std::vector<std::size_t>;

// A float tensor [batch, extents...].
protobuf described(const std::string& name, const shape& row) {
    protobuf extents;
    extents.message(shape_extent, protobuf().text(extent_symbol, "batch"));
    for (const std::size_t extent : row)
        extents.message(shape_extent,
                        protobuf().integer(extent_number, static_cast<std::int64_t>(extent)));
    const protobuf tensor =
        protobuf().integer(tensor_element, element_float).message(tensor_shape, extents);
    return protobuf()
        .text(value_name, name)
        .message(value_type, protobuf().message(type_tensor, tensor));
}

shape extents_of(const ir::node& n) {
    return {n.output.extent.begin(), n.output.extent.begin() + n.output.rank};
}

// What the file had, if it has as many elements as the value.
shape row_shape(const std::vector<shape>& from_file, std::size_t k, const ir::node& n) {
    if (k >= from_file.size()) return extents_of(n);
    const shape& row = from_file[k];
    const std::size_t elements =
        std::accumulate(row.begin(), row.end(), std::size_t{1}, std::multiplies<>());
    return elements == n.output.size() ? row : extents_of(n);
}

// Four bytes per number, and more for each node than its names and attributes take.
std::size_t most_size(const graph& network) {
    std::size_t bytes = 4096;
    for (const layer_parameters& p : network.parameters)
        bytes += 4096 + sizeof(float) * count_numbers(p);
    return bytes;
}

std::string first_of(const std::string& a, const std::string& b, const char* otherwise) {
    return !a.empty() ? a : !b.empty() ? b : otherwise;
}

// An input or output of the file.
struct onnx_port {
    std::string name;
    shape row;
};

std::vector<onnx_port> ports_of(onnx_nodes& all, const graph& network,
                                std::span<const ir::port> ports,
                                const std::vector<std::string>& names,
                                const std::vector<shape>& shapes, const std::string& wanted,
                                const char* otherwise) {
    std::vector<onnx_port> found;
    for (std::size_t k = 0; k < ports.size(); ++k) {
        const std::string numbered = k == 0 ? otherwise : sentence(otherwise, "_", k);
        found.push_back(
            {all.take(first_of(wanted, k < names.size() ? names[k] : "", numbered.c_str())),
             row_shape(shapes, k, network.nodes[ports[k].node])});
    }
    return found;
}

// A value with other extents than it has.
std::string reshaped(onnx_nodes& to, const std::string& value, const shape& extents,
                     const char* name, const std::string& as) {
    std::vector<std::int64_t> numbers(extents.begin(), extents.end());
    numbers.insert(numbers.begin(), 0); // the batch's own
    return to.add("Reshape", {value, to.shape(name, numbers)}, as);
}

// From the inputs, in the extents of the network's own, through the layers to the outputs.
void add_layers(onnx_nodes& to, const graph& network, const std::vector<onnx_port>& in,
                const std::vector<onnx_port>& out) {
    std::vector<std::string> values;
    std::size_t inputs = 0;
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        if (n.kind == ir::op::input) {
            const onnx_port& from = in[inputs++];
            if (from.row == extents_of(n))
                values.push_back(from.name);
            else if (n.output.rank == 1)
                values.push_back(
                    to.add("Flatten", {from.name}, to.take("row"), {{"axis", std::int64_t{1}}}));
            else
                values.push_back(
                    reshaped(to, from.name, extents_of(n), "input_shape", to.take("row")));
            continue;
        }
        const bool is_output = n.result != ir::none && out[n.result].row == extents_of(n);
        values.push_back(is_output ? out[n.result].name
                                   : to.take(sentence(ir::name(n.kind), "_", i - 1)));
        add_onnx_layer(to, network, i, values, values[i]);
        if (n.result != ir::none && !is_output)
            reshaped(to, values[i], out[n.result].row, "output_shape", out[n.result].name);
    }
}

protobuf model_of(const graph& network, const onnx_options& options) {
    onnx_nodes all;
    const auto in = ports_of(all, network, ir::inputs_of(network.nodes).span(), network.input_names,
                             network.input_shapes, options.input, "input");
    const auto out =
        ports_of(all, network, ir::outputs_of(network.nodes).span(), network.output_names,
                 network.output_shapes, options.output, "output");
    add_layers(all, network, in, out);

    protobuf graph;
    for (const protobuf& node : all.nodes())
        graph.message(graph_node, node);
    graph.text(graph_name, first_of(options.name, network.name, "network"));
    for (const protobuf& initialiser : all.initialisers())
        graph.message(graph_initialiser, initialiser);
    for (const onnx_port& p : in)
        graph.message(graph_input, described(p.name, p.row));
    for (const onnx_port& p : out)
        graph.message(graph_output, described(p.name, p.row));
    const protobuf opset = protobuf().text(opset_domain, "").integer(opset_version, onnx_opset);
    protobuf model;
    model.integer(model_ir, onnx_ir_version)
        .text(model_producer, "Laminate")
        .text(model_producer_version, LAMINATE_VERSION)
        .message(model_graph, graph)
        .message(model_opset, opset);
    if (!options.class_name.empty())
        model.message(model_metadata, protobuf()
                                          .text(metadata_key, "class_names")
                                          .text(metadata_value, json::text_of(options.class_name)));
    return model;
}

std::optional<error> wrong_names(const std::vector<std::string>& names, std::size_t outputs) {
    if (!names.empty() && names.size() != outputs && !(outputs == 1 && names.size() == 2))
        return error{sentence("expected a class_name for each of ", outputs, " outputs, found ",
                              names.size())};
    for (const std::string& name : names)
        if (json::find_invalid_utf8(name) != std::string_view::npos)
            return error{sentence("expected names of classes in UTF-8, found ", quote(name))};
    return std::nullopt;
}

} // namespace

result<std::string> onnx_bytes(const graph& network, const onnx_options& options) {
    if (const std::size_t size = most_size(network); size > options.most_bytes)
        return error{sentence("an ONNX file has at most ", options.most_bytes,
                              " bytes; this network takes up to ", size,
                              ". Save its parameters as safetensors instead")};
    const result<planned> plan = plan_graph(network); // which checks all there is to check
    if (!plan) return plan.error();
    if (auto why = wrong_names(options.class_name, network.outputs())) return *std::move(why);
    graph inferred = network;
    inferred.nodes.assign(plan->plan().nodes.begin(), plan->plan().nodes.end());
    return model_of(inferred, options).bytes();
}

std::optional<error> write_onnx(const graph& network, const std::string& path,
                                const onnx_options& options) {
    const result<std::string> bytes = onnx_bytes(network, options);
    if (!bytes) return error{sentence(path, ": not written: ", bytes.error().message)};
    return write_file_atomically(path, *bytes);
}

} // namespace laminate::codegen
