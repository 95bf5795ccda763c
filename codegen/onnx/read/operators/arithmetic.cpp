// SPDX-License-Identifier: MIT
#include "arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx {
namespace {

const flow* as_flow(const value& v) { return std::get_if<flow>(&v); }

void mark_batch(constant& result, std::initializer_list<const constant*> from) {
    const bool marked = std::any_of(from.begin(), from.end(), [](const constant* c) {
        return std::find(c->from_batch.begin(), c->from_batch.end(), true) != c->from_batch.end();
    });
    if (marked) result.from_batch.assign(result.size(), true);
}

std::vector<double> repeated(const call& c, const constant& x, const dims& out) {
    const value all = expanded(c, x, out);
    return *std::get<constant>(all).numbers;
}

value sum_of_constants(const call& c, const std::vector<term>& terms, const dims& out) {
    constant total =
        make_constant(out, type_of(*terms.front().of), std::vector<double>(count(out)));
    for (const term& t : terms)
        total = paired(c, total, std::get<constant>(*t.of), total.type,
                       [&t](double a, double b) { return a + t.factor * b; });
    return total;
}

value sum_with_constants(const call& c, const std::vector<term>& terms, const term& only,
                         const dims& out) {
    const value all = expanded(c, *only.of, out);
    const flow& x = std::get<flow>(all);
    std::vector<double> shift(x.units.size(), 0.0);
    for (const term& t : terms) {
        if (t.of == only.of) continue;
        const std::vector<double> numbers = repeated(c, std::get<constant>(*t.of), out);
        for (std::size_t i = 0; i < shift.size(); ++i)
            shift[i] += t.factor * numbers[i];
    }
    return c.network().affine(x, std::vector<double>(shift.size(), only.factor), shift);
}

// The terms one after the other, one that flows first, each with its factor.
value sum_of_functions(const call& c, std::vector<term> terms) {
    std::iter_swap(terms.begin(), std::find_if(terms.begin(), terms.end(), [](const term& t) {
                       return as_flow(*t.of) != nullptr;
                   }));
    std::optional<value> total;
    for (const term& t : terms) {
        const bool is_plain = std::abs(t.factor) == 1.0;
        const constant factor = make_constant({}, type_of(*t.of), {t.factor});
        const value next = is_plain ? *t.of : scaled(c, *t.of, factor);
        if (total)
            total = combined(c, t.factor == -1.0 ? step::subtract : step::add, {*total, next},
                             type_of(next));
        else
            total = t.factor == -1.0 ? scaled(c, next, factor) : next;
    }
    return *total;
}

value sum_of_flows(const call& c, const std::vector<term>& terms, const dims& out,
                   bool replace_dense) {
    std::vector<value> all;
    std::vector<const value*> refer;
    const flow* like = nullptr;
    all.reserve(terms.size());
    for (const term& t : terms) {
        all.push_back(expanded(c, *t.of, out));
        refer.push_back(&all.back());
        if (like == nullptr) like = as_flow(all.back());
    }
    auto forms = c.network().linear_in_one(refer, replace_dense);
    if (!forms) return sum_of_functions(c, terms);
    linear_form total = std::move(forms->front());
    for (double& w : total.weights)
        w *= terms.front().factor;
    for (double& b : total.bias)
        b *= terms.front().factor;
    for (std::size_t t = 1; t < forms->size(); ++t) {
        const linear_form& form = (*forms)[t];
        for (std::size_t i = 0; i < total.weights.size(); ++i)
            total.weights[i] += terms[t].factor * form.weights[i];
        for (std::size_t i = 0; i < total.bias.size(); ++i)
            total.bias[i] += terms[t].factor * form.bias[i];
    }
    flow shaped = *like;
    for (const value& v : all)
        if (const flow* const f = as_flow(v); f != nullptr && f->batch == no_axis)
            shaped.batch = no_axis;
    return replace_dense ? c.network().dense(std::move(total), std::move(shaped))
                         : c.network().linear(std::move(total), std::move(shaped));
}

// Constants as what doesn't depend on the flow beside them.
std::vector<flow> flows_of(const call& c, const std::vector<value>& of) {
    const flow* like = nullptr;
    for (const value& v : of)
        if (as_flow(v) != nullptr) like = as_flow(v);
    std::vector<flow> flows;
    for (const value& v : of)
        flows.push_back(as_flow(v) != nullptr
                            ? *as_flow(v)
                            : c.network().steady_like(*like, *std::get<constant>(v).numbers));
    return flows;
}

flow turned(const call& c, const flow& truth) {
    const std::vector<double> ones(truth.units.size(), 1.0);
    return c.network().affine(truth, std::vector<double>(ones.size(), -1.0), ones);
}

// A step of flows of one shape.
flow of_flows(const call& c, step does, const std::vector<flow>& of) {
    builder& to = c.network();
    if (const auto kind = function_of_two(does)) return to.binary(*kind, of[0], of[1]);
    if (does == step::differs) return turned(c, to.binary(ir::op::equal, of[0], of[1]));
    if (does == step::choose) {
        const flow kept = to.binary(ir::op::when, of[0], of[1]); // in this order
        return to.binary(ir::op::add, kept, to.binary(ir::op::unless, of[0], of[2]));
    }
    refuse("branches: no layer computes it");
}

// A sum of a flow and numbers of which some differ.
value sum_with_numbers(const call& c, step does, const value& a, const value& b) {
    const double sign = does == step::subtract ? -1.0 : 1.0;
    return sum(c, {{&a, 1.0}, {&b, sign}});
}

} // namespace

