// SPDX-License-Identifier: MIT
// Reshape: 0 keeps an extent (unless allowzero), -1 is what remains.
#include "../call.hpp"
#include "../moves.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

struct target {
    dims shape;
    std::size_t rest = no_axis; // where -1 was
    std::size_t kept = no_axis; // where the batch's own extent was put
};

target target_of(const call& c, const integers& wanted, bool allow_zero) {
    const dims& from = c.shape(0);
    const flow* const x = c.flow_at(0);
    const constant& given = *c.constant_at(1);
    target t;
    std::size_t others = 1;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        std::int64_t extent = wanted[i];
        const bool copies = extent == 0 && !allow_zero;
        if (copies && i >= from.size())
            refuse("expected 0 to stand for an extent of ", text(from), ", found it at axis ", i);
        if (copies) extent = static_cast<std::int64_t>(from[i]);
        if (extent < -1 || (extent == -1 && t.rest != no_axis))
            refuse("expected extents and at most one -1, found ", extent);
        if (extent == -1) t.rest = i;
        if (x != nullptr && x->batch != no_axis && t.kept == no_axis &&
            ((copies && i == x->batch) || (!given.from_batch.empty() && given.from_batch[i])))
            t.kept = i;
        t.shape.push_back(extent == -1 ? 1 : static_cast<std::size_t>(extent));
        if (extent != -1) others = count(dims{others, t.shape.back()});
    }
    if (t.rest != no_axis && others != 0) t.shape[t.rest] = count(from) / others;
    if (count(t.shape) != count(from))
        refuse("expected a shape of ", count(from), " elements for ", text(from), ", found ",
               text(t.shape));
    return t;
}

} // namespace

void reshape(call& c) {
    const bool allow_zero = c.integer("allowzero", 0) != 0;
    const target t = target_of(c, c.known_integers(1, "the shape"), allow_zero);
    const std::size_t hint = t.kept != no_axis ? t.kept : t.rest;
    c.set(reshaped(c.in(0), t.shape, batch_after_reshape(c.in(0), t.shape, hint)));
}

} // namespace laminate::codegen::onnx::rules
