// SPDX-License-Identifier: MIT
// ReduceSum and ReduceMean, which are linear; ReduceMax, the largest of neighbours, and ReduceMin,
// the same of the negatives; ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum and
// ReduceLogSumExp, which are sums between functions; ReduceProd, of one product after the other.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::onnx::rules {
namespace {

// The elements that one of the result is made of lie at its start plus each of 'within'.
struct reduction {
    dims kept;        // the result's shape
    selection starts; // per element of the result
    selection within; // the elements it is made of
    std::size_t batch = no_axis;
};

reduction reduction_of(const call& c, const std::vector<bool>& reduced, bool keep) {
    const dims& from = c.shape(0);
    const dims apart = strides(from);
    reduction r;
    dims outer, inner;
    integers outer_step, inner_step;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        (reduced[axis] ? inner : outer).push_back(from[axis]);
        (reduced[axis] ? inner_step : outer_step).push_back(static_cast<std::int64_t>(apart[axis]));
        const flow* const f = c.flow_at(0);
        if (f != nullptr && f->batch == axis && !reduced[axis]) r.batch = r.kept.size();
        if (!reduced[axis] || keep) r.kept.push_back(reduced[axis] ? 1 : from[axis]);
    }
    c.allow(outer);
    c.allow(inner);
    r.starts = walk(outer, outer_step);
    r.within = walk(inner, inner_step);
    return r;
}

// The elements of each maximum side by side.
value maxima(const call& c, const flow& x, const reduction& r) {
    if (r.within.empty() || r.starts.empty())
        refuse("expected at least one element to reduce, found none");
    c.allow_work(r.starts.size(), r.within.size(), 1);
    flow grouped = x;
    grouped.units = x.units.picked(r.starts.nested(1, r.within));
    flow like{r.kept, x.type, x.node, {}, r.batch};
    if (r.within.size() > 1) return c.network().largest(grouped, r.within.size(), std::move(like));
    like.units = std::move(grouped.units);
    return like;
}

// Sums, or means.
flow sums(const call& c, const flow& x, const reduction& r) {
    const double factor =
        c.name() == "ReduceMean" ? 1.0 / static_cast<double>(r.within.size()) : 1.0;
    const std::size_t columns = c.network().node(x.node).output.size();
    c.spent().spend_matrix(r.starts.size(), columns);
    c.allow_work(r.starts.size(), r.within.size(), 1);
    linear_form form{x.node, columns, std::vector<double>(r.starts.size() * columns),
                     std::vector<double>(r.starts.size())};
    for (std::size_t i = 0; i < r.starts.size(); ++i)
        for (std::size_t k : r.within)
            form.weights[i * columns + x.units[r.starts[i] + k]] += factor;
    return c.network().linear(std::move(form), {r.kept, x.type, x.node, {}, r.batch});
}

flow elementwise(const call& c, const flow& x, ir::op f) {
    return c.network().elementwise(x, node_of(f));
}

// The largest is taken off before exp, and added again, so that nothing overflows.
value log_sum_exp(const call& c, const flow& x, const reduction& r) {
    const flow most = std::get<flow>(maxima(c, x, r));
    flow of_each = most;
    of_each.shape = x.shape;
    indices units(x.units.size());
    for (std::size_t i = 0; i < r.starts.size(); ++i)
        for (std::size_t k : r.within)
            units[r.starts[i] + k] = most.units[i];
    of_each.units = std::move(units);
    of_each.batch = x.batch;
    const flow less = c.network().binary(ir::op::subtract, x, of_each);
    const flow total = sums(c, elementwise(c, less, ir::op::exp), r);
    return c.network().binary(ir::op::add, elementwise(c, total, ir::op::log), most);
}

flow products(const call& c, const flow& x, const reduction& r) {
    if (r.within.empty()) refuse("expected at least one element to multiply, found none");
    c.spent().spend_elements(count({r.starts.size(), r.within.size()}));
    std::optional<flow> product;
    for (const std::size_t k : r.within) {
        flow next{r.kept, x.type, x.node, {}, r.batch};
        next.units = x.units.picked(selection(indices{k}).nested(1, r.starts));
        product = product ? c.network().binary(ir::op::multiply, *product, next) : next;
    }
    return *product;
}

