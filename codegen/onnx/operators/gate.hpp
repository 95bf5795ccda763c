// SPDX-License-Identifier: MIT
#pragma once

// Activations that a file spells as a product of a value with a function of it: x sigmoid(x),
// x hard_sigmoid(x), x tanh(softplus(x)), x (1 + erf(x / sqrt 2)), x x. Needs two flows. Promises
// the one node that they are, or nothing.

#include "../builder.hpp"

#include <optional>

namespace laminate::codegen::onnx {

std::optional<flow> gate(builder& network, const flow& a, const flow& b);

} // namespace laminate::codegen::onnx
