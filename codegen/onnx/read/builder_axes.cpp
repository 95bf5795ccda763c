// SPDX-License-Identifier: MIT
// The builder's part for rows of several axes: walks through a row, layers at each position of it,
// products of two values. Around them rows have one axis, as all flows do.
#include "builder.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace laminate::codegen::onnx {
namespace {

// Fewer units are chosen by a dense layer, which may become a part of others.
constexpr std::size_t least_moved = 64;
// Choosing by so many weights is more work than moving in parts whose number is an eighth of the
// units, at most.
constexpr std::size_t least_chosen_weights = std::size_t{1} << 14;
constexpr std::size_t least_run = 8;
constexpr std::size_t most_parts = 128; // each is a step, and lines of a source

// The node that reads these units in their order, if they are a walk with few strides, forward.
std::optional<ir::node> strided(const selection& units) {
    const auto* const axes = units.strides();
    if (axes == nullptr || axes->size() > ir::max_axes) return std::nullopt;
    ir::node n = {.kind = ir::op::as_strided};
    n.begin = units[0];
    n.axes.rank = n.after.rank = axes->size();
    for (std::size_t axis = 0; axis < axes->size(); ++axis) {
        if ((*axes)[axis].step < 0) return std::nullopt;
        n.axes.extent[axis] = (*axes)[axis].extent;
        n.after.extent[axis] = static_cast<std::size_t>((*axes)[axis].step);
    }
    return n;
}

// Axes of a dense row, by their places in it: which axis lies where.
using order = std::vector<std::size_t>;

// The axes from begin on exchanged with those from middle on, up to end.
struct exchange {
    std::size_t begin, middle, end;
};

// The fewest exchanges after which all axes lie in order, of those that leave axes on one side only
// where they are: a walk of three axes then does each. Long runs, which are last, rather stay.
std::vector<exchange> exchanges_of(const order& from) {
    order sorted(from.size());
    std::iota(sorted.begin(), sorted.end(), 0U);
    struct way {
        order before;
        exchange last;
    };
    std::map<order, way> ways = {{from, {from, {}}}};
    std::vector<order> next = {from};
    for (std::size_t k = 0; k < next.size() && !ways.contains(sorted); ++k)
        for (std::size_t end = 2; end <= from.size(); ++end)
            for (std::size_t begin = 0; begin == 0 || (end == from.size() && begin + 2 <= end);
                 ++begin)
                for (std::size_t middle = begin + 1; middle < end; ++middle) {
                    order to = next[k];
                    const auto at = [&to](std::size_t i) {
                        return to.begin() + static_cast<std::ptrdiff_t>(i);
                    };
                    std::rotate(at(begin), at(middle), at(end));
                    if (ways.try_emplace(to, way{next[k], {begin, middle, end}}).second)
                        next.push_back(std::move(to));
                }
    std::vector<exchange> found;
    for (order at = sorted; at != from; at = ways.at(at).before)
        found.insert(found.begin(), ways.at(at).last);
    return found;
}

constexpr std::size_t most_exchanged = 6; // axes: there are 720 orders of them

// Units that repeat, each time so many further, as runs of one length; a pattern of all of them if
// they don't repeat.
struct pattern {
    std::size_t length;
    std::size_t run;
};

bool repeats(const indices& units, std::size_t length) {
    const std::size_t by = units[length] - units[0];
    for (std::size_t i = length; i < units.size(); ++i)
        if (units[i] - units[i - length] != by) return false;
    return units[length] >= units[0];
}

pattern pattern_of(const indices& units) {
    pattern p{units.size(), 0};
    for (std::size_t length = 1; length <= units.size() / 2; ++length)
        if (units.size() % length == 0 && repeats(units, length)) {
            p.length = length;
            break;
        }
    std::size_t start = 0;
    for (std::size_t i = 1; i <= p.length; ++i)
        if (i == p.length || units[i] != units[i - 1] + 1) {
            p.run = std::gcd(p.run, i - start);
            start = i;
        }
    return p;
}

} // namespace

