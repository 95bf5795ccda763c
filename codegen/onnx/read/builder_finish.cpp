// SPDX-License-Identifier: MIT
// The builder's last part: what the outputs need, as a graph. A node that only what was done with
// it could have made a layer becomes that layer, or the nodes of its steps.
#include "builder.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx {
namespace {

constexpr double most_power = 64.0; // beyond, no product is near it in float

bool is_whole_power(const formula& f) {
    if (f.does != step::power || f.of[0].node == ir::none || f.of[1].node != ir::none) return false;
    const double by = std::abs(f.of[1].number);
    return by == std::floor(by) && by >= 1.0 && by <= most_power;
}

// Nodes at the end of a graph, all from one origin and of one width.
class tail {
public:
    tail(graph& into, std::size_t width, std::string origin)
        : into_(into), width_(width), origin_(std::move(origin)) {}

    std::size_t add(ir::node n, std::size_t a, std::size_t b = ir::none, layer_parameters p = {}) {
        n.inputs[0] = a;
        n.inputs[1] = b;
        n.output = vector_shape(width_);
        into_.nodes.push_back(n);
        into_.parameters.push_back(std::move(p));
        into_.origins.push_back(origin_);
        return into_.nodes.size() - 1;
    }
    std::size_t add(ir::op kind, std::size_t a, std::size_t b = ir::none) {
        ir::node n;
        n.kind = kind;
        return add(n, a, b);
    }
    // scale * x + shift; x itself where that is nothing.
    std::size_t line(std::size_t x, double scale, double shift) {
        if (scale == 1.0 && shift == 0.0) return x;
        ir::node n;
        n.kind = ir::op::affine;
        return add(n, x, ir::none,
                   {{std::vector<double>(width_, scale), std::vector<double>(width_, shift)}});
    }
    std::size_t limit(std::size_t x, bool largest, double by) {
        ir::node n;
        n.kind = largest && by == 0.0 ? ir::op::relu : ir::op::clip;
        if (n.kind == ir::op::clip) (largest ? n.min_value : n.max_value) = static_cast<float>(by);
        return add(n, x);
    }
    // Beside x: nothing is less than itself.
    std::size_t number(std::size_t x, double number) {
        return line(add(ir::op::less, x, x), 1.0, number);
    }
    std::size_t choice(std::size_t by, std::size_t yes, std::size_t no) {
        const std::size_t kept = add(ir::op::when, by, yes);
        return add(ir::op::add, kept, add(ir::op::unless, by, no));
    }
    std::size_t power(std::size_t x, double by) {
        std::optional<std::size_t> all;
        for (auto rest = static_cast<unsigned>(std::abs(by)); rest != 0; rest /= 2) {
            if (rest % 2 != 0) all = all ? add(ir::op::multiply, *all, x) : x;
            if (rest > 1) x = add(ir::op::square, x);
        }
        return by < 0.0 ? add(ir::op::reciprocal, *all) : *all;
    }

private:
    graph& into_;
    std::size_t width_;
    std::string origin_;
};

// Whether each node reads the one before it.
bool is_line(const graph& network) {
    for (std::size_t i = 1; i < network.nodes.size(); ++i) {
        const ir::node& n = network.nodes[i];
        if (n.inputs[0] != i - 1 || n.inputs[1] != ir::none ||
            network.nodes[i - 1].result != ir::none)
            return false;
    }
    return true;
}

// The inputs of a dense layer that have weights, as far as they are neighbours.
struct run {
    std::size_t begin = 0;
    std::size_t units = 1;
};

run used_columns(const std::vector<double>& weights, std::size_t columns) {
    std::size_t first = columns, last = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
        if (weights[k] != 0.0) {
            first = std::min(first, k % columns);
            last = std::max(last, k % columns);
        }
    return first > last ? run{} : run{first, last - first + 1};
}

std::vector<double> columns_of(const std::vector<double>& weights, std::size_t columns,
                               const run& kept) {
    std::vector<double> all;
    for (std::size_t row = 0; row < weights.size(); row += columns)
        for (std::size_t i = 0; i < kept.units; ++i)
            all.push_back(weights[row + kept.begin + i]);
    return all;
}

// Dense layers of a part of a value read that part: a sensor of an observation, a half of a gate.
graph narrowed(graph wide) {
    graph network;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wide.nodes.size(); ++i) {
        ir::node n = wide.nodes[i];
        for (std::size_t& from : n.inputs)
            if (from != ir::none) from = places[from];
        layer_parameters& p = wide.parameters[i];
        if (n.kind == ir::op::dense && n.output.rank == 1) {
            const std::size_t columns = network.nodes[n.inputs[0]].output.size();
            const run kept = used_columns(p.weights(), columns);
            if (kept.units <= columns / 2) {
                ir::node part;
                part.kind = ir::op::slice;
                part.begin = kept.begin;
                part.units = kept.units;
                n.inputs[0] = tail(network, kept.units, wide.origins[i]).add(part, n.inputs[0]);
                p.weights() = columns_of(p.weights(), columns, kept);
            }
        }
        network.nodes.push_back(n);
        network.parameters.push_back(std::move(p));
        network.origins.push_back(std::move(wide.origins[i]));
        places.push_back(network.nodes.size() - 1);
    }
    return network;
}

} // namespace

void builder::add_output(const flow& out) { outputs_.push_back({in_order(out).node, origin_}); }

