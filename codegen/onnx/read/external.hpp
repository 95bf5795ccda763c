// SPDX-License-Identifier: MIT
#pragma once

// Tensor data in files beside the model. Needs the model's folder. Promises that a location is a
// file inside of that folder, also behind links, and that offset and length lie within it.

#include <string>

namespace laminate::codegen::onnx {

// As the file has it; offset and length are decimal numbers, or empty.
struct external_data {
    std::string location;
    std::string offset;
    std::string length;
};

// The `bytes` bytes that a tensor needs.
std::string read_external(const std::string& folder, const external_data& data, std::size_t bytes,
                          const std::string& where);

} // namespace laminate::codegen::onnx
