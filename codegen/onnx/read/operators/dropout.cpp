// SPDX-License-Identifier: MIT
// Dropout when not training: nothing, and a mask of ones.
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void dropout(call& c) {
    (void)c.integer("seed", 0); // only training looks at them
    (void)c.number("ratio", 0.5);
    if (c.opset() < 7 && c.integer("is_test", 0) == 0)
        refuse("expected is_test 1, found 0: it drops values at random. Export the model for "
               "inference");
    c.set(c.in(0));
    if (c.outputs() > 1) { // nothing is dropped
        c.allow(c.shape(0));
        c.set(make_constant(c.shape(0), element::boolean,
                            std::vector<double>(count(c.shape(0)), 1.0)),
              1);
    }
    if (!c.has(2)) return;
    const constant& training = c.known(2, "training_mode");
    if (training.size() != 1)
        refuse("expected one truth value as training_mode, found ", training.size());
    if (training[0] != 0.0)
        refuse("expected training_mode false, found true: it drops values at random. Export the "
               "model for inference");
}

} // namespace laminate::codegen::onnx::rules