// Itself, the layer and the scale around it that it is, or the steps of a formula.
builder::settled builder::settle(std::size_t node) const {
    if (const auto found = open_.find(node); found != open_.end())
        for (std::size_t base : found->second.bases) {
            spent_.spend_work(trial_work, nodes_between(base, node).value_or(indices{}).size());
            if (const auto f = recognise_scaled(function_of(node, base, found->second.unit)))
                return {{base}, f, false};
        }
    settled s;
    if (const auto f = formulas_.find(node); f != formulas_.end()) {
        s.is_formula = true;
        for (const operand& o : f->second.of)
            if (o.node != ir::none) s.reads.push_back(o.node);
        return s;
    }
    for (const std::size_t from : nodes_[node].inputs)
        if (from != ir::none) s.reads.push_back(from);
    return s;
}

// The last node that this adds is the formula's value; places are those of the operands' nodes.
std::size_t builder::expand(const formula& f, const std::vector<std::size_t>& places,
                            std::size_t width, graph& into, const std::string& origin) const {
    tail steps(into, width, origin);
    const operand& a = f.of.front();
    const operand& b = f.of[f.of.size() > 1 ? 1 : 0];
    spent_.spend_elements(width);
    std::size_t flowing = ir::none;
    for (const operand& o : f.of)
        if (o.node != ir::none) flowing = places[o.node];
    const auto at = [&](const operand& o) {
        return o.node != ir::none ? places[o.node] : steps.number(flowing, o.number);
    };
    switch (f.does) {
    case step::is_not:
        return steps.line(at(a), -1.0, 1.0);
    case step::is_set:
        return steps.line(steps.add(ir::op::equal, at(a), steps.number(flowing, 0.0)), -1.0, 1.0);
    case step::differs:
        return steps.line(steps.add(ir::op::equal, at(a), at(b)), -1.0, 1.0);
    case step::choose:
        return steps.choice(at(a), at(b), at(f.of[2]));
    case step::power:
        if (is_whole_power(f)) return steps.power(at(a), b.number);
        return steps.add(ir::op::power, at(a), at(b));
    case step::less:
    case step::less_or_equal:
    case step::equal:
    case step::both:
    case step::either:
        return steps.add(*function_of_two(f.does), at(a), at(b));
    default:
        break;
    }
    if (a.node != ir::none && b.node != ir::none)
        return f.does == step::multiply && a.node == b.node
                   ? steps.add(ir::op::square, at(a))
                   : steps.add(*function_of_two(f.does), at(a), at(b));
    const bool is_first = a.node != ir::none;
    const std::size_t x = at(is_first ? a : b);
    const double number = is_first ? b.number : a.number;
    switch (f.does) {
    case step::add:
        return steps.line(x, 1.0, number);
    case step::subtract:
        return is_first ? steps.line(x, 1.0, -number) : steps.line(x, -1.0, number);
    case step::multiply:
        return steps.line(x, number, 0.0);
    case step::divide:
        return is_first ? steps.line(x, 1.0 / number, 0.0)
                        : steps.line(steps.add(ir::op::reciprocal, x), number, 0.0);
    default:
        return steps.limit(x, f.does == step::maximum, number);
    }
}

// In a chain a choice of units is a dense layer, which passes fold into its neighbours.
void builder::choose_densely(graph& chain) const {
    for (std::size_t i = 1; i < chain.nodes.size(); ++i) {
        ir::node& n = chain.nodes[i];
        if (n.kind != ir::op::slice) continue;
        const std::size_t columns = chain.nodes[i - 1].output.size();
        spent_.spend_matrix(n.units, columns);
        chain.parameters[i].weights().assign(n.units * columns, 0.0);
        for (std::size_t u = 0; u < n.units; ++u)
            chain.parameters[i].weights()[u * columns + n.begin + u] = 1.0;
        n.kind = ir::op::dense;
        n.begin = 0;
        n.bias = false;
    }
}

graph builder::finish() {
    std::vector<std::optional<settled>> needed(nodes_.size());
    std::vector<bool> is_needed(nodes_.size(), false);
    for (const output& o : outputs_)
        is_needed[o.node] = true;
    for (std::size_t i = nodes_.size(); i-- > 0;) {
        const bool is_input = nodes_[i].kind == ir::op::input && formulas_.count(i) == 0;
        if (!is_needed[i] && !is_input) continue;
        needed[i] = settle(i);
        for (const std::size_t from : needed[i]->reads)
            is_needed[from] = true;
    }
    graph network;
    std::vector<std::size_t> places(nodes_.size(), ir::none);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!needed[i]) continue;
        tail end(network, width(i), origins_[i]);
        if (needed[i]->layer) {
            const scaled_layer& f = *needed[i]->layer;
            std::size_t at = end.line(places[needed[i]->reads[0]], f.inner, 0.0);
            if (f.layer.kind != ir::op::linear) at = end.add(f.layer, at);
            places[i] = end.line(at, f.outer, 0.0);
        } else if (needed[i]->is_formula) {
            places[i] = expand(formulas_.at(i), places, width(i), network, origins_[i]);
        } else {
            ir::node n = nodes_[i];
            for (std::size_t& from : n.inputs)
                if (from != ir::none) from = places[from];
            network.nodes.push_back(n);
            network.parameters.push_back(std::move(parameters_[i]));
            network.origins.push_back(std::move(origins_[i]));
            places[i] = network.nodes.size() - 1;
        }
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
        std::size_t at = places[outputs_[k].node];
        if (network.nodes[at].kind == ir::op::input || network.nodes[at].result != ir::none)
            at = tail(network, network.nodes[at].output.size(), outputs_[k].origin)
                     .add(ir::op::linear, at);
        network.nodes[at].result = k;
    }
    if (!is_line(network)) return narrowed(std::move(network));
    choose_densely(network);
    return network;
}

} // namespace laminate::codegen::onnx
