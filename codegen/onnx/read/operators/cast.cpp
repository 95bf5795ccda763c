// SPDX-License-Identifier: MIT
// Cast and CastLike. A flow is computed in float whatever the file says, so casts between
// floating-point types do nothing to it, nor do those of integers, but where smaller ones wrap
// around; a truth is 0 or 1 as any number.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void cast(call& c) {
    (void)c.integer("saturate", 1); // of 8-bit floats
    (void)c.text("round_mode", "up");
    const element to =
        c.name() == "CastLike" ? type_of(c.in(1)) : static_cast<element>(c.integer("to", 0));
    if (bytes_of(to) == 0) refuse("casts to ", name(to), ", which isn't supported");
    if (const constant* const x = c.constant_at(0)) {
        constant result = mapped(c, *x, [to](double n) { return converted(n, to); });
        result.type = to;
        return c.set(std::move(result));
    }
    const element from = type_of(c.in(0));
    if (to == element::boolean && from != to)
        return c.set(combined(c, step::is_set, {c.in(0)}, to));
    const bool may_wrap = is_whole(from) && from != element::boolean && bytes_of(to) < 4;
    if ((is_real(from) || may_wrap) && !is_real(to) && from != to)
        refuse("casts a value that depends on the network's input to ", name(to),
               ", which isn't supported");
    flow x = *c.flow_at(0);
    x.type = to;
    c.set(std::move(x));
}

} // namespace laminate::codegen::onnx::rules
