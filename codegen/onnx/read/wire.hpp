// SPDX-License-Identifier: MIT
#pragma once

// How much memory protobuf will need for a file, before it is asked to parse it: a message of two
// bytes becomes one of hundreds. Needs the bytes. Promises an estimate from above for right files
// and time linear in their size; what isn't a message's encoding is left for protobuf to refuse.

#include <cstddef>
#include <string_view>

namespace laminate::codegen::onnx {

std::size_t estimated_memory(std::string_view model);

} // namespace laminate::codegen::onnx
