// SPDX-License-Identifier: MIT
// The matrix product of arithmetic.hpp: of constants, or of a flow with a constant on either side,
// which is a dense layer whose row holds all elements of the flow.
#include "arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx {
namespace {

// Where the elements of a stack of products come from: element (s, m, n) of the result is the sum
// over k of a[a_stack[s] + m * inner + k] * b[b_stack[s] + k * columns + n].
struct stack {
    std::size_t rows, inner, columns;
    selection a_stack, b_stack;
    dims shape;                 // of the result
    std::size_t a_rank, b_rank; // as multiplied: at least 2
};

stack stacked(dims a, dims b) {
    const bool a_is_vector = a.size() == 1;
    const bool b_is_vector = b.size() == 1;
    if (a.empty() || b.empty()) refuse("expected matrices or vectors, found a scalar");
    const std::string found = text(a) + " and " + text(b);
    if (a_is_vector) a.insert(a.begin(), 1);
    if (b_is_vector) b.push_back(1);
    stack s{a[a.size() - 2], a.back(), b.back(), {}, {}, {}, a.size(), b.size()};
    if (s.inner != b[b.size() - 2])
        refuse("expected matrices whose inner extents agree, found ", found);
    const dims a_lead(a.begin(), a.end() - 2);
    const dims b_lead(b.begin(), b.end() - 2);
    s.shape = broadcast(a_lead, b_lead);
    s.a_stack = broadcast_sources(a_lead, s.shape);
    s.b_stack = broadcast_sources(b_lead, s.shape);
    if (!a_is_vector) s.shape.push_back(s.rows);
    if (!b_is_vector) s.shape.push_back(s.columns);
    return s;
}

value product_of_constants(const call& c, const constant& a, const constant& b, stack s) {
    c.allow(s.shape);
    c.allow_work(count(s.shape), s.inner, 1);
    std::vector<double> out(count(s.shape), 0.0);
    for (std::size_t at = 0; at < s.a_stack.size(); ++at)
        for (std::size_t m = 0; m < s.rows; ++m)
            for (std::size_t k = 0; k < s.inner; ++k)
                for (std::size_t n = 0; n < s.columns; ++n)
                    out[(at * s.rows + m) * s.columns + n] +=
                        a[(s.a_stack[at] * s.rows + m) * s.inner + k] *
                        b[(s.b_stack[at] * s.inner + k) * s.columns + n];
    return make_constant(std::move(s.shape), a.type, std::move(out));
}

// The axis of the result that the batch of a factor becomes, if it isn't summed over.
std::size_t batch_after(const flow& x, const stack& s, std::size_t rank, std::size_t summed) {
    if (x.batch == no_axis || x.shape.size() < 2 || x.batch == summed) return no_axis;
    const std::size_t lead = s.shape.size() - std::min(s.shape.size(), rank);
    const std::size_t axis = x.batch + lead;
    return axis < s.shape.size() && s.shape[axis] == x.shape[x.batch] ? axis : no_axis;
}

// The elements of a factor, a matrix for each one of the result's.
flow spread(const flow& x, const selection& stack, std::size_t matrix) {
    flow all = x;
    all.units = x.units.picked(stack.nested(matrix, identity(matrix)));
    return all;
}

flow product_of_flows(const call& c, const flow& a, const flow& b, const stack& s) {
    const std::size_t elements = count(s.shape);
    if (elements == 0 || s.inner == 0)
        refuse("expected at least one number, found ", text(a.shape), " and ", text(b.shape));
    c.allow(s.shape);
    c.allow_work(elements, s.inner, 1);
    c.spent().spend_elements(elements);
    flow like{s.shape, a.type, 0, {}, no_axis};
    like.batch = batch_after(a, s, s.a_rank, a.shape.size() - 1);
    if (like.batch == no_axis) like.batch = batch_after(b, s, s.b_rank, b.shape.size() - 2);
    // One matrix on the right serves all on the left, as if these were one.
    const bool one =
        std::all_of(s.b_stack.begin(), s.b_stack.end(), [](std::size_t at) { return at == 0; });
    const std::size_t stacks = s.a_stack.size();
    const flow left = spread(a, s.a_stack, s.rows * s.inner);
    if (one) return c.network().product(left, b, 1, stacks * s.rows, s.inner, s.columns, like);
    return c.network().product(left, spread(b, s.b_stack, s.inner * s.columns), stacks, s.rows,
                               s.inner, s.columns, like);
}

// As a layer at each position of the flow, weights that are the same for all take up less than a
// dense layer of all: from so many on.
constexpr std::size_t least_repeated = 4096;

bool is_repeated(const flow& moving, const stack& s) {
    const std::size_t positions = s.a_stack.size() * s.rows;
    return positions > 1 && moving.units.size() == positions * s.inner && s.inner > 0 &&
           moving.units.size() * positions * s.columns >= least_repeated &&
           std::all_of(s.b_stack.begin(), s.b_stack.end(), [](std::size_t at) { return at == 0; });
}

std::vector<double> columns_of(const constant& matrix, const stack& s) {
    std::vector<double> weights;
    for (std::size_t n = 0; n < s.columns; ++n)
        for (std::size_t k = 0; k < s.inner; ++k)
            weights.push_back(matrix[k * s.columns + n]);
    return weights;
}

} // namespace

