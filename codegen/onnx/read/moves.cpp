// SPDX-License-Identifier: MIT
#include "moves.hpp"

#include <algorithm>

namespace laminate::codegen::onnx {

std::size_t batch_after_reshape(const value& from, const dims& shape, std::size_t hint) {
    const flow* const x = std::get_if<flow>(&from);
    if (x == nullptr || x->batch == no_axis || shape.empty()) return no_axis;
    if (shape == x->shape) return x->batch;
    const auto all_one = [](const dims& s, std::size_t end) {
        return std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(end),
                           [](std::size_t extent) { return extent == 1; });
    };
    if (!all_one(x->shape, x->batch)) return no_axis;
    // Only an axis with nothing but ones before it can have taken the batch.
    const bool plausible =
        hint != no_axis && all_one(shape, hint) && (shape[hint] == 1 || hint == 0);
    return plausible ? hint : 0;
}

} // namespace laminate::codegen::onnx
