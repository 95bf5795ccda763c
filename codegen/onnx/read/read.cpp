// SPDX-License-Identifier: MIT
#include "read.hpp"

#include "message.hpp"
#include "refusal.hpp"
#include "wire.hpp"

#include <laminate/file/foreign.hpp>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <limits>

namespace laminate::codegen::onnx {
namespace {

constexpr std::int64_t oldest_ir = 3;
constexpr std::int64_t oldest_opset = 6;

void check_name(const std::string& name, const char* what, const limits& most) {
    if (name.size() > most.name_bytes)
        refuse("expected names of at most ", most.name_bytes, " bytes, found ", what, " of ",
               name.size(), " bytes: ", quote(name));
}

template <class Names>
void check_names(const Names& names, const char* what, const limits& most) {
    for (const std::string& name : names)
        check_name(name, what, most);
}

void check_count(int found, std::size_t most, const char* what) {
    if (static_cast<std::size_t>(found) > most)
        refuse("expected at most ", most, " ", what, ", found ", found);
}

void check_graph(const message::GraphProto& graph, const limits& most) {
    check_count(graph.node_size(), most.nodes, "nodes");
    check_count(graph.initializer_size(), most.tensors, "initialisers");
    if (graph.sparse_initializer_size() > 0)
        refuse("expected dense initialisers, found ", graph.sparse_initializer_size(),
               " sparse ones, which aren't supported");
    check_name(graph.name(), "a graph's name", most);
    for (const auto& node : graph.node()) {
        check_name(node.name(), "a node's name", most);
        check_name(node.op_type(), "an operator's name", most);
        check_name(node.domain(), "a domain's name", most);
        check_names(node.input(), "an input's name", most);
        check_names(node.output(), "an output's name", most);
    }
    for (const auto& tensor : graph.initializer())
        check_name(tensor.name(), "an initialiser's name", most);
    for (const auto& input : graph.input())
        check_name(input.name(), "an input's name", most);
    for (const auto& output : graph.output())
        check_name(output.name(), "an output's name", most);
}

} // namespace

void parse(std::string_view bytes, const limits& most, message::ModelProto& into) {
    if (bytes.size() > most.file_bytes)
        refuse("expected at most ", most.file_bytes, " bytes, found ", bytes.size());
    if (const std::string_view other = detail::foreign_format(bytes); !other.empty())
        refuse("expected an ONNX model, found what looks like ", other,
               other.find("LFS") == other.npos
                   ? ". Export the model with torch.onnx.export, tf2onnx "
                     "or skl2onnx"
                   : "");
    const std::size_t memory = estimated_memory(bytes);
    if (memory > most.message_bytes)
        refuse("reading it may take ", memory, " bytes of memory; at most ", most.message_bytes,
               " are allowed");
    google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    coded.SetRecursionLimit(static_cast<int>(most.recursion));
    if (!into.ParsePartialFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
        refuse("not an ONNX model: its bytes aren't the protobuf message of one. Is it complete?");
    if (!into.has_graph())
        refuse("expected a model with a graph, found none. Is it an ONNX model?");
    check_graph(into.graph(), most);
    if (into.ir_version() < oldest_ir)
        refuse("expected IR version ", oldest_ir, " or newer, found ", into.ir_version());
}

std::int64_t opset_of(const message::ModelProto& model) {
    std::int64_t found = 0;
    for (const auto& import : model.opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx") found = import.version();
    if (found == 0) refuse("expected an opset version for the standard operators, found none");
    if (found < oldest_opset)
        refuse("expected opset ", oldest_opset, " or newer, found ", found,
               ". Convert the model to a newer opset");
    return found;
}

} // namespace laminate::codegen::onnx
