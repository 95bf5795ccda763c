// SPDX-License-Identifier: MIT
// CumSum along a constant axis, which is linear.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void cum_sum(call& c) {
    const dims& shape = c.shape(0);
    const bool without = c.integer("exclusive", 0) != 0;
    const bool backwards = c.integer("reverse", 0) != 0;
    const integers axes = c.known_integers(1, "the axis");
    if (axes.size() != 1) refuse("expected one axis, found ", axes.size());
    const std::size_t axis = axis_of(axes[0], shape.size());
    const std::size_t apart = strides(shape)[axis];
    const std::size_t wide = shape[axis], all = count(shape);
    c.allow_work(all, wide, 1);
    const auto each = [&](auto&& add) { // element i has element k in its sum
        for (std::size_t i = 0; i < all; ++i) {
            const std::size_t at = i / apart % wide;
            const std::size_t first = i - at * apart;
            const std::size_t from = backwards ? at + (without ? 1 : 0) : 0;
            const std::size_t to = backwards ? wide : at + (without ? 0 : 1);
            for (std::size_t k = from; k < to; ++k)
                add(i, first + k * apart);
        }
    };
    if (const constant* const x = c.constant_at(0)) {
        std::vector<double> sums(all, 0.0);
        each([&](std::size_t i, std::size_t k) { sums[i] += (*x)[k]; });
        return c.set(make_constant(shape, x->type, std::move(sums)));
    }
    const flow& x = *c.flow_at(0);
    const std::size_t columns = c.network().node(x.node).output.size();
    c.spent().spend_matrix(all, columns);
    linear_form form{x.node, columns, std::vector<double>(all * columns), std::vector<double>(all)};
    each([&](std::size_t i, std::size_t k) { form.weights[i * columns + x.units[k]] += 1.0; });
    c.set(c.network().linear(std::move(form),
                             {shape, x.type, x.node, {}, x.batch == axis ? no_axis : x.batch}));
}

} // namespace laminate::codegen::onnx::rules