value expanded(const call& c, const value& x, const dims& out) {
    if (shape_of(x) == out) return x;
    const std::size_t batch = as_flow(x) ? batch_after_broadcast(*as_flow(x), out) : no_axis;
    return c.picked(x, out, broadcast_sources(shape_of(x), out), batch);
}

std::size_t batch_after_broadcast(const flow& x, const dims& out) {
    if (x.batch == no_axis) return no_axis;
    const std::size_t axis = x.batch + out.size() - x.shape.size();
    return out[axis] == x.shape[x.batch] ? axis : no_axis;
}

value second(const call& c) {
    const value& b = c.in(1);
    if (c.opset() >= 7) return b;
    (void)c.integer("broadcast", 0);
    const std::size_t rank = c.shape(0).size();
    const std::size_t last = rank - std::min(rank, shape_of(b).size());
    const std::int64_t axis = c.integer("axis", static_cast<std::int64_t>(last));
    if (axis < 0 || axis > static_cast<std::int64_t>(last))
        refuse("expected an axis from 0 to ", last, ", found ", axis);
    dims shape = shape_of(b);
    shape.insert(shape.end(), last - static_cast<std::size_t>(axis), 1);
    const flow* const f = as_flow(b);
    return reshaped(b, std::move(shape), f != nullptr ? f->batch : no_axis);
}

void expect_one_type(const call& c, std::size_t first) {
    std::optional<element> type;
    for (std::size_t i = first; i < c.inputs(); ++i) {
        if (!c.has(i)) continue;
        const element found = type_of(c.in(i));
        if (type && found != *type)
            refuse("expected inputs of one type, found ", name(*type), " and ", name(found));
        type = found;
    }
}

value sum(const call& c, const std::vector<term>& terms) {
    dims out;
    for (const term& t : terms)
        out = broadcast(out, shape_of(*t.of));
    const auto is_flow = [](const term& t) { return as_flow(*t.of) != nullptr; };
    const auto flows = std::count_if(terms.begin(), terms.end(), is_flow);
    if (flows == 0) return sum_of_constants(c, terms, out);
    if (flows > 1) return sum_of_flows(c, terms, out, false);
    return sum_with_constants(c, terms, *std::find_if(terms.begin(), terms.end(), is_flow), out);
}

value joined(const call& c, const std::vector<term>& terms) {
    dims out;
    for (const term& t : terms)
        out = broadcast(out, shape_of(*t.of));
    return sum_of_flows(c, terms, out, true);
}

value combined(const call& c, step does, std::vector<value> of, element type) {
    dims out;
    for (const value& v : of)
        out = broadcast(out, shape_of(v));
    std::vector<const value*> refer;
    for (value& v : of) {
        v = expanded(c, v, out);
        refer.push_back(&v);
    }
    if (auto found = c.network().combine(does, refer, type)) return *std::move(found);
    if (as_flow(of[0]) == nullptr || as_flow(of.back()) == nullptr)
        if (does == step::add || does == step::subtract)
            return sum_with_numbers(c, does, of[0], of[1]);
    flow y = of_flows(c, does, flows_of(c, of));
    y.type = type;
    return y;
}

