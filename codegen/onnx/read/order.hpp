// SPDX-License-Identifier: MIT
#pragma once

// Which nodes of the file's graph the wanted outputs depend on, each after what it needs. Needs a
// graph in any order. Promises no recursion, and a refusal of cycles and of names that come from
// nowhere or twice.

#include "message_fwd.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace laminate::codegen::onnx {

struct ordered {
    std::vector<const message::NodeProto*> nodes;
    std::vector<std::string> inputs; // graph inputs that are needed, without initialisers
};

// The wanted values and what they need.
ordered order_nodes(const message::GraphProto& graph, const std::vector<std::string>& wanted);

} // namespace laminate::codegen::onnx
