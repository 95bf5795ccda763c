// SPDX-License-Identifier: MIT
// Scatter, ScatterElements and ScatterND with constant indices: a choice of elements of the data
// and of the updates; with a reduction also sums, products, the larger or the smaller of both.
#include "arithmetic.hpp"
#include "places.hpp"
#include "rules.hpp"

#include <algorithm>
#include <numeric>

namespace laminate::codegen::onnx::rules {
namespace {

// Where each update goes: an element of the data.
struct scattering {
    indices places;
    std::size_t batch = no_axis; // of the result
};

scattering of_elements(const call& c) {
    const dims& shape = c.shape(0);
    const std::size_t axis = axis_of(c.integer("axis", 0), shape.size());
    const std::size_t batch = batch_of(c.in(0));
    if (c.shape(2) != c.shape(1))
        refuse("expected an update for each index, found ", text(c.shape(2)), " and ",
               text(c.shape(1)));
    // The indices are as many as the updates.
    const bool is_of_rows =
        batch_of(c.in(2)) == batch || (c.flow_at(2) == nullptr && batch_of(c.in(1)) == batch);
    return {places_along(c, axis), batch != axis && is_of_rows ? batch : no_axis};
}

scattering of_slices(const call& c) {
    const slices_at at = slices_of_indices(c, 0);
    const dims expected = at.shape(c);
    if (c.shape(2) != expected)
        refuse("expected updates of shape ", text(expected), ", found ", text(c.shape(2)));
    const std::size_t batch = batch_of(c.in(0));
    const flow* const updates = c.flow_at(2);
    const std::size_t there = at.batch(c);
    const bool is_kept = at.are_of_own_rows(c)
                             ? updates == nullptr || updates->batch != no_axis
                             : there != no_axis && (updates == nullptr || updates->batch == there);
    return {at.places(c), is_kept ? batch : no_axis};
}

// The k-th update of each element that has more than k.
struct turn {
    indices places, updates;
};

std::vector<turn> turns_of(const indices& places, std::size_t elements) {
    std::vector<turn> turns;
    indices had(elements, 0);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::size_t k = had[places[i]]++;
        if (k == turns.size()) turns.emplace_back();
        turns[k].places.push_back(places[i]);
        turns[k].updates.push_back(i);
    }
    return turns;
}

value put(const call& c, const value& data, const value& updates, const turn& t,
          std::size_t batch) {
    const dims& shape = shape_of(data);
    std::vector<origin> origins;
    for (std::size_t i = 0; i < count(shape); ++i)
        origins.push_back({0, i});
    for (std::size_t k = 0; k < t.places.size(); ++k)
        origins[t.places[k]] = {1, t.updates[k]};
    return chosen_of_two(c, data, updates, origins, shape, batch);
}

// What the data becomes with one more update of some elements.
value together(const call& c, step does, const value& a, const value& b) {
    const constant* const x = std::get_if<constant>(&a);
    const constant* const y = std::get_if<constant>(&b);
    if (x != nullptr && y != nullptr)
        return paired(c, *x, *y, x->type, [does](double p, double q) {
            return does == step::add        ? p + q
                   : does == step::multiply ? p * q
                   : does == step::maximum  ? std::max(p, q)
                                            : std::min(p, q);
        });
    if (does == step::add) return sum(c, {{&a, 1.0}, {&b, 1.0}});
    if (does == step::multiply && (x != nullptr || y != nullptr))
        return scaled(c, x != nullptr ? b : a, x != nullptr ? *x : *y);
    return combined(c, does, {a, b}, type_of(a));
}

value in_turns(const call& c, step does, value data, const value& updates, const scattering& s) {
    const std::size_t batch = s.batch;
    for (turn& t : turns_of(s.places, count(shape_of(data)))) {
        const dims some = {t.places.size()};
        const value made = together(c, does, pick(data, some, t.places, no_axis),
                                    pick(updates, some, t.updates, no_axis));
        std::iota(t.updates.begin(), t.updates.end(), std::size_t{0});
        data = put(c, data, made, t, batch);
    }
    return data;
}

// Updates that are numbers, all of an element together; of an element that has none, what changes
// nothing.
value by_numbers(const call& c, step does, const value& data, const constant& updates,
                 const indices& places) {
    const double nothing = does == step::add ? 0.0 : 1.0;
    std::vector<double> all(count(shape_of(data)), nothing);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (does == step::add)
            all[places[i]] += updates[i];
        else
            all[places[i]] *= updates[i];
    return together(c, does, data, make_constant(shape_of(data), updates.type, std::move(all)));
}

// Sums of updates, however many of an element there are, are linear.
value plus_flow(const call& c, const value& data, const flow& updates, const scattering& s) {
    const dims& shape = shape_of(data);
    const std::size_t columns = c.network().node(updates.node).output.size();
    const std::size_t elements = count(shape);
    c.spent().spend_matrix(elements, columns);
    linear_form form{updates.node, columns, std::vector<double>(elements * columns),
                     std::vector<double>(elements)};
    for (std::size_t i = 0; i < s.places.size(); ++i)
        form.weights[s.places[i] * columns + updates.units[i]] += 1.0;
    return together(c, step::add, data,
                    c.network().linear(std::move(form), {shape, updates.type, 0, {}, s.batch}));
}

void expect_each_once(const indices& places, const dims& shape) {
    std::vector<bool> seen(count(shape), false);
    for (const std::size_t place : places) {
        if (seen[place])
            refuse("expected indices that differ, found two updates of ",
                   text(coordinates(place, shape)), ": which one counts isn't defined");
        seen[place] = true;
    }
}

value scattered(const call& c, const std::string& reduction, const scattering& s) {
    const value &data = c.in(0), &updates = c.in(2);
    if (s.places.empty()) return data;
    if (reduction == "none") {
        expect_each_once(s.places, shape_of(data));
        turn all{s.places, s.places};
        std::iota(all.updates.begin(), all.updates.end(), std::size_t{0});
        return put(c, data, updates, all, s.batch);
    }
    if (type_of(data) == element::boolean)
        refuse("expected numbers, to reduce by ", quote(reduction), ", found truths");
    const constant* const numbers = std::get_if<constant>(&updates);
    if (reduction == "add")
        return numbers != nullptr ? by_numbers(c, step::add, data, *numbers, s.places)
                                  : plus_flow(c, data, std::get<flow>(updates), s);
    if (reduction == "mul")
        return numbers != nullptr ? by_numbers(c, step::multiply, data, *numbers, s.places)
                                  : in_turns(c, step::multiply, data, updates, s);
    if (reduction == "max") return in_turns(c, step::maximum, data, updates, s);
    if (reduction == "min") return in_turns(c, step::minimum, data, updates, s);
    refuse("expected reduction 'none', 'add', 'mul', 'max' or 'min', found ", quote(reduction));
}

} // namespace

void scatter(call& c) {
    if (type_of(c.in(0)) != type_of(c.in(2)))
        refuse("expected data and updates of one type, found ", name(type_of(c.in(0))), " and ",
               name(type_of(c.in(2))));
    const std::string reduction = c.opset() < 16 ? "none" : c.text("reduction", "none");
    const scattering s = c.name() == "ScatterND" ? of_slices(c) : of_elements(c);
    value y = scattered(c, reduction, s);
    if (flow* const f = std::get_if<flow>(&y)) f->batch = s.batch;
    c.set(std::move(y));
}

} // namespace laminate::codegen::onnx::rules
