// SPDX-License-Identifier: MIT
// The builder's second part: functions of one value that take several operators. Each step is a
// node of its own until one is known as a layer over a node before all of them.
#include "builder.hpp"

#include <laminate/ir/kind/table.hpp>

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx {
namespace {

// Spellings of layers have some ten steps; a function that has more than these is none.
constexpr std::size_t most_steps = 64;
constexpr std::size_t most_bases = 4;

bool is_flow(const value& v) { return std::holds_alternative<flow>(v); }

// The number that a constant is everywhere.
std::optional<double> only_number(const constant& c) {
    const auto differs = [&c](double n) { return n != c[0]; };
    if (c.size() == 0 || std::any_of(c.numbers->begin(), c.numbers->end(), differs))
        return std::nullopt;
    return c[0];
}

// Thresholds and exponents are meant; of other constants a file has what float made of them.
bool is_exact(step does) {
    return does == step::less || does == step::less_or_equal || does == step::equal ||
           does == step::power;
}

} // namespace

std::vector<operand> builder::operands(std::size_t node) const {
    if (const auto f = formulas_.find(node); f != formulas_.end()) return f->second.of;
    if (const auto s = shifted_.find(node); s != shifted_.end()) return {{s->second, 0.0}};
    return {{nodes_[node].inputs[0], 0.0}};
}

// The node that this one is an elementwise function of, if it is.
std::optional<std::size_t> builder::before(std::size_t node) const {
    if (const auto f = formulas_.find(node); f != formulas_.end()) return f->second.base;
    if (!ir::is_elementwise(nodes_[node].kind) || nodes_[node].kind == ir::op::reshape)
        return std::nullopt;
    return operands(node).front().node;
}

// Nodes are numbered in the order in which they depend on each other, so the later one is never
// what all have before them.
std::optional<std::size_t> builder::shared_base(std::span<const operand> of) const {
    indices ends;
    for (const operand& o : of)
        if (o.node != ir::none) ends.push_back(o.node);
    for (std::size_t steps = 0; steps < 3 * most_steps; ++steps) {
        const auto last = std::max_element(ends.begin(), ends.end());
        if (*last == *std::min_element(ends.begin(), ends.end())) return *last;
        const auto next = before(*last);
        if (!next) return std::nullopt;
        *last = *next;
    }
    return std::nullopt;
}

// What makes a value of its base, in order; nothing if that is too much for a layer's spelling.
std::optional<indices> builder::nodes_between(std::size_t base, std::size_t node) const {
    indices found;
    indices open = {node};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (at == base || at == ir::none ||
            std::find(found.begin(), found.end(), at) != found.end())
            continue;
        if (found.size() == most_steps) return std::nullopt;
        found.push_back(at);
        for (const operand& o : operands(at))
            open.push_back(o.node);
    }
    std::sort(found.begin(), found.end());
    return found;
}

// Whether a node does the same to all these units.
bool builder::is_alike(std::size_t node, const selection& units) const {
    const layer_parameters& p = parameters_[node];
    const auto same = [&units](const std::vector<double>& numbers) {
        return numbers.size() <= 1 || std::all_of(units.begin(), units.end(), [&](std::size_t u) {
                   return numbers[u] == numbers[units[0]];
               });
    };
    return (shifted_.count(node) != 0 || same(p.scale())) && same(p.shift());
}

estimate builder::apply(std::size_t node, std::size_t unit, std::span<const estimate> of) const {
    if (const auto f = formulas_.find(node); f != formulas_.end())
        return applied(f->second.does, of);
    const layer_parameters& p = parameters_[node];
    const auto number = [unit](const std::vector<double>& numbers, double otherwise) {
        return numbers.empty() ? otherwise : numbers[numbers.size() == 1 ? 0 : unit];
    };
    const double slope = shifted_.count(node) != 0 ? 1.0 : number(p.scale(), 1.0);
    return applied(nodes_[node], slope, number(p.shift(), 0.0), of[0]);
}

