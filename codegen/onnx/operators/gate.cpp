// SPDX-License-Identifier: MIT
#include "gate.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx {
namespace {

struct scale_and_shift {
    double scale = 1.0;
    double shift = 0.0;
    std::size_t before = 0;
};

// What an affine node does to all the units that x has, if that is the same for all; of another
// node: nothing.
std::optional<scale_and_shift> same_for_all(const builder& network, std::size_t node,
                                            const flow& x) {
    if (network.node(node).kind != ir::op::affine) return scale_and_shift{1.0, 0.0, node};
    const layer_parameters& p = network.parameters(node);
    const scale_and_shift first = {p.slope[x.units[0]], p.bias[x.units[0]],
                                   network.node(node).inputs[0]};
    const bool same = std::all_of(x.units.begin(), x.units.end(), [&](std::size_t u) {
        return p.slope[u] == first.scale && p.bias[u] == first.shift;
    });
    return same ? std::optional(first) : std::nullopt;
}

std::optional<flow> applied(builder& network, const flow& x, ir::op kind, float alpha = 0.0f) {
    ir::node f;
    f.kind = kind;
    f.alpha = alpha;
    return network.elementwise(x, f);
}

bool is_near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

// The node y for which f, an erf or a tanh, is what a gelu of y multiplies with.
std::optional<std::size_t> argument_of(const builder& network, std::size_t f, const flow& x) {
    const std::size_t inner = network.node(f).inputs[0];
    if (network.node(f).kind == ir::op::erf) {
        const auto scaled = same_for_all(network, inner, x);
        if (!scaled || scaled->shift != 0.0 || !is_near(scaled->scale, std::sqrt(0.5)))
            return std::nullopt;
        return scaled->before;
    }
    if (network.node(f).kind != ir::op::tanh) return std::nullopt;
    const auto part = network.part(inner);
    constexpr double slope = 0.79788456080286536; // sqrt(2 / pi)
    if (!part || part->of != fragment::kind::cubic || !is_near(part->a, slope) ||
        !is_near(part->b, slope * 0.044715))
        return std::nullopt;
    return network.node(inner).inputs[0];
}

// x = s y, gate = p + p f(y) where f is erf(r y) with r = 1 / sqrt 2, or the tanh of gelu's cubic:
// 2 p s gelu(y).
std::optional<flow> gelu(builder& network, const flow& x, const flow& gate) {
    const auto outer = same_for_all(network, gate.node, x);
    if (!outer || outer->scale != outer->shift) return std::nullopt;
    const ir::op f = network.node(outer->before).kind;
    const auto argument = argument_of(network, outer->before, x);
    if (!argument) return std::nullopt;
    auto value = same_for_all(network, x.node, x);
    if (x.node == *argument) value = scale_and_shift{1.0, 0.0, x.node};
    if (!value || value->shift != 0.0 || value->before != *argument) return std::nullopt;
    flow y = x;
    y.node = value->before;
    const std::vector<double> factor(x.units.size(), 2.0 * outer->scale * value->scale);
    return network.affine(*applied(network, y, f == ir::op::erf ? ir::op::gelu : ir::op::gelu_tanh),
                          factor, std::vector<double>(x.units.size(), 0.0));
}

// gate = a + b x^2: a x + b x^3, of which a tanh may be taken.
std::optional<flow> cubic(builder& network, const flow& x, const flow& gate) {
    const auto outer = same_for_all(network, gate.node, x);
    if (!outer || network.node(outer->before).kind != ir::op::square ||
        network.node(outer->before).inputs[0] != x.node)
        return std::nullopt;
    return network.part(x, {fragment::kind::cubic, outer->shift, outer->scale}, x.type);
}

// Whether a node is x plus `by`, which is one with x where that only scales.
bool is_shifted(const builder& network, std::size_t node, const flow& x, double by) {
    if (network.node(node).kind != ir::op::affine) return false;
    const std::size_t before = network.node(node).inputs[0];
    const layer_parameters& p = network.parameters(node);
    const bool is_one = before != x.node;
    if (is_one &&
        (network.node(x.node).kind != ir::op::affine || network.node(x.node).inputs[0] != before))
        return false;
    const layer_parameters& of_x = network.parameters(x.node);
    return std::all_of(x.units.begin(), x.units.end(), [&](std::size_t u) {
        if (!is_one) return p.slope[u] == 1.0 && p.bias[u] == by;
        return p.slope[u] == of_x.slope[u] && of_x.bias[u] == 0.0 && p.bias[u] == by;
    });
}

std::optional<flow> gated(builder& network, const flow& x, const flow& gate) {
    const ir::node& f = network.node(gate.node);
    if (f.kind == ir::op::affine) {
        if (auto found = gelu(network, x, gate)) return found;
        return cubic(network, x, gate);
    }
    const std::size_t before = f.inputs[0];
    if (f.kind == ir::op::tanh && network.node(before).kind == ir::op::softplus &&
        network.node(before).inputs[0] == x.node)
        return applied(network, x, ir::op::mish);
    if (f.kind == ir::op::hard_sigmoid && before == x.node && f.beta == 0.5f &&
        is_near(static_cast<double>(f.alpha), 1.0 / 6.0))
        return applied(network, x, ir::op::hard_swish);
    if (f.kind != ir::op::sigmoid) return std::nullopt;
    if (before == x.node) return swish_of(network, x, 1.0);
    const auto inner = same_for_all(network, before, x);
    if (!inner || inner->shift != 0.0 || inner->before != x.node) return std::nullopt;
    return swish_of(network, x, inner->scale);
}

} // namespace

