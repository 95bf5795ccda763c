// SPDX-License-Identifier: MIT
#pragma once

// Whether a file's operators are all known. Needs its nodes. Promises one refusal that lists all
// that aren't, with counts, names and the reason.

#include "message_fwd.hpp"

#include <cstdint>
#include <vector>

namespace laminate::codegen::onnx {

void check_support(const std::vector<const message::NodeProto*>& nodes, std::int64_t opset);

} // namespace laminate::codegen::onnx