scalar_function builder::function_of(std::size_t node, std::size_t base, std::size_t unit) const {
    struct line {
        std::size_t node;
        std::vector<std::size_t> from; // lines before, 0 being the base; none: a constant
        std::vector<estimate> of;      // place for their values
    };
    std::vector<line> lines;
    scalar_function f;
    const indices between = nodes_between(base, node).value_or(indices{});
    const auto note = [&f](double number) {
        if (number != 0.0 && std::isfinite(number)) f.numbers.push_back(number);
    };
    for (std::size_t at : between) {
        line& l = lines.emplace_back(line{at, {}, {}});
        const auto made = formulas_.find(at);
        for (const operand& o : operands(at)) {
            const bool is_constant = o.node == ir::none;
            if (is_constant) note(o.number);
            const auto found = std::lower_bound(between.begin(), between.end(), o.node);
            l.from.push_back(is_constant ? ir::none
                             : o.node == base
                                 ? 0
                                 : static_cast<std::size_t>(found - between.begin()) + 1);
            l.of.push_back(made != formulas_.end() && is_exact(made->second.does)
                               ? estimate{o.number}
                               : rounded_constant(o.number));
        }
        const ir::node& n = nodes_[at];
        for (float number : {n.alpha, n.beta, n.threshold, n.min_value, n.max_value})
            note(static_cast<double>(number));
        for (const std::vector<double>& numbers : parameters_[at].tensors)
            if (!numbers.empty()) note(numbers[numbers.size() == 1 ? 0 : unit]);
    }
    f.at = [this, unit, lines](double x) mutable {
        std::vector<estimate> values = {{x}};
        for (line& l : lines) {
            for (std::size_t i = 0; i < l.from.size(); ++i)
                if (l.from[i] != ir::none) l.of[i] = values[l.from[i]];
            values.push_back(apply(l.node, unit, l.of));
        }
        return values.back();
    };
    return f;
}

std::optional<flow> builder::combine(step does, std::span<const value* const> of, element type) {
    formula made{does, {}};
    std::optional<flow> y;
    for (const value* v : of) {
        if (!is_flow(*v)) {
            const auto number = only_number(std::get<constant>(*v));
            if (!number) return std::nullopt;
            made.of.push_back({ir::none, static_cast<double>(static_cast<float>(*number))});
            continue;
        }
        const flow& x = std::get<flow>(*v);
        if (!y) y = x;
        if (x.shape != y->shape || x.units != y->units) return std::nullopt;
        if (x.batch != y->batch) y->batch = no_axis;
        made.of.push_back({x.node});
    }
    if (!y || y->units.empty()) return std::nullopt;
    const auto base = shared_base(made.of);
    if (!base) return std::nullopt;
    made.base = *base;
    y->node = append(ir::node{}, {}, *base, width(*base));
    y->type = type;
    formulas_.emplace(y->node, std::move(made));
    return read(*y, *base);
}

// The layer that y is by now over its base, or over what is before that.
flow builder::read(const flow& y, std::size_t base) {
    const auto between = nodes_between(base, y.node);
    if (!between) return y;
    spent_.spend_work(y.units.size(), between->size());
    const auto alike = [this, &y](std::size_t node) { return is_alike(node, y.units); };
    if (!std::all_of(between->begin(), between->end(), alike)) return read_prelu(y, base);
    function f{{base}, y.units[0]};
    while (f.bases.size() < most_bases) {
        const auto next = before(f.bases.back());
        if (!next || !alike(f.bases.back()) || !nodes_between(*next, y.node)) break;
        f.bases.push_back(*next);
    }
    for (std::size_t of : f.bases) {
        spent_.spend_work(trial_work, between->size());
        const auto layer = recognise(function_of(y.node, of, f.unit));
        if (!layer) continue;
        flow found = over(y, of);
        if (layer->kind != ir::op::linear) found.node = append(*layer, {}, of, width(of));
        return found;
    }
    open_.emplace(y.node, std::move(f));
    return y;
}

// A slope per unit is the one thing that may differ.
flow builder::read_prelu(const flow& y, std::size_t base) {
    std::vector<double> slopes;
    for (std::size_t unit : y.units) {
        spent_.spend_work(16 * trial_work, 1);
        const auto slope = recognise_prelu(function_of(y.node, base, unit));
        if (!slope) return y;
        slopes.push_back(*slope);
    }
    return prelu(over(y, base), std::move(slopes));
}

// y is a layer over x: a part of the function that x is, if it is one.
flow builder::read_behind(const flow& x, const flow& y) {
    const auto f = open_.find(x.node);
    return f == open_.end() ? y : read(y, f->second.bases.front());
}

} // namespace laminate::codegen::onnx
