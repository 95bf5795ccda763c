// SPDX-License-Identifier: MIT
// Constant, in the forms its attributes have.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void constant_node(call& c) {
    if (const auto tensor = c.tensor("value")) return c.set(*tensor);
    if (c.has_attribute("value_float"))
        return c.set(make_constant({}, element::float32, {c.number("value_float", 0.0)}));
    if (c.has_attribute("value_int"))
        return c.set(
            make_constant({}, element::int64, {static_cast<double>(c.integer("value_int", 0))}));
    if (const auto numbers = c.number_list("value_floats"))
        return c.set(make_constant({numbers->size()}, element::float32, *numbers));
    if (const auto numbers = c.integer_list("value_ints"))
        return c.set(make_constant({numbers->size()}, element::int64,
                                   std::vector<double>(numbers->begin(), numbers->end())));
    refuse("expected a value as a tensor, floats or ints, found none (strings and sparse tensors "
           "aren't supported)");
}

} // namespace laminate::codegen::onnx::rules
