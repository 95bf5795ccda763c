// SPDX-License-Identifier: MIT
#pragma once

// What the graph's inputs are: constants that the caller gives, and the inputs of the network,
// whose leading extents may be the batch. Needs a graph's declarations. Promises static shapes, and
// that all inputs have the batch or none has.

#include <map>
#include <set>
#include <string>

#include "../import.hpp"
#include "budget.hpp"
#include "message_fwd.hpp"
#include "value.hpp"

namespace laminate::codegen::onnx {

struct input_shape {
    std::string name;
    dims shape;
    element type = element::float32;
    std::size_t batch = no_axis;
    bool is_symbolic = false;      // the batch may be anything, so nothing may depend on it
    std::string leading;           // as the file has it: 'N', 25
    std::set<std::string> symbols; // that the shape uses
};

// Of the network's inputs, one at least.
std::vector<input_shape> bind_inputs(const message::GraphProto& graph,
                                     const std::vector<std::string>& names,
                                     const import_options& options);

// A given constant, as the input of that name declares it.
constant bind_constant(const message::GraphProto& graph, const std::string& name,
                       const array& given, budget& spent);

} // namespace laminate::codegen::onnx
