// SPDX-License-Identifier: MIT
// Add and Sub, of constants, of a flow with constants, of flows over one and the same value; a
// value less its means, which may be a part of a norm.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void add(call& c) {
    expect_one_type(c);
    const value b = second(c);
    const bool subtracts = c.name() == "Sub";
    const auto total = [&] {
        return onnx::sum(c, {{&c.in(0), 1.0}, {&b, subtracts ? -1.0 : 1.0}});
    };
    const flow* const x = c.flow_at(0);
    const flow* const y = std::get_if<flow>(&b);
    if (subtracts && x != nullptr && y != nullptr &&
        c.network().node(y->node).kind == ir::op::dense &&
        broadcast(x->shape, y->shape) == x->shape) {
        const value means = expanded(c, b, x->shape);
        if (auto centred = c.network().less_means(*x, std::get<flow>(means),
                                                  [&] { return std::get<flow>(total()); }))
            return c.set(*std::move(centred));
    }
    c.set(total());
}

} // namespace laminate::codegen::onnx::rules
