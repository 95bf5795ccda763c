// SPDX-License-Identifier: MIT
#pragma once

// One layer in ONNX's operators, those of opset 14: the oldest that says all layers. What is newer
// (Gelu, Mish, Swish) is spelt with older ones, as the importer reads them back. Needs a checked
// node with inferred shapes. Promises the layer's function, of [batch, units].

#include <cstddef>
#include <span>
#include <string>

#include "../../graph/graph.hpp"
#include "onnx_nodes.hpp"

namespace laminate::codegen {

inline constexpr int onnx_opset = 14;
inline constexpr int onnx_ir_version = 7; // of the same release, ONNX 1.9

// Adds what computes the value `y` of node `index`; `values` are the names of those before it.
void add_onnx_layer(onnx_nodes& to, const graph& network, std::size_t index,
                    std::span<const std::string> values, const std::string& y);

} // namespace laminate::codegen
