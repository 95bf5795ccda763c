// SPDX-License-Identifier: MIT
// GatherElements and GatherND with constant indices: a choice of elements.
#include "places.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void gather_elements(call& c) {
    const std::size_t axis = axis_of(c.integer("axis", 0), c.shape(0).size());
    const indices places = places_along(c, axis);
    const std::size_t batch = batch_of(c.in(0));
    const bool is_kept = batch != axis && batch_of(c.in(1)) == batch;
    c.set(pick(c.in(0), c.shape(1), places, is_kept ? batch : no_axis));
}

void gather_nd(call& c) {
    const std::int64_t same = c.opset() < 12 ? 0 : c.integer("batch_dims", 0);
    if (same < 0) refuse("expected batch_dims of 0 or more, found ", same);
    const slices_at at = slices_of_indices(c, static_cast<std::size_t>(same));
    c.set(pick(c.in(0), at.shape(c), at.places(c), at.batch(c)));
}

} // namespace laminate::codegen::onnx::rules
