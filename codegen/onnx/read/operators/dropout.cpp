// SPDX-License-Identifier: MIT
// Dropout when not training: nothing. Its mask is refused where it is used, by not existing.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void dropout(call& c) {
    (void)c.integer("seed", 0); // only training looks at them
    (void)c.number("ratio", 0.5);
    if (c.opset() < 7 && c.integer("is_test", 0) == 0)
        refuse("expected is_test 1, found 0: it drops values at random. Export the model for "
               "inference");
    if (!c.has(2)) return c.set(c.in(0));
    const constant& training = c.known(2, "training_mode");
    if (training.size() != 1)
        refuse("expected one truth value as training_mode, found ", training.size());
    if (training[0] != 0.0)
        refuse("expected training_mode false, found true: it drops values at random. Export the "
               "model for inference");
    c.set(c.in(0));
}

} // namespace laminate::codegen::onnx::rules