// The same row in other extents, or in one.
std::size_t builder::with_extents(std::size_t node, const laminate::shape& extents) {
    ir::node n = {.kind = ir::op::reshape};
    if (extents.rank > 1) n.axes = extents;
    const std::size_t reshaped = append(n, {}, node, extents.size());
    nodes_[reshaped].output = extents;
    return reshaped;
}

// x's elements by a walk through the row: axes exchanged, a part, repetitions.
std::optional<flow> builder::walked(const flow& x) {
    const std::optional<ir::node> n = strided(x.units);
    if (!n) return std::nullopt;
    const std::size_t node = append(*n, {}, x.node, x.units.size());
    nodes_[node].output = n->axes;
    flow y = over(x, with_extents(node, vector_shape(x.units.size())));
    y.units = identity(x.units.size());
    return y;
}

// x's elements by walks one behind the other, each of which exchanges axes that are neighbours,
// where x is a dense part of a row whose axes lie in another order.
std::optional<flow> builder::exchanged(const flow& x) {
    const auto* const axes = x.units.strides();
    if (axes == nullptr || axes->size() <= ir::max_axes || axes->size() > most_exchanged ||
        x.units.size() * width(x.node) < least_chosen_weights ||
        nodes_[x.node].kind == ir::op::dense)
        return std::nullopt;
    order at(axes->size());
    std::iota(at.begin(), at.end(), 0U);
    std::sort(at.begin(), at.end(),
              [axes](std::size_t a, std::size_t b) { return (*axes)[a].step > (*axes)[b].step; });
    std::int64_t inside = 1;
    for (auto axis = at.rbegin(); axis != at.rend(); ++axis) {
        if ((*axes)[*axis].step != inside) return std::nullopt;
        inside *= static_cast<std::int64_t>((*axes)[*axis].extent);
    }
    flow y = x;
    y.units = {static_cast<std::int64_t>(x.units[0]), {{x.units.size(), 1}}};
    for (const exchange& e : exchanges_of(at)) {
        const auto extent = [&](std::size_t from, std::size_t to) {
            std::size_t all = 1;
            for (std::size_t k = from; k < to; ++k)
                all *= (*axes)[at[k]].extent;
            return all;
        };
        const std::size_t behind = extent(e.end, at.size());
        const std::size_t right = extent(e.middle, e.end), left = extent(e.begin, e.middle);
        const auto step = [](std::size_t n) { return static_cast<std::int64_t>(n); };
        const selection turned(0, {{extent(0, e.begin), step(left * right * behind)},
                                   {right, step(behind)},
                                   {left, step(right * behind)},
                                   {behind, 1}});
        y.units = y.units.picked(turned);
        y = *walked(y);
        const auto place = [&at](std::size_t i) {
            return at.begin() + static_cast<std::ptrdiff_t>(i);
        };
        std::rotate(place(e.begin), place(e.middle), place(e.end));
    }
    return y;
}

// x's elements by few walks, each a part of a concat: a gather along an axis walks once for each
// index, then through all of these. Behind a dense layer its rows are chosen instead, which costs
// nothing.
std::optional<flow> builder::walked_in_parts(const flow& x) {
    const std::size_t all = x.units.size();
    if (all * width(x.node) < least_chosen_weights || nodes_[x.node].kind == ir::op::dense)
        return std::nullopt;
    const indices units = x.units.list();
    const pattern p = pattern_of(units);
    const std::size_t runs = p.length / p.run, rounds = all / p.length;
    if (runs > most_parts || runs * least_run > all) return std::nullopt;
    std::vector<value> parts;
    std::vector<const value*> refer;
    for (std::size_t k = 0; k < runs; ++k) {
        indices some;
        for (std::size_t r = 0; r < rounds; ++r)
            for (std::size_t i = 0; i < p.run; ++i)
                some.push_back(units[r * p.length + k * p.run + i]);
        flow part{{rounds * p.run}, x.type, x.node, std::move(some), no_axis};
        if (!part.units.is_run()) part = *walked(part);
        parts.emplace_back(std::move(part));
    }
    for (const value& part : parts)
        refer.push_back(&part);
    flow y = over(x, concat(refer).node);
    const auto apart = static_cast<std::int64_t>(p.run);
    y.units = walk({rounds, runs, p.run}, {apart, static_cast<std::int64_t>(rounds) * apart, 1});
    return rounds == 1 ? y : walked(y);
}