namespace {

// Of linear forms, one for each value.
flow gathered_rows(const call& c, const std::vector<linear_form>& forms,
                   const std::vector<origin>& origins, flow like) {
    linear_form joined{forms.front().base, forms.front().columns, {}, {}};
    c.spent().spend_matrix(origins.size(), joined.columns);
    joined.weights.reserve(origins.size() * joined.columns);
    for (const origin& o : origins) {
        const linear_form& form = forms[o.of];
        const auto row =
            form.weights.begin() + static_cast<std::ptrdiff_t>(o.element * joined.columns);
        joined.weights.insert(joined.weights.end(), row,
                              row + static_cast<std::ptrdiff_t>(joined.columns));
        joined.bias.push_back(form.bias[o.element]);
    }
    return c.network().linear(std::move(joined), std::move(like));
}

bool are_of_one_node(const std::vector<const value*>& from) {
    const flow* const first = as_flow(*from.front());
    return first != nullptr && std::all_of(from.begin(), from.end(), [first](const value* v) {
               return as_flow(*v) != nullptr && as_flow(*v)->node == first->node;
           });
}

} // namespace

flow gathered(const call& c, const std::vector<const value*>& from,
              const std::vector<origin>& origins, flow like) {
    indices units;
    if (are_of_one_node(from)) {
        like.node = as_flow(*from.front())->node;
        for (const origin& o : origins)
            units.push_back(as_flow(*from[o.of])->units[o.element]);
        like.units = std::move(units);
        return like;
    }
    if (const auto forms = c.network().linear_in_one(from, false))
        return gathered_rows(c, *forms, origins, std::move(like));
    const flow joined = c.network().concat(from);
    std::vector<std::size_t> begins;
    std::size_t end = 0;
    for (const value* v : from) {
        begins.push_back(end);
        end += count(shape_of(*v));
    }
    like.node = joined.node;
    for (const origin& o : origins)
        units.push_back(begins[o.of] + o.element);
    like.units = std::move(units);
    return like;
}

std::optional<value> normalised(const call& c, const value& x, const value& by, bool is_inverse) {
    const dims& shape = shape_of(x);
    const ir::op kind = c.network().node(std::get<flow>(by).node).kind;
    if (kind != (is_inverse ? ir::op::reciprocal : ir::op::sqrt) ||
        broadcast(shape, shape_of(by)) != shape)
        return std::nullopt;
    const value of_each = expanded(c, by, shape);
    auto y = c.network().normalised(std::get<flow>(x), std::get<flow>(of_each), is_inverse);
    if (!y) return std::nullopt;
    return *std::move(y);
}

value scaled_and_shifted(const call& c, const value& x, const constant& factor,
                         const constant& added) {
    const dims out = broadcast(broadcast(shape_of(x), factor.shape), added.shape);
    if (const constant* const k = std::get_if<constant>(&x)) {
        const constant product =
            paired(c, *k, factor, k->type, [](double a, double b) { return a * b; });
        return paired(c, product, added, k->type, [](double a, double b) { return a + b; });
    }
    const value all = expanded(c, x, out);
    return c.network().affine(std::get<flow>(all), repeated(c, factor, out),
                              repeated(c, added, out));
}

value scaled(const call& c, const value& x, const constant& factor) {
    return scaled_and_shifted(c, x, factor, make_constant({}, factor.type, {0.0}));
}

constant mapped(const call& c, const constant& x, const std::function<double(double)>& f) {
    c.allow(x.shape);
    std::vector<double> numbers = *x.numbers;
    std::transform(numbers.begin(), numbers.end(), numbers.begin(), f);
    constant result = make_constant(x.shape, x.type, std::move(numbers));
    mark_batch(result, {&x});
    return result;
}

constant paired(const call& c, const constant& a, const constant& b, element type,
                const std::function<double(double, double)>& f) {
    const dims out = broadcast(a.shape, b.shape);
    const std::vector<double> x = repeated(c, a, out);
    const std::vector<double> y = repeated(c, b, out);
    std::vector<double> numbers(x.size());
    c.allow(out);
    std::transform(x.begin(), x.end(), y.begin(), numbers.begin(), f);
    constant result = make_constant(out, type, std::move(numbers));
    mark_batch(result, {&a, &b});
    return result;
}

value transposed(const call& c, const value& x) {
    dims shape = shape_of(x);
    const std::size_t rank = shape.size();
    const dims apart = strides(shape);
    integers step(apart.begin(), apart.end());
    std::swap(step[rank - 1], step[rank - 2]);
    std::swap(shape[rank - 1], shape[rank - 2]);
    std::size_t batch = as_flow(x) ? as_flow(x)->batch : no_axis;
    if (batch == rank - 1)
        batch = rank - 2;
    else if (batch == rank - 2)
        batch = rank - 1;
    const selection sources = walk(shape, step);
    return c.picked(x, std::move(shape), sources, batch);
}

} // namespace laminate::codegen::onnx
