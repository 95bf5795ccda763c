// SPDX-License-Identifier: MIT
// What goes over the windows of a map: Conv, MaxPool, AveragePool, LpPool and those of whole maps.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "images.hpp"
#include "rules.hpp"

#include <laminate/ir/kind/windows.hpp>

#include <algorithm>
#include <vector>

namespace laminate::codegen::onnx::rules {
namespace {

// Fills node::axes and node::after. A window that the last positions need beyond the padding is
// padding too, where a pool takes it along.
void set_padding(const call& c, ir::node& n, const laminate::shape& map) {
    const std::size_t axes = n.window.rank;
    const std::string kind = c.text("auto_pad", "NOTSET");
    const integers pads = c.integer_list("pads").value_or(integers(2 * axes, 0));
    const bool ceils = n.kind != ir::op::conv && c.integer("ceil_mode", 0) != 0;
    if (pads.size() != 2 * axes)
        refuse("expected ", 2 * axes, " numbers in pads, found ", pads.size());
    n.axes = n.after = {axes, {}};
    for (std::size_t k = 0; k < axes; ++k) {
        const std::size_t extent = map.extent[k];
        const std::size_t stride = n.strides.extent[k];
        const std::size_t span = (n.window.extent[k] - 1) * n.dilations.extent[k] + 1;
        std::size_t& before = n.axes.extent[k];
        std::size_t& after = n.after.extent[k];
        if (kind == "SAME_UPPER" || kind == "SAME_LOWER") {
            const std::size_t reaches = (extent - 1) / stride * stride + span;
            const std::size_t padding = reaches > extent ? reaches - extent : 0;
            before = kind == "SAME_UPPER" ? padding / 2 : padding - padding / 2;
            after = padding - before;
        } else if (kind == "NOTSET") {
            for (const std::int64_t pad : {pads[k], pads[axes + k]})
                if (pad < 0 || pad > static_cast<std::int64_t>(ir::max_weights))
                    refuse("expected pads of at least 0, found ", pad);
            before = static_cast<std::size_t>(pads[k]);
            after = static_cast<std::size_t>(pads[axes + k]);
        } else if (kind != "VALID") {
            refuse("expected auto_pad NOTSET, SAME_UPPER, SAME_LOWER or VALID, found ",
                   quote(kind));
        }
        const std::size_t padded = before + extent + after;
        if (!ceils || padded < span) continue;
        const std::size_t more =
            (padded - span) % stride == 0 ? 0 : stride - (padded - span) % stride;
        // A last window that would begin behind the map isn't there.
        if (more == 0 || padded + more - span >= before + extent) continue;
        if (n.counts_padding && more > 0)
            refuse("expected ceil_mode 0 where padding is counted, found 1");
        after += more;
    }
}

// |x|^p of each element, and the other way: the p-th root.
flow to_power(const call& c, const flow& x, std::int64_t p) {
    builder& network = c.network();
    const flow size = p % 2 == 0 ? x : network.elementwise(x, node_of(ir::op::abs));
    if (p == 1) return size;
    if (p == 2) return network.elementwise(size, node_of(ir::op::square));
    const value by = make_constant({}, x.type, {static_cast<double>(p)});
    return std::get<flow>(combined(c, step::power, {size, by}, x.type));
}
value root_of(const call& c, const flow& y, std::int64_t p) {
    if (p == 1) return y;
    if (p == 2) return c.network().elementwise(y, node_of(ir::op::sqrt));
    const value by = make_constant({}, y.type, {1.0 / static_cast<double>(p)});
    return combined(c, step::power, {y, by}, y.type);
}

// The sum of a whole map, of each channel.
flow summed(const call& c, const images& m) {
    const flow mean = std::get<flow>(through(c, m, {.kind = ir::op::average_pool}, {}));
    const std::size_t all = mean.units.size();
    const auto positions = static_cast<double>(m.floats() / m.channels);
    return c.network().affine(mean, std::vector<double>(all, positions),
                              std::vector<double>(all, 0.0));
}

} // namespace

void conv(call& c) {
    const images m = images_of(c);
    const constant& weights = c.known(1, "W");
    const std::size_t axes = m.axes();
    if (weights.shape.size() != axes + 2 || count(weights.shape) == 0)
        refuse("expected W of rank ", axes + 2, ", found shape ", text(weights.shape));
    const std::int64_t group = c.integer("group", 1);
    const std::size_t units = weights.shape[0];
    const std::size_t groups = group > 0 ? static_cast<std::size_t>(group) : 0;
    if (groups == 0 || m.channels % groups != 0 || units % groups != 0 ||
        weights.shape[1] != m.channels / groups)
        refuse("expected W [units, ", m.channels, " / group, ...] of a group that divides both, ",
               "found ", text(weights.shape), " and group ", group);
    ir::node n = {.kind = ir::op::conv};
    n.units = units;
    n.groups = groups;
    n.window = {axes, {}};
    std::copy(weights.shape.begin() + 2, weights.shape.end(), n.window.extent.begin());
    check_kernel_shape(c, weights.shape);
    n.strides = for_axes(c, "strides", axes, 1, 1);
    n.dilations = for_axes(c, "dilations", axes, 1, 1);
    set_padding(c, n, m.map);
    layer_parameters p;
    p.weights() = *weights.numbers;
    n.bias = c.has(2);
    if (n.bias) {
        const constant& bias = c.known(2, "B");
        if (bias.size() != units)
            refuse("expected B of shape ", text({units}), ", found ", text(bias.shape));
        p.bias() = *bias.numbers;
    }
    if (groups > 1 && groups == units && groups == m.channels) {
        n.kind = ir::op::depthwise_conv;
        n.groups = 1;
        n.units = 0;
    }
    c.set(through(c, m, n, p));
}

void pool(call& c) {
    const images m = images_of(c);
    const bool is_mean = c.name().ends_with("AveragePool");
    ir::node n = {.kind = is_mean ? ir::op::average_pool : ir::op::max_pool};
    if (c.name().starts_with("Global")) return c.set(through(c, m, n, {}));
    for (std::size_t i = 1; i < c.outputs(); ++i)
        if (c.wants(i)) refuse("gives the places of the largest; only their values are supported");
    const std::size_t axes = m.axes();
    n.window = for_axes(c, "kernel_shape", axes, 0, 1);
    n.strides = for_axes(c, "strides", axes, 1, 1);
    n.dilations = for_axes(c, "dilations", axes, 1, 1);
    if (is_mean && n.dilations != laminate::shape{axes, {1, axes > 1 ? 1U : 0U}})
        refuse("expected dilations of 1 in a mean");
    n.counts_padding = is_mean && c.integer("count_include_pad", 0) != 0;
    if (!is_mean) (void)c.integer("storage_order", 0); // only places look at it
    set_padding(c, n, m.map);
    c.set(through(c, m, n, {}));
}

// Sums of |x|^p are those of a convolution whose weights are 1: padding is nothing to them.
void lp_pool(call& c) {
    images m = images_of(c);
    const std::int64_t p = c.integer("p", 2);
    if (p < 1) refuse("expected a p of 1 or more, found ", p);
    m.x = to_power(c, m.x, p);
    if (c.name().starts_with("Global")) return c.set(root_of(c, summed(c, m), p));
    const std::size_t axes = m.axes();
    ir::node n = {.kind = ir::op::depthwise_conv};
    n.bias = false;
    n.window = for_axes(c, "kernel_shape", axes, 0, 1);
    n.strides = for_axes(c, "strides", axes, 1, 1);
    n.dilations = for_axes(c, "dilations", axes, 1, 1);
    set_padding(c, n, m.map);
    const std::size_t weights =
        count({m.channels, n.window.extent[0], axes > 1 ? n.window.extent[1] : 1});
    c.spent().spend_elements(weights);
    layer_parameters ones;
    ones.weights().assign(weights, 1.0);
    c.set(root_of(c, std::get<flow>(through(c, m, n, ones)), p));
}

} // namespace laminate::codegen::onnx::rules
