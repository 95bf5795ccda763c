// SPDX-License-Identifier: MIT
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {

void relu(call& c) {
    expect_real(c);
    apply(c, node_of(ir::op::relu), [](double x) { return std::max(x, 0.0); });
}

} // namespace laminate::codegen::onnx::rules
