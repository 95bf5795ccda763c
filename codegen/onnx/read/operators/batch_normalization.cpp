// SPDX-License-Identifier: MIT
// BatchNormalization when not training: a scale and a shift per channel, which is axis 1; where
// that would lose digits, because the mean is far from 0, the mean is taken off before.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <laminate/ir/digits.hpp>

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
    for (std::size_t channel = 0; channel < k.size(); ++channel)
        if (!std::isfinite(k[channel]))
            refuse("expected finite numbers as ", what, ", found ", std::to_string(k[channel]),
                   " for channel ", channel);
    k.shape = dims(x.size(), 1);
    if (x.size() > 1) k.shape[1] = channels;
    return k;
}

double checked_epsilon(const call& c, const constant& variance) {
    const double epsilon = c.number("epsilon", static_cast<double>(1e-5f));
    for (std::size_t channel = 0; channel < variance.size(); ++channel) {
        const double square = variance[channel] + epsilon;
        if (!(square > 0.0) || !std::isfinite(square))
            refuse("expected var + epsilon above 0, found ", std::to_string(variance[channel]),
                   " + ", std::to_string(epsilon), " for channel ", channel,
                   ", whose root it divides by");
    }
    return epsilon;
}

// Of any channel, when the shift takes the mean along.
bool loses_digits(const constant& mean, const constant& variance, const constant& scale,
                  const constant& shift, const constant& total) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
        const ir::typical x = {mean[i], variance[i]};
        const ir::typical centred = ir::typical_line(1.0, -mean[i], x);
        const double growth = ir::error_growth(ir::typical_line(scale[i], shift[i], centred),
                                               ir::typical_line(scale[i], total[i], x));
        if (growth > ir::most_error_growth * ir::most_error_growth) return true;
    }
    return false;
}

} // namespace

void batch_normalization(call& c) {
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
    const element type = type_of(c.in(0));
    const constant variance = per_channel(c, 4, "var");
    const constant mean = per_channel(c, 3, "mean");
    const constant shift = per_channel(c, 2, "B");
    const double epsilon = checked_epsilon(c, variance);
    const constant scale =
        paired(c, per_channel(c, 1, "scale"), variance, type,
               [epsilon](double s, double v) { return s / std::sqrt(v + epsilon); });
    const constant moved = paired(c, mean, scale, type, [](double m, double s) { return -m * s; });
    const constant total = paired(c, shift, moved, type, [](double a, double b) { return a + b; });
    if (!loses_digits(mean, variance, scale, shift, total))
        return c.set(scaled_and_shifted(c, c.in(0), scale, total));
    const constant one = make_constant({}, type, {1.0});
    const constant minus_mean = mapped(c, mean, [](double m) { return -m; });
    c.set(scaled_and_shifted(c, scaled_and_shifted(c, c.in(0), one, minus_mean), scale, shift));
}

} // namespace laminate::codegen::onnx::rules
