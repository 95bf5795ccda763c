// SPDX-License-Identifier: MIT
// MatMul in both orders and all ranks.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void matmul(call& c) {
    expect_one_type(c);
    expect_finite(c, 0);
    expect_finite(c, 1);
    c.set(matrix_product(c, c.in(0), c.in(1)));
}

} // namespace laminate::codegen::onnx::rules
