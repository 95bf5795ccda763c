// SPDX-License-Identifier: MIT
// Softmax and LogSoftmax: before opset 13 of all that follows an axis, then along one axis.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {
namespace {

// The shape when the axis becomes the last one; where each element comes from, and back.
struct order {
    dims shape;
    selection sources, back;
};

order axis_last(const dims& from, std::size_t axis) {
    const dims apart = strides(from);
    order o;
    integers step, step_back;
    for (std::size_t a = 0; a < from.size(); ++a) {
        if (a == axis) continue;
        o.shape.push_back(from[a]);
        step.push_back(static_cast<std::int64_t>(apart[a]));
    }
    o.shape.push_back(from[axis]);
    step.push_back(static_cast<std::int64_t>(apart[axis]));
    o.sources = walk(o.shape, step);
    const dims turned = strides(o.shape);
    for (std::size_t a = 0; a < from.size(); ++a) {
        const std::size_t at = a == axis ? from.size() - 1 : a < axis ? a : a - 1;
        step_back.push_back(static_cast<std::int64_t>(turned[at]));
    }
    o.back = walk(from, step_back);
    return o;
}

std::vector<double> softmax_of_numbers(const std::vector<double>& x, std::size_t wide,
                                       bool logarithm) {
    std::vector<double> y(x.size());
    for (std::size_t start = 0; start < x.size(); start += wide) {
        const auto first = x.begin() + static_cast<std::ptrdiff_t>(start);
        const double most = *std::max_element(first, first + static_cast<std::ptrdiff_t>(wide));
        double total = 0.0;
        for (std::size_t i = start; i < start + wide; ++i)
            total += std::exp(x[i] - most);
        for (std::size_t i = start; i < start + wide; ++i)
            y[i] = logarithm ? x[i] - most - std::log(total) : std::exp(x[i] - most) / total;
    }
    return y;
}

value grouped(const call& c, const value& x, std::size_t groups) {
    const bool logarithm = c.name() == "LogSoftmax";
    if (const constant* const k = std::get_if<constant>(&x)) {
        c.allow(k->shape);
        return make_constant(k->shape, k->type,
                             softmax_of_numbers(*k->numbers, k->size() / groups, logarithm));
    }
    return c.network().softmax(std::get<flow>(x), logarithm ? ir::op::log_softmax : ir::op::softmax,
                               groups);
}

} // namespace

void softmax(call& c) {
    expect_real(c);
    const bool old = c.opset() < 13;
    const dims& shape = c.shape(0);
    const std::int64_t given = c.integer("axis", old ? 1 : -1);
    if (old && given == static_cast<std::int64_t>(shape.size()))
        refuse("expected an axis before ", given, ", found it");
    if (shape.empty()) refuse("expected a rank of at least 1, found a scalar");
    const std::size_t axis = axis_of(given, shape.size());
    if (count(shape) == 0) refuse("expected at least one element, found shape ", text(shape));
    const flow* const x = c.flow_at(0);
    const std::size_t batch = x != nullptr ? x->batch : no_axis;
    const bool mixes_rows = batch != no_axis && (old ? batch >= axis : batch == axis);
    const std::size_t wide =
        old ? count(dims(shape.begin() + static_cast<long>(axis), shape.end())) : shape[axis];
    if (mixes_rows && wide < 2)
        refuse("mixes the rows of the batch, its axis ", axis,
               ". Export it along another axis, or fix the batch: --batch <rows>");
    if (old) {
        const std::size_t groups =
            count(dims(shape.begin(), shape.begin() + static_cast<long>(axis)));
        const value y = grouped(c, c.in(0), groups);
        return c.set(reshaped(y, shape, batch != no_axis && batch < axis ? batch : no_axis));
    }
    const order last = axis_last(shape, axis);
    const value turned = c.picked(c.in(0), last.shape, last.sources, no_axis);
    const value y = grouped(c, turned, count(shape) / shape[axis]);
    c.set(pick(y, shape, last.back, batch != axis ? batch : no_axis));
}

} // namespace laminate::codegen::onnx::rules