std::optional<flow> swish_of(builder& network, const flow& x, double alpha) {
    const std::vector<double> none(x.units.size(), 0.0);
    if (alpha == 0.0) return network.affine(x, std::vector<double>(x.units.size(), 0.5), none);
    const double size = std::abs(static_cast<double>(static_cast<float>(alpha)));
    if (!(size >= 0x1p-30 && size <= 0x1p30)) return std::nullopt;
    const auto factor = static_cast<float>(size);
    if (alpha > 0.0) return applied(network, x, ir::op::swish, factor);
    const std::vector<double> minus(x.units.size(), -1.0);
    return network.affine(*applied(network, network.affine(x, minus, none), ir::op::swish, factor),
                          minus, none);
}

std::optional<flow> gate(builder& network, const flow& a, const flow& b) {
    if (a.shape != b.shape || a.units != b.units || a.units.empty()) return std::nullopt;
    if (a.node == b.node) return applied(network, a, ir::op::square);
    if (auto found = gated(network, a, b)) return found;
    return gated(network, b, a);
}

std::optional<flow> choice(builder& network, const flow& condition, const flow& below,
                           const flow& x) {
    const auto part = network.part(condition.node);
    const bool alike = condition.shape == x.shape && below.shape == x.shape &&
                       condition.units == x.units && below.units == x.units;
    if (!alike || x.units.empty() || !part || part->of != fragment::kind::is_below ||
        network.node(condition.node).inputs[0] != x.node)
        return std::nullopt;
    std::size_t moved = below.node;
    double slope = 1.0; // which is no node of its own
    if (!is_shifted(network, moved, x, -part->a)) {
        const auto scaled = same_for_all(network, moved, x);
        if (!scaled || scaled->shift != 0.0) return std::nullopt;
        slope = scaled->scale;
        moved = scaled->before;
    }
    if (!is_shifted(network, moved, x, -part->a)) return std::nullopt;
    if (!std::isfinite(slope) || !std::isfinite(part->a)) return std::nullopt;
    ir::node f;
    f.kind = ir::op::relu;
    f.alpha = static_cast<float>(slope);
    f.threshold = static_cast<float>(part->a);
    return network.elementwise(x, f);
}

} // namespace laminate::codegen::onnx
