// SPDX-License-Identifier: MIT
#include "builder.hpp"

#include <laminate/ir/kind/table.hpp>

#include <algorithm>

namespace laminate::codegen::onnx {
namespace {

ir::node of_kind(ir::op kind) {
    ir::node n;
    n.kind = kind;
    return n;
}

bool is_linear(ir::op kind) {
    return kind == ir::op::dense || kind == ir::op::affine || kind == ir::op::slice;
}

// For each row of weights the one unit that it scales; a row of zeros scales one that no other does
// by 0. Nothing if a row has several, or two have the same.
std::optional<indices> scaled_units(const linear_form& form) {
    constexpr std::size_t none = no_axis;
    if (form.rows() > form.columns) return std::nullopt;
    indices units;
    std::vector<bool> is_used(form.columns, false);
    for (std::size_t r = 0; r < form.rows(); ++r) {
        const auto row = form.weights.begin() + static_cast<std::ptrdiff_t>(r * form.columns);
        const auto end = row + static_cast<std::ptrdiff_t>(form.columns);
        const auto found = std::find_if(row, end, [](double w) { return w != 0.0; });
        units.push_back(found == end ? none : static_cast<std::size_t>(found - row));
        if (found == end) continue;
        if (is_used[units.back()] || std::any_of(found + 1, end, [](double w) { return w != 0.0; }))
            return std::nullopt;
        is_used[units.back()] = true;
    }
    if (std::find(is_used.begin(), is_used.end(), true) == is_used.end()) return std::nullopt;
    std::size_t next = 0;
    for (std::size_t r = 0; r < form.rows(); ++r) {
        if (units[r] != none) continue;
        while (is_used[next])
            ++next;
        units[r] = is_used[r] ? next : r;
        is_used[units[r]] = true;
    }
    return units;
}

} // namespace

flow builder::add_input(dims shape, element type, std::size_t batch) {
    const std::size_t width = count(shape);
    spent_.spend_elements(width);
    nodes_.push_back(of_kind(ir::op::input));
    nodes_.back().output = vector_shape(width);
    parameters_.emplace_back();
    origins_.push_back(origin_);
    return {std::move(shape), type, nodes_.size() - 1, identity(width), batch};
}

std::size_t builder::append(ir::node n, layer_parameters p, std::size_t over, std::size_t width) {
    n.inputs[0] = over;
    n.output = vector_shape(width);
    nodes_.push_back(n);
    parameters_.push_back(std::move(p));
    origins_.push_back(origin_);
    return nodes_.size() - 1;
}

flow builder::over(const flow& x, std::size_t node) const {
    flow y = x;
    y.node = node;
    return y;
}

flow builder::elementwise(const flow& x, ir::node f) {
    return read_behind(x, over(x, append(f, {}, x.node, width(x.node))));
}

std::size_t builder::slice(std::size_t node, std::size_t begin, std::size_t units) {
    if (units == width(node)) return node;
    const auto [known, is_new] = slices_.try_emplace({node, begin, units}, nodes_.size());
    if (is_new) {
        ir::node n = of_kind(ir::op::slice);
        n.begin = begin;
        n.units = units;
        append(n, {}, node, units);
    }
    return known->second;
}

flow builder::in_order(const flow& x) {
    if (x.units.is_identity(width(x.node))) return x;
    if (!x.units.is_run()) {
        if (auto y = moved(x)) return *y;
        return dense(choice(x), x);
    }
    flow y = over(x, slice(x.node, x.units[0], x.units.size()));
    y.units = identity(x.units.size());
    return y;
}

// A node whose row is x's elements, or the one unit that all of them are.
std::size_t builder::operand_of_two(const flow& x) {
    return x.units.is_one() ? slice(x.node, x.units[0], 1) : in_order(x).node;
}

flow builder::binary(ir::op kind, const flow& a, const flow& b) {
    if (a.units.empty()) refuse("expected at least one number, found shape ", text(a.shape));
    flow y = a;
    if (a.batch != b.batch) y.batch = no_axis;
    ir::node n = of_kind(kind);
    const std::size_t units = a.units.size();
    if (a.units == b.units && width(a.node) == units && width(b.node) == units &&
        a.units.is_injective()) {
        n.inputs[1] = b.node; // in whatever order both have
        y.node = append(n, {}, a.node, units);
        return y;
    }
    const std::size_t left = operand_of_two(a);
    n.inputs[1] = operand_of_two(b);
    const std::size_t wide = std::max(width(left), width(n.inputs[1]));
    spent_.spend_elements(wide);
    y.node = append(n, {}, left, wide);
    y.units = identity(wide).repeated(units / wide);
    return y;
}

// Zeros take part in the sums: no layer depends on nothing.
flow builder::constant_row(const constant& c, const flow& beside) {
    flow like{c.shape, c.type, 0, {}, no_axis};
    if (beside.units.empty())
        refuse("expected at least one number, found shape ", text(beside.shape));
    const std::size_t over = slice(beside.node, beside.units[0], 1);
    spent_.spend_elements(c.size());
    return dense({over, 1, std::vector<double>(c.size(), 0.0), *c.numbers}, std::move(like));
}

// Nothing is less than itself.
flow builder::steady_row(const constant& c, const flow& beside) {
    flow one = beside;
    one.units = beside.units.picked(identity(1));
    return constant_row(c, binary(ir::op::less, one, one));
}

flow builder::steady_like(const flow& x, const std::vector<double>& numbers) {
    const flow zeros = binary(ir::op::less, x, x);
    return affine(zeros, std::vector<double>(numbers.size(), 1.0), numbers);
}

flow builder::concat(std::span<const value* const> parts) {
    const flow* first = nullptr;
    for (const value* part : parts)
        if (const flow* const f = std::get_if<flow>(part);
            f != nullptr && !f->units.empty() && first == nullptr)
            first = f;
    if (first == nullptr) refuse("expected at least one number, found none");
    std::vector<std::size_t> rows;
    std::size_t units = 0;
    for (const value* part : parts) {
        if (count(shape_of(*part)) == 0) continue;
        const flow* const f = std::get_if<flow>(part);
        rows.push_back(f != nullptr ? in_order(*f).node
                                    : constant_row(std::get<constant>(*part), *first).node);
        units += width(rows.back());
    }
    spent_.spend_elements(units);
    while (rows.size() > 1) {
        std::vector<std::size_t> joined;
        for (std::size_t i = 0; i < rows.size(); i += ir::max_inputs) {
            const std::size_t some = std::min(ir::max_inputs, rows.size() - i);
            ir::node n = of_kind(ir::op::concat);
            std::size_t wide = 0;
            for (std::size_t k = 0; k < some; ++k) {
                n.inputs[k] = rows[i + k];
                wide += width(rows[i + k]);
            }
            joined.push_back(some == 1 ? rows[i] : append(n, {}, rows[i], wide));
        }
        rows = std::move(joined);
    }
    flow y = over(*first, rows.front());
    y.units = identity(units);
    return y;
}

// A number per element becomes one per unit, which must not mean two elements.
flow builder::prelu(const flow& x, std::vector<double> slope) {
    ir::node f = of_kind(ir::op::prelu);
    f.shared = slope.size() == 1;
    if (f.shared)
        return read_behind(x, over(x, append(f, {{std::move(slope)}}, x.node, width(x.node))));
    if (auto mapped = at_positions(x, f, {&slope})) return *mapped;
    const flow from = x.units.is_injective() ? x : in_order(x);
    std::vector<double> per_unit(width(from.node), 0.0);
    for (std::size_t i = 0; i < from.units.size(); ++i)
        per_unit[from.units[i]] = slope[i];
    return over(from, append(f, {{std::move(per_unit)}}, from.node, width(from.node)));
}

// Whether each element of x is one unit that an affine node scales and doesn't shift.
bool builder::is_only_scaled(const flow& x) const {
    return nodes_[x.node].kind == ir::op::affine && x.units.is_injective() &&
           std::all_of(x.units.begin(), x.units.end(),
                       [this, &x](std::size_t u) { return parameters_[x.node].shift()[u] == 0.0; });
}

// One affine node for a Mul and the Add behind it.
flow builder::shifted_after_scaling(const flow& x, const std::vector<double>& shift) {
    layer_parameters p = parameters_[x.node];
    for (std::size_t i = 0; i < x.units.size(); ++i)
        p.shift()[x.units[i]] = shift[i];
    const std::size_t before = nodes_[x.node].inputs[0];
    const std::size_t node = append(of_kind(ir::op::affine), std::move(p), before, width(before));
    origins_[node] = origins_[x.node] + " + " + origin_;
    shifted_.emplace(node, x.node);
    return read_behind(x, over(x, node));
}

flow builder::affine(const flow& x, const std::vector<double>& scale,
                     const std::vector<double>& shift) {
    const auto all = [](const std::vector<double>& numbers, double number) {
        return std::all_of(numbers.begin(), numbers.end(),
                           [number](double n) { return n == number; });
    };
    if (all(scale, 1.0) && all(shift, 0.0)) return x;
    if (auto normed = scaled_norm(x, scale, shift)) return *normed;
    if (all(scale, 1.0) && is_only_scaled(x)) return shifted_after_scaling(x, shift);
    if (!scale.empty() && all(scale, scale[0]) && all(shift, 0.0))
        if (auto scaled = scaled_product(x, scale[0])) return *scaled;
    if (all(scale, 1.0))
        if (auto biased = biased_at_positions(x, shift)) return *biased;
    if (auto mapped = at_positions(x, of_kind(ir::op::affine), {&scale, &shift})) return *mapped;
    const flow from = x.units.is_injective() ? x : in_order(x);
    layer_parameters p;
    p.scale().assign(width(from.node), 1.0);
    p.shift().assign(width(from.node), 0.0);
    for (std::size_t i = 0; i < from.units.size(); ++i) {
        p.scale()[from.units[i]] = scale[i];
        p.shift()[from.units[i]] = shift[i];
    }
    const ir::node f = of_kind(ir::op::affine);
    return read_behind(from, over(from, append(f, std::move(p), from.node, width(from.node))));
}

flow builder::largest(const flow& x, std::size_t count, flow like) {
    const flow from = in_order(x);
    const std::size_t outputs = x.units.size() / count;
    like.node = append(ir::largest_of(count), {}, from.node, outputs);
    like.units = identity(outputs);
    return like;
}

flow builder::softmax(const flow& x, ir::op kind, std::size_t groups) {
    ir::node f = of_kind(kind);
    f.groups = groups;
    // Within a group the order is nothing to softmax, but each must be a part of the row.
    const std::size_t wide = x.units.size() / groups;
    if (wide < 2) refuse("expected at least 2 numbers to share 1 between, found ", wide);
    spent_.spend_work(x.units.size(), 1);
    bool fits = x.units.size() == width(x.node) && x.units.is_injective();
    for (std::size_t i = 0; fits && i < x.units.size(); ++i)
        fits = x.units[i] / wide == x.units[i - i % wide] / wide;
    const flow from = fits ? x : in_order(x);
    return over(from, append(f, {}, from.node, width(from.node)));
}

flow builder::norm(const flow& x, ir::node f, std::vector<double> scale,
                   std::vector<double> shift) {
    const flow from = in_order(x);
    layer_parameters p{{std::move(scale)}};
    if (!shift.empty()) p.shift() = std::move(shift);
    return over(from, append(f, std::move(p), from.node, width(from.node)));
}

// The node itself and what lies before it, as far as that is linear.
std::vector<std::size_t> builder::linear_chain(std::size_t index) const {
    std::vector<std::size_t> chain = {index};
    while (is_linear(nodes_[chain.back()].kind))
        chain.push_back(nodes_[chain.back()].inputs[0]);
    return chain;
}

// outer's base is a linear node: the same form of what lies before that.
linear_form builder::through(const linear_form& outer) {
    const ir::node& n = nodes_[outer.base];
    const layer_parameters& p = parameters_[outer.base];
    const std::vector<double>& added = p[1]; // of a dense layer or an affine one
    const std::size_t before = n.inputs[0];
    linear_form inner{before, width(before), {}, outer.bias};
    spent_.spend_matrix(outer.rows(), inner.columns);
    inner.weights.assign(outer.rows() * inner.columns, 0.0);
    const bool dense = n.kind == ir::op::dense;
    const bool slice = n.kind == ir::op::slice;
    for (std::size_t r = 0; r < outer.rows(); ++r)
        for (std::size_t u = 0; u < outer.columns; ++u) {
            const double w = outer.weights[r * outer.columns + u];
            if (w == 0.0) continue;
            if (!added.empty()) inner.bias[r] += w * added[u];
            double* const to = &inner.weights[r * inner.columns];
            if (!dense) {
                to[slice ? n.begin + u : u] += slice ? w : w * p.scale()[u];
                continue;
            }
            spent_.spend_work(1, inner.columns);
            for (std::size_t i = 0; i < inner.columns; ++i)
                to[i] += w * p.weights()[u * inner.columns + i];
        }
    return inner;
}

// The rows of a dense layer's weights that x's elements are.
linear_form builder::rows_of_dense(const flow& x) {
    const layer_parameters& p = parameters_[x.node];
    const std::size_t before = nodes_[x.node].inputs[0];
    linear_form form{before, width(before), {}, {}};
    spent_.spend_matrix(x.units.size(), form.columns);
    form.weights.reserve(x.units.size() * form.columns);
    for (std::size_t unit : x.units) {
        const auto row = p.weights().begin() + static_cast<std::ptrdiff_t>(unit * form.columns);
        form.weights.insert(form.weights.end(), row,
                            row + static_cast<std::ptrdiff_t>(form.columns));
        form.bias.push_back(p.bias().empty() ? 0.0 : p.bias()[unit]);
    }
    return form;
}

linear_form builder::choice(const flow& x) {
    linear_form form{x.node, width(x.node), {}, std::vector<double>(x.units.size(), 0.0)};
    spent_.spend_matrix(form.rows(), form.columns);
    form.weights.assign(form.rows() * form.columns, 0.0);
    for (std::size_t i = 0; i < x.units.size(); ++i)
        form.weights[i * form.columns + x.units[i]] = 1.0;
    return form;
}

linear_form builder::form_of(const flow& x, std::size_t base) {
    const bool from_rows = x.node != base && nodes_[x.node].kind == ir::op::dense;
    linear_form form = from_rows ? rows_of_dense(x) : choice(x);
    while (form.base != base)
        form = through(form);
    return form;
}

std::optional<std::vector<linear_form>> builder::linear_in_one(std::span<const value* const> values,
                                                               bool replace_dense) {
    std::vector<std::size_t> shared;
    bool first = true;
    for (const value* v : values) {
        const flow* const f = std::get_if<flow>(v);
        if (f == nullptr) continue;
        const std::vector<std::size_t> chain = linear_chain(f->node);
        if (first) shared = chain;
        first = false;
        std::erase_if(shared, [&chain](std::size_t n) {
            return std::find(chain.begin(), chain.end(), n) == chain.end();
        });
    }
    if (shared.empty()) return std::nullopt;
    const bool is_replaced = replace_dense && nodes_[shared.front()].kind == ir::op::dense;
    const std::size_t base = shared[is_replaced ? 1 : 0];
    std::vector<linear_form> forms;
    for (const value* v : values) {
        if (const flow* const f = std::get_if<flow>(v)) {
            forms.push_back(form_of(*f, base));
            continue;
        }
        const constant& c = std::get<constant>(*v);
        spent_.spend_matrix(c.size(), width(base));
        forms.push_back(
            {base, width(base), std::vector<double>(c.size() * width(base), 0.0), *c.numbers});
    }
    return forms;
}

// Where every element is one unit, scaled and shifted, no matrix is needed.
flow builder::linear(linear_form form, flow like) {
    const std::optional<indices> units = scaled_units(form);
    if (!units) return dense(std::move(form), std::move(like));
    like.node = form.base;
    like.units = *units;
    std::vector<double> scale;
    for (std::size_t r = 0; r < form.rows(); ++r)
        scale.push_back(form.weights[r * form.columns + like.units[r]]);
    return affine(like, scale, form.bias);
}

flow builder::dense(linear_form form, flow like) {
    if (form.rows() == 0) refuse("expected at least one number, found shape ", text(like.shape));
    ir::node dense = of_kind(ir::op::dense);
    dense.units = form.rows();
    dense.bias = std::any_of(form.bias.begin(), form.bias.end(), [](double b) { return b != 0.0; });
    layer_parameters p{{std::move(form.weights)}};
    if (dense.bias) p.bias() = std::move(form.bias);
    like.node = append(dense, std::move(p), form.base, dense.units);
    like.units = identity(dense.units);
    return like;
}

} // namespace laminate::codegen::onnx
