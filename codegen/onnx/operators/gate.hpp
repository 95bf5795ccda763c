// SPDX-License-Identifier: MIT
#pragma once

// Activations that a file spells as a product of a value with a function of it: x sigmoid(x),
// x hard_sigmoid(x), x tanh(softplus(x)), x (1 + erf(x / sqrt 2)), x (1 + tanh(a x + b x^3)), x x;
// or as a choice between two. Needs flows. Promises the one node that they are, or nothing.

#include "../builder.hpp"

#include <optional>

namespace laminate::codegen::onnx {

// x sigmoid(alpha x): of a negative alpha -swish(-x), of 0 half of x; nothing where the kernel
// can't have alpha, beyond 2^-30 to 2^30.
std::optional<flow> swish_of(builder& network, const flow& x, double alpha);

std::optional<flow> gate(builder& network, const flow& a, const flow& b);

// Where `condition`, below, else x: relu with a threshold t where that is x < t, slope (x - t), x.
std::optional<flow> choice(builder& network, const flow& condition, const flow& below,
                           const flow& x);

} // namespace laminate::codegen::onnx