// By a walk, or by several; nothing where a dense layer is better.
std::optional<flow> builder::moved(const flow& x) {
    if (x.units.size() < least_moved) return std::nullopt;
    if (auto y = walked(x)) return y;
    if (auto y = exchanged(x)) return y;
    return walked_in_parts(x);
}

// A scale of all elements, behind a product: in it.
std::optional<flow> builder::scaled_product(const flow& x, double scale) {
    const std::size_t product = nodes_[x.node].inputs[0];
    if (nodes_[x.node].kind != ir::op::reshape || nodes_[product].kind != ir::op::matmul ||
        nodes_[product].alpha != 1.0f)
        return std::nullopt;
    const std::size_t node = append(nodes_[product], {}, nodes_[product].inputs[0], width(product));
    nodes_[node].output = nodes_[product].output;
    nodes_[node].alpha = static_cast<float>(scale);
    return over(x, with_extents(node, vector_shape(width(node))));
}

flow builder::dense_at_positions(const flow& x, std::size_t positions, std::vector<double> weights,
                                 std::size_t units, flow like) {
    const std::size_t node = in_order(x).node;
    const laminate::shape in = {2, {positions, x.units.size() / positions}};
    ir::node n = {.kind = ir::op::dense};
    n.units = units;
    n.bias = false;
    const std::size_t dense =
        append(n, {{std::move(weights)}}, with_extents(node, in), positions * units);
    nodes_[dense].output = with_width(in, units);
    like.node = with_extents(dense, vector_shape(positions * units));
    like.units = identity(positions * units);
    return like;
}

// A bias that is the same at all positions, behind such a layer that has none: in its stead.
std::optional<flow> builder::biased_at_positions(const flow& x, const std::vector<double>& shift) {
    const std::size_t dense = nodes_[x.node].inputs[0];
    if (nodes_[x.node].kind != ir::op::reshape || nodes_[dense].kind != ir::op::dense ||
        nodes_[dense].bias || !x.units.is_identity(width(x.node)))
        return std::nullopt;
    const std::size_t units = nodes_[dense].units;
    for (std::size_t i = units; i < shift.size(); ++i)
        if (shift[i] != shift[i - units]) return std::nullopt;
    ir::node n = nodes_[dense];
    n.bias = true;
    layer_parameters p = parameters_[dense];
    p.bias().assign(shift.begin(), shift.begin() + static_cast<std::ptrdiff_t>(units));
    const std::size_t node = append(n, std::move(p), n.inputs[0], width(dense));
    nodes_[node].output = nodes_[dense].output;
    return over(x, with_extents(node, vector_shape(width(node))));
}

flow builder::product(const flow& a, const flow& b, std::size_t count, std::size_t rows,
                      std::size_t inner, std::size_t columns, flow like) {
    const auto matrices = [&](const flow& x, std::size_t height, std::size_t across) {
        return with_extents(in_order(x).node, {3, {count, height, across}});
    };
    ir::node n = {.kind = ir::op::matmul};
    n.alpha = 1.0f;
    const std::size_t left = matrices(a, rows, inner);
    n.inputs[1] = matrices(b, inner, columns);
    const std::size_t all = count * rows * columns;
    const std::size_t node = append(n, {}, left, all);
    nodes_[node].output = {3, {count, rows, columns}};
    like.node = with_extents(node, vector_shape(all));
    like.units = identity(all);
    return like;
}

} // namespace laminate::codegen::onnx
