// SPDX-License-Identifier: MIT
#pragma once

// The names of ONNX's messages, for whoever only hands them on: their definitions take seconds to
// compile. Needs nothing.

namespace onnx {
class AttributeProto;
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
} // namespace onnx

namespace laminate::codegen::onnx {

namespace message = ::onnx;

} // namespace laminate::codegen::onnx
