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

// x = s y, gate = p + q erf(r y) with p = q and r = 1 / sqrt 2: 2 p s gelu(y).
std::optional<flow> gelu(builder& network, const flow& x, const flow& gate) {
    const auto outer = same_for_all(network, gate.node, x);
    if (!outer || outer->scale != outer->shift) return std::nullopt;
    if (network.node(outer->before).kind != ir::op::erf) return std::nullopt;
    const auto inner = same_for_all(network, network.node(outer->before).inputs[0], x);
    if (!inner || inner->shift != 0.0 || !is_near(inner->scale, std::sqrt(0.5)))
        return std::nullopt;
    auto value = same_for_all(network, x.node, x);
    if (x.node == inner->before) value = scale_and_shift{1.0, 0.0, x.node};
    if (!value || value->shift != 0.0 || value->before != inner->before) return std::nullopt;
    flow y = x;
    y.node = value->before;
    const std::vector<double> factor(x.units.size(), 2.0 * outer->scale * value->scale);
    return network.affine(*applied(network, y, ir::op::gelu), factor,
                          std::vector<double>(x.units.size(), 0.0));
}

std::optional<flow> gated(builder& network, const flow& x, const flow& gate) {
    const ir::node& f = network.node(gate.node);
    if (f.kind == ir::op::affine) return gelu(network, x, gate);
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

} // namespace laminate::codegen::onnx
