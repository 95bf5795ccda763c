// SPDX-License-Identifier: MIT
#pragma once

// A model file's messages, parsed and bounded. Needs its bytes. Promises a message with a graph
// whose numbers of nodes and tensors, ranks and lengths of names are within the limits, of versions
// that are known; everything else is still to be checked.

#include "../limits.hpp"
#include "message_fwd.hpp"

#include <cstdint>
#include <string_view>

namespace laminate::codegen::onnx {

void parse(std::string_view bytes, const limits& most, message::ModelProto& into);

// The version of the standard operators.
std::int64_t opset_of(const message::ModelProto& model);

} // namespace laminate::codegen::onnx