value reduced_flow(const call& c, const flow& x, const reduction& r) {
    const std::string& name = c.name();
    if (name == "ReduceMax") return maxima(c, x, r);
    if (name == "ReduceMin")
        return elementwise(c, std::get<flow>(maxima(c, elementwise(c, x, ir::op::neg), r)),
                           ir::op::neg);
    if (name == "ReduceL1") return sums(c, elementwise(c, x, ir::op::abs), r);
    if (name == "ReduceSumSquare") return sums(c, elementwise(c, x, ir::op::square), r);
    if (name == "ReduceL2")
        return elementwise(c, sums(c, elementwise(c, x, ir::op::square), r), ir::op::sqrt);
    if (name == "ReduceLogSum") return elementwise(c, sums(c, x, r), ir::op::log);
    if (name == "ReduceLogSumExp") return log_sum_exp(c, x, r);
    if (name == "ReduceProd") return products(c, x, r);
    if (name == "ReduceMean" && is_whole(x.type))
        refuse("of integers that depend on the network's input isn't supported: they would be cut "
               "to integers");
    return sums(c, x, r);
}

double before_sum(const std::string& name, double n) {
    if (name == "ReduceL1") return std::abs(n);
    if (name == "ReduceL2" || name == "ReduceSumSquare") return n * n;
    return name == "ReduceLogSumExp" ? std::exp(n) : n;
}

double after_sum(const std::string& name, double total) {
    if (name == "ReduceL2") return std::sqrt(total);
    return name == "ReduceLogSum" || name == "ReduceLogSumExp" ? std::log(total) : total;
}

double reduced_number(const std::string& name, const constant& x, std::size_t start,
                      const selection& within) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double total = name == "ReduceProd"  ? 1.0
                   : name == "ReduceMax" ? -infinity
                   : name == "ReduceMin" ? infinity
                                         : 0.0;
    for (std::size_t k : within) {
        const double n = x[start + k];
        total = name == "ReduceProd"  ? total * n
                : name == "ReduceMax" ? std::max(total, n)
                : name == "ReduceMin" ? std::min(total, n)
                                      : total + before_sum(name, n);
    }
    if (name != "ReduceMean") return after_sum(name, total);
    total /= static_cast<double>(within.size());
    return is_whole(x.type) ? std::trunc(total) : total;
}

} // namespace

void reduce(call& c) {
    const bool keep = c.integer("keepdims", 1) != 0;
    const bool nothing = c.integer("noop_with_empty_axes", 0) != 0;
    const std::int64_t since = c.name() == "ReduceSum" ? 13 : 18;
    const integers axes = c.integers_by_opset("axes", 1, since).value_or(integers{});
    if (axes.empty() && nothing) return c.set(c.in(0));
    std::vector<bool> reduced = axes_of(axes, c.shape(0).size());
    if (axes.empty()) reduced.assign(reduced.size(), true);
    const reduction r = reduction_of(c, reduced, keep);
    if (const flow* const x = c.flow_at(0)) return c.set(reduced_flow(c, *x, r));
    const constant& x = c.known(0, "data");
    const bool needs_one =
        c.name() == "ReduceMax" || c.name() == "ReduceMin" || c.name() == "ReduceMean";
    if (r.within.empty() && needs_one)
        refuse("expected at least one element to reduce, found none");
    c.allow_work(r.starts.size(), r.within.size(), 1);
    std::vector<double> numbers;
    for (std::size_t start : r.starts)
        numbers.push_back(reduced_number(c.name(), x, start, r.within));
    constant result = make_constant(r.kept, x.type, std::move(numbers));
    if (!x.from_batch.empty()) result.from_batch.assign(result.size(), true);
    c.set(std::move(result));
}

} // namespace laminate::codegen::onnx::rules
