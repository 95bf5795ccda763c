// SPDX-License-Identifier: MIT
// What goes over the windows of a map: Conv, MaxPool, AveragePool and those of whole maps. Files
// have channels in front of a map, [batch, channels, height, width]; here they are behind it.
#include "elementwise.hpp"
#include "rules.hpp"

#include <laminate/ir/kind/windows.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace laminate::codegen::onnx::rules {
namespace {

constexpr std::size_t most_images = 32; // in one row

// x's shape [images, channels, axes...].
struct images {
    const flow& x;
    std::size_t count;
    std::size_t channels;
    laminate::shape map; // of one of them, channels last

    std::size_t axes() const { return map.rank - 1; }
    std::size_t floats() const { return map.size(); }
};

images images_of(const call& c) {
    expect_real(c);
    const dims& shape = c.shape(0);
    const flow* const x = c.flow_at(0);
    if (x == nullptr) refuse("goes over a map of constants only; expected one that flows");
    if (shape.size() < 3 || shape.size() > 4)
        refuse("expected [batch, channels, length] or [batch, channels, height, width], found ",
               text(shape));
    if (x->batch != no_axis && x->batch != 0)
        refuse("mixes the rows of the batch, its axis ", x->batch,
               ". Export it with the batch in front, or fix the batch: --batch <rows>");
    if (shape[0] == 0 || shape[0] > most_images)
        refuse("expected 1 to ", most_images, " maps in a row, found ", shape[0],
               ". Free the batch's axis, so that a row is one of them");
    if (count(shape) == 0) refuse("expected at least one element, found shape ", text(shape));
    images m = {*x, shape[0], shape[1], {}};
    for (std::size_t k = 2; k < shape.size(); ++k)
        m.map.extent[m.map.rank++] = shape[k];
    m.map.extent[m.map.rank++] = m.channels;
    return m;
}

// Attributes with a number for each axis, at least `least`.
laminate::shape for_axes(const call& c, const char* attribute, std::size_t axes,
                         std::int64_t otherwise, std::int64_t least) {
    const integers given = c.integer_list(attribute).value_or(integers(axes, otherwise));
    if (given.size() != axes)
        refuse("expected ", axes, " numbers in ", attribute, ", found ", given.size());
    laminate::shape all = {axes, {}};
    for (std::size_t k = 0; k < axes; ++k) {
        if (given[k] < least || given[k] > static_cast<std::int64_t>(ir::max_weights))
            refuse("expected numbers of at least ", least, " in ", attribute, ", found ", given[k]);
        all.extent[k] = static_cast<std::size_t>(given[k]);
    }
    return all;
}

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

void check_places(const ir::node& n, const laminate::shape& map) {
    const ir::windows w = ir::windows_of(n, map);
    const ir::window_axis* const axes[] = {&w.height, &w.width};
    for (const ir::window_axis* const a : axes) {
        if (!a->fits())
            refuse("has a window of ", a->kernel, " on an axis of ", a->padded(),
                   ", padding included");
        if (n.kind != ir::op::conv && n.kind != ir::op::depthwise_conv && !a->sees_map())
            refuse("has a window that lies in the padding alone");
    }
}

// Each image through the layer, and its result with channels in front again.
void through(call& c, const images& m, ir::node n, const layer_parameters& p) {
    check_places(n, m.map);
    const ir::windows padded = ir::windows_of(n, m.map);
    c.allow({padded.height.padded(), padded.width.padded(), m.channels});
    const laminate::shape seen =
        ir::seen_through(n, m.map, n.kind == ir::op::conv ? n.units : m.channels);
    n.output = seen;
    const std::size_t channels = laminate::width(seen);
    const std::size_t positions = seen.size() / channels;
    dims shape = {m.count, channels};
    for (std::size_t k = 0; k < m.axes(); ++k)
        shape.push_back(n.window.rank == 0 ? 1 : seen.extent[k]);
    c.allow(shape);
    c.spent().spend_products(m.count, ir::of(n.kind).multiply_adds(n, ir::operands(&m.map, 1)));
    const std::size_t inside = m.floats() / m.channels;
    std::vector<value> parts;
    for (std::size_t image = 0; image < m.count; ++image) {
        const auto apart = static_cast<std::int64_t>(inside);
        const selection from(static_cast<std::int64_t>(image * m.floats()),
                             {{inside, 1}, {m.channels, apart}});
        const value map = pick(c.in(0), {m.floats()}, from, no_axis);
        const flow like = {{seen.size()}, m.x.type, 0, {}, no_axis};
        const flow y = c.network().over_windows(std::get<flow>(map), n, m.map, p, like);
        const selection back(0, {{channels, 1}, {positions, static_cast<std::int64_t>(channels)}});
        parts.push_back(pick(y, m.count == 1 ? shape : dims{seen.size()}, back,
                             m.count == 1 ? m.x.batch : no_axis));
    }
    if (m.count == 1) return c.set(std::move(parts[0]));
    std::vector<const value*> all;
    for (const value& part : parts)
        all.push_back(&part);
    c.set(reshaped(c.network().concat(all), shape, no_axis));
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
    if (const auto kernel = c.integer_list("kernel_shape"))
        for (std::size_t k = 0; k < axes; ++k)
            if (kernel->size() != axes ||
                (*kernel)[k] != static_cast<std::int64_t>(n.window.extent[k]))
                refuse("expected kernel_shape as in W, ", text(weights.shape));
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
    through(c, m, n, p);
}

void pool(call& c) {
    const images m = images_of(c);
    const bool is_mean = c.name().ends_with("AveragePool");
    ir::node n = {.kind = is_mean ? ir::op::average_pool : ir::op::max_pool};
    if (c.name().starts_with("Global")) return through(c, m, n, {});
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
    through(c, m, n, {});
}

} // namespace laminate::codegen::onnx::rules
