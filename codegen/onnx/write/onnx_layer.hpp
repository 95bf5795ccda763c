// SPDX-License-Identifier: MIT
#pragma once

// One layer in ONNX's operators, those of opset 14: the oldest that says all layers. What is newer
// (Gelu, Mish, Swish) is spelt with older ones, as the importer reads them back. Needs a checked
// node with inferred shapes. Promises the layer's function, of [batch, units].

#include <cstddef>
#include <string>

#include "../../graph/graph.hpp"
#include "onnx_nodes.hpp"

namespace laminate::codegen {

inline constexpr int onnx_opset = 14;
inline constexpr int onnx_ir_version = 7; // of the same release, ONNX 1.9

// Adds what computes node `index` from the value `x` to the value `y`.
void add_onnx_layer(onnx_nodes& to, const graph& network, std::size_t index, const std::string& x,
                    const std::string& y);

} // namespace laminate::codegen
