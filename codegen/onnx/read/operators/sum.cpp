// SPDX-License-Identifier: MIT
// Sum and Mean of any number of inputs.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void sum(call& c) {
    expect_one_type(c);
    const double factor = c.name() == "Mean" ? 1.0 / static_cast<double>(c.inputs()) : 1.0;
    std::vector<term> terms;
    for (std::size_t i = 0; i < c.inputs(); ++i)
        terms.push_back({&c.in(i), factor});
    if (terms.empty()) refuse("expected at least one input, found none");
    c.set(onnx::sum(c, terms));
}

} // namespace laminate::codegen::onnx::rules
