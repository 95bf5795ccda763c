// SPDX-License-Identifier: MIT
#pragma once

// exp(x[i]) / sum of all exp(x[j]), computed as kernel/softmax.hpp says.
// Needs a row of at least two units. Promises that a NaN makes every output NaN.

#include "layer.hpp"

namespace laminate {

namespace layers {
struct softmax : layer_base {
    static constexpr ir::node node = {.kind = ir::op::softmax};
};
} // namespace layers

inline constexpr layers::softmax softmax{};

} // namespace laminate
