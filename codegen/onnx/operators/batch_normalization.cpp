// SPDX-License-Identifier: MIT
// BatchNormalization when not training: a scale and a shift per channel, which is axis 1.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {
namespace {

// A vector over the channels, as a tensor that broadcasts to x.
constant per_channel(const call& c, std::size_t i, const char* what) {
    const dims& x = c.shape(0);
    const std::size_t channels = x.size() > 1 ? x[1] : 1;
    constant k = c.known(i, what);
    if (k.shape != dims{channels})
        refuse("expected ", what, " of shape ", text({channels}), " for x of shape ", text(x),
               ", found ", text(k.shape));
    k.shape = dims(x.size(), 1);
    if (x.size() > 1) k.shape[1] = channels;
    return k;
}

} // namespace

void batch_normalization(call& c) {
    const double epsilon = c.number("epsilon", static_cast<double>(1e-5f));
    (void)c.number("momentum", 0.0); // only training looks at it
    if (c.integer("training_mode", 0) != 0)
        refuse("expected training_mode 0, found 1: export the model for inference");
    if (c.opset() < 7 && c.integer("is_test", 0) == 0)
        refuse("expected is_test 1, found 0: export the model for inference");
    if (c.opset() < 9 && c.integer("spatial", 1) == 0 && c.shape(0).size() > 2)
        refuse("expected spatial 1, found 0: statistics per element aren't supported");
    for (std::size_t i = 1; i < c.outputs(); ++i)
        if (c.opset() >= 14 && c.wants(i))
            refuse("expected one output, found ", c.outputs(), ": only training has them");
    const constant variance = per_channel(c, 4, "var");
    const constant scale =
        paired(c, per_channel(c, 1, "scale"), variance, type_of(c.in(0)),
               [epsilon](double s, double v) { return s / std::sqrt(v + epsilon); });
    const constant shift = per_channel(c, 2, "B");
    const constant moved = paired(c, per_channel(c, 3, "mean"), scale, type_of(c.in(0)),
                                  [](double m, double s) { return -m * s; });
    const constant total =
        paired(c, shift, moved, type_of(c.in(0)), [](double a, double b) { return a + b; });
    c.set(scaled_and_shifted(c, c.in(0), scale, total));
}

} // namespace laminate::codegen::onnx::rules
