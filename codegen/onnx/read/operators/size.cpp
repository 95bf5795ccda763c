// SPDX-License-Identifier: MIT
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void size(call& c) {
    constant found = make_constant({}, element::int64, {static_cast<double>(count(c.shape(0)))});
    const flow* const x = c.flow_at(0);
    if (x != nullptr && x->batch != no_axis) found.from_batch = {true};
    c.set(std::move(found));
}

} // namespace laminate::codegen::onnx::rules
