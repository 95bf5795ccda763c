// SPDX-License-Identifier: MIT
#pragma once

// What elementwise rules share: f of constants, a node over a flow. Needs one input of a real type.
// Promises that integers are refused where the function would round them.

#include "../call.hpp"

#include <functional>

namespace laminate::codegen::onnx {

// Sets output 0 to the node f of input 0, or to `exact` of each of its numbers.
void apply(call& c, const ir::node& f, const std::function<double(double)>& exact);

// Refuses what isn't a floating-point tensor.
void expect_real(const call& c, std::size_t i = 0);

inline ir::node node_of(ir::op kind) {
    ir::node f;
    f.kind = kind;
    return f;
}

} // namespace laminate::codegen::onnx
