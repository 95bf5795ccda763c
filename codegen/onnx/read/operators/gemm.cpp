// SPDX-License-Identifier: MIT
// Gemm: alpha A' B' + beta C.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void gemm(call& c) {
    const double alpha = c.number("alpha", 1.0);
    const double beta = c.number("beta", 1.0);
    const bool turn_a = c.integer("transA", 0) != 0;
    const bool turn_b = c.integer("transB", 0) != 0;
    if (c.opset() < 7) (void)c.integer("broadcast", 0); // C does whenever it must
    expect_one_type(c);
    if (c.shape(0).size() != 2 || c.shape(1).size() != 2)
        refuse("expected two matrices, found ", text(c.shape(0)), " and ", text(c.shape(1)));
    expect_finite(c, 0);
    expect_finite(c, 1);
    const value a = turn_a ? transposed(c, c.in(0)) : c.in(0);
    const value b = turn_b ? transposed(c, c.in(1)) : c.in(1);
    const value product = matrix_product(c, a, b);
    std::vector<term> terms = {{&product, alpha}};
    if (c.has(2)) terms.push_back({&c.in(2), beta});
    if (c.has(2) && broadcast(shape_of(product), c.shape(2)) != shape_of(product))
        refuse("expected C to broadcast to ", text(shape_of(product)), ", found ",
               text(c.shape(2)));
    c.set(c.all_constant() ? onnx::sum(c, terms) : joined(c, terms));
}

} // namespace laminate::codegen::onnx::rules
