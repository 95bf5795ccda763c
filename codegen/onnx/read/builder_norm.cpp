// SPDX-License-Identifier: MIT
// The builder's part for layer_norm and rms_norm that a file spells out: x less its mean, divided
// by the root of its mean square and an epsilon, of parts of a value.
#include "builder.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace laminate::codegen::onnx {
namespace {

// From so many weights on, x less the means of its parts is two steps, not a dense layer.
constexpr std::size_t least_centred_weights = std::size_t{1} << 14;

constexpr double rounded_mean = 1e-6; // relative; files have 1 / n as float

bool all_are(const std::vector<double>& numbers, const selection& at, double number) {
    return std::all_of(at.begin(), at.end(), [&](std::size_t i) { return numbers[i] == number; });
}

} // namespace

// Whether each of these rows of a dense layer is the mean of those elements, units of the layer's
// input, that have this row.
bool builder::are_means(std::size_t dense, const selection& rows, const selection& units) const {
    const ir::node& n = nodes_[dense];
    if (n.kind != ir::op::dense || n.output.rank != 1 || !parameters_[dense].bias().empty() ||
        rows.size() != units.size())
        return false;
    const std::size_t columns = width(n.inputs[0]);
    const std::vector<double>& weights = parameters_[dense].weights();
    std::map<std::size_t, indices> of_row;
    for (std::size_t i = 0; i < rows.size(); ++i)
        of_row[rows[i]].push_back(units[i]);
    spent_.spend_work(of_row.size(), columns);
    for (auto& [row, of] : of_row) {
        std::sort(of.begin(), of.end());
        const double share = 1.0 / static_cast<double>(of.size());
        const double* const numbers = &weights[row * columns];
        std::size_t k = 0;
        for (std::size_t i = 0; i < columns; ++i) {
            const bool is_part = k < of.size() && of[k] == i;
            k += is_part;
            if (is_part ? std::abs(numbers[i] - share) > rounded_mean * share : numbers[i] != 0.0)
                return false;
        }
        if (k != of.size()) return false; // one of them twice
    }
    return true;
}

std::optional<flow> builder::less_means(const flow& x, const flow& means,
                                        const std::function<flow()>& as_layer) {
    if (x.units.size() < 2 || x.shape != means.shape || nodes_[means.node].inputs[0] != x.node ||
        !are_means(means.node, means.units, x.units))
        return std::nullopt;
    const bool is_small = x.units.size() * x.units.size() < least_centred_weights;
    const flow y =
        means.units.is_one() || is_small ? as_layer() : binary(ir::op::subtract, x, means);
    std::vector<centred_unit>& units = centred_[y.node];
    units.assign(width(y.node), {});
    for (std::size_t i = 0; i < x.units.size(); ++i)
        units[y.units[i]] = {x.node, x.units[i], means.units[i]};
    return y;
}

std::optional<flow> builder::normalised(const flow& x, const flow& by, bool is_inverse) {
    // From the divisor back to the mean of squares.
    std::size_t at = by.node;
    if (is_inverse) {
        if (nodes_[at].kind != ir::op::reciprocal) return std::nullopt;
        at = nodes_[at].inputs[0];
    }
    if (x.shape != by.shape || x.units.size() < 2 || nodes_[at].kind != ir::op::sqrt)
        return std::nullopt;
    at = nodes_[at].inputs[0];
    double epsilon = 0.0;
    if (nodes_[at].kind == ir::op::affine) {
        const layer_parameters& p = parameters_[at];
        epsilon = p.shift()[by.units[0]];
        if (!all_are(p.scale(), by.units, 1.0) || !all_are(p.shift(), by.units, epsilon))
            return std::nullopt;
        at = nodes_[at].inputs[0];
    }
    if (!(epsilon >= 0.0) || !std::isfinite(epsilon) || nodes_[at].kind != ir::op::dense)
        return std::nullopt;
    const std::size_t square = nodes_[at].inputs[0];
    if (nodes_[square].kind != ir::op::square || nodes_[square].inputs[0] != x.node ||
        !are_means(at, by.units, x.units))
        return std::nullopt;
    auto y = normalised_parts(x, by.units, static_cast<float>(epsilon));
    if (y && x.batch != by.batch) y->batch = no_axis;
    return y;
}

// Whether x is a value less its means of just these parts.
bool builder::has_means_of(const flow& x, const selection& part) const {
    const auto found = centred_.find(x.node);
    if (found == centred_.end()) return false;
    std::map<std::size_t, std::size_t> of_means, of_part;
    for (std::size_t i = 0; i < x.units.size(); ++i) {
        const centred_unit& u = found->second[x.units[i]];
        if (u.node == ir::none || of_means.try_emplace(u.part, part[i]).first->second != part[i] ||
            of_part.try_emplace(part[i], u.part).first->second != u.part)
            return false;
    }
    return true;
}

// What is centred is layer_norm of what it was before, if the parts are the same.
std::optional<flow> builder::normalised_parts(const flow& x, const selection& part, float epsilon) {
    flow from = x;
    const bool is_centred = has_means_of(x, part);
    if (is_centred) {
        indices units;
        for (const std::size_t unit : x.units) {
            const centred_unit& u = centred_.at(x.node)[unit];
            from.node = u.node;
            units.push_back(u.unit);
        }
        from.units = std::move(units);
    }
    std::map<std::size_t, indices> elements;
    for (std::size_t i = 0; i < part.size(); ++i)
        elements[part[i]].push_back(i);
    const std::size_t wide = elements.begin()->second.size();
    indices side_by_side, places(part.size());
    for (const auto& [of, all] : elements) {
        if (all.size() != wide) return std::nullopt;
        for (const std::size_t i : all) {
            places[i] = side_by_side.size();
            side_by_side.push_back(i);
        }
    }
    from.units = from.units.picked(side_by_side);
    ir::node f;
    f.kind = is_centred ? ir::op::layer_norm : ir::op::rms_norm;
    f.groups = elements.size();
    f.alpha = epsilon;
    const std::vector<double> ones(part.size(), 1.0);
    const flow made = norm(
        from, f, ones, is_centred ? std::vector<double>(part.size(), 0.0) : std::vector<double>{});
    flow y = over(x, made.node);
    y.units = made.units.picked(places);
    return y;
}

// A scale and a shift behind a norm that has none of these: in it.
std::optional<flow> builder::scaled_norm(const flow& x, const std::vector<double>& scale,
                                         const std::vector<double>& shift) {
    const ir::node& n = nodes_[x.node];
    const bool is_centred = n.kind == ir::op::layer_norm;
    if ((!is_centred && n.kind != ir::op::rms_norm) || !x.units.is_injective()) return std::nullopt;
    const auto all = [](const std::vector<double>& numbers, double number) {
        return std::all_of(numbers.begin(), numbers.end(),
                           [number](double k) { return k == number; });
    };
    layer_parameters p = parameters_[x.node];
    if (is_centred ? !all(p.shift(), 0.0) : !all(shift, 0.0)) return std::nullopt;
    if (!all(scale, 1.0) && !all(p.scale(), 1.0)) return std::nullopt;
    for (std::size_t i = 0; i < x.units.size(); ++i) {
        p.scale()[x.units[i]] *= scale[i];
        if (is_centred) p.shift()[x.units[i]] = shift[i];
    }
    const std::size_t before = n.inputs[0];
    return over(x, append(ir::node(n), std::move(p), before, width(before)));
}

} // namespace laminate::codegen::onnx
