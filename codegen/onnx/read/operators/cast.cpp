// SPDX-License-Identifier: MIT
// Cast and CastLike. A flow is computed in float whatever the file says, so casts between
// floating-point types do nothing to it, nor do those of integers, but where smaller ones wrap
// around; a truth is 0 or 1 as any number. A float becomes an integer towards zero; one that no
// integer is stays as it is, as ONNX doesn't say what it becomes.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

namespace {

// Of -0.5 not -0, which no integer is.
flow cut_to_integers(const call& c, const flow& x) {
    const ir::op made_by = c.network().node(x.node).kind;
    if (made_by == ir::op::floor || made_by == ir::op::ceil || made_by == ir::op::round) return x;
    builder& to = c.network();
    ir::node upper_limit = node_of(ir::op::clip);
    upper_limit.max_value = 0.0f;
    const flow below = to.elementwise(to.elementwise(x, upper_limit), node_of(ir::op::ceil));
    const flow above =
        to.elementwise(to.elementwise(x, node_of(ir::op::relu)), node_of(ir::op::floor));
    return to.binary(ir::op::add, above, below);
}

} // namespace

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
    const bool is_cut = is_real(from) && is_whole(to);
    const bool may_wrap = from != element::boolean && bytes_of(to) < 4;
    const bool may_be_below = is_cut && (to == element::uint32 || to == element::uint64);
    if ((may_wrap || may_be_below) && is_whole(to) && from != to)
        refuse("casts a value that depends on the network's input to ", name(to),
               ", which isn't supported: what doesn't fit wraps around. INT64 is");
    flow x = is_cut ? cut_to_integers(c, *c.flow_at(0)) : *c.flow_at(0);
    x.type = to;
    c.set(std::move(x));
}

} // namespace laminate::codegen::onnx::rules