void expect_finite(const call& c, std::size_t i) {
    const constant* const k = c.constant_at(i);
    if (k == nullptr || c.all_constant()) return;
    const auto wrong = std::find_if(k->numbers->begin(), k->numbers->end(),
                                    [](double n) { return !std::isfinite(static_cast<float>(n)); });
    if (wrong == k->numbers->end()) return;
    const auto place = static_cast<std::size_t>(wrong - k->numbers->begin());
    refuse("expected finite weights, found ", short_text(*wrong), " at ",
           text(coordinates(place, k->shape)), " of ", quote(c.input_name(i)), ", whose shape is ",
           text(k->shape));
}

value matrix_product(const call& c, const value& a, const value& b) {
    stack s = stacked(shape_of(a), shape_of(b));
    if (count(s.shape) == 0) s.a_stack = s.b_stack = {}; // whatever the other extents are
    const flow* const x = std::get_if<flow>(&a);
    const flow* const y = std::get_if<flow>(&b);
    if (x != nullptr && y != nullptr) return product_of_flows(c, *x, *y, s);
    if (x == nullptr && y == nullptr)
        return product_of_constants(c, std::get<constant>(a), std::get<constant>(b), std::move(s));

    const flow& moving = x != nullptr ? *x : *y;
    const constant& fixed = std::get<constant>(x != nullptr ? b : a);
    flow like{s.shape, moving.type, 0, {}, no_axis};
    like.batch = x != nullptr ? batch_after(moving, s, s.a_rank, moving.shape.size() - 1)
                              : batch_after(moving, s, s.b_rank, moving.shape.size() - 2);
    if (x != nullptr && is_repeated(moving, s)) {
        c.spent().spend_matrix(s.inner, s.columns);
        c.allow_work(count(s.shape), s.inner, 1);
        return c.network().dense_at_positions(moving, s.a_stack.size() * s.rows,
                                              columns_of(fixed, s), s.columns, std::move(like));
    }
    linear_form form;
    form.base = moving.node;
    form.columns = c.network().node(moving.node).output.size();
    const std::size_t rows = count(s.shape);
    c.spent().spend_matrix(rows, form.columns);
    c.allow_work(rows, s.inner, 1);
    form.bias.assign(rows, 0.0);
    form.weights.assign(rows * form.columns, 0.0);
    for (std::size_t at = 0; at < s.a_stack.size(); ++at)
        for (std::size_t m = 0; m < s.rows; ++m)
            for (std::size_t n = 0; n < s.columns; ++n) {
                double* const row =
                    form.weights.data() + ((at * s.rows + m) * s.columns + n) * form.columns;
                for (std::size_t k = 0; k < s.inner; ++k) {
                    const std::size_t i = (s.a_stack[at] * s.rows + m) * s.inner + k;
                    const std::size_t j = (s.b_stack[at] * s.inner + k) * s.columns + n;
                    row[moving.units[x != nullptr ? i : j]] += fixed[x != nullptr ? j : i];
                }
            }
    return c.network().dense(std::move(form), std::move(like));
}

} // namespace laminate::codegen::onnx
