// SPDX-License-Identifier: MIT
#include "elementwise.hpp"

#include "arithmetic.hpp"

namespace laminate::codegen::onnx {

void apply(call& c, const ir::node& f, const std::function<double(double)>& exact) {
    if (const constant* const x = c.constant_at(0)) return c.set(mapped(c, *x, exact));
    c.set(c.network().elementwise(*c.flow_at(0), f));
}

void expect_real(const call& c, std::size_t i) {
    if (!is_real(type_of(c.in(i))))
        refuse("expected floating-point numbers, found ", name(type_of(c.in(i))));
}

} // namespace laminate::codegen::onnx
