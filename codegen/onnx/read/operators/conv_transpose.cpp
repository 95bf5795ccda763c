// SPDX-License-Identifier: MIT
// ConvTranspose: each position of a map adds its window of weights to the result, a stride further
// each time. Seen from the result, the neighbours from position j * stride on take what they are
// made of from the same positions of the map, so they are units of one convolution: a unit for each
// of these phases. Its units become positions by a move.
#include "images.hpp"
#include "rules.hpp"

#include <algorithm>
#include <array>

namespace laminate::codegen::onnx::rules {
namespace {

// Tap k of position i adds to position i * stride + k * dilation - pad of the result.
struct phases {
    std::size_t count = 1;    // the stride
    std::size_t kernel = 1;   // of the file
    std::size_t taps = 1;     // of the convolution
    std::size_t before = 0;   // its padding
    std::size_t after = 0;    //
    std::size_t dilation = 1; // the taps of the file's
    std::size_t apart = 1;    // those of the convolution
    std::size_t pad = 0;
    std::size_t extent = 1; // of the result

    // Where a tap of the file is: how many strides behind the map's position, plus a phase.
    std::int64_t place(std::size_t k) const {
        return static_cast<std::int64_t>(k * dilation) - static_cast<std::int64_t>(pad);
    }
    std::int64_t behind(std::int64_t at) const {
        const auto stride = static_cast<std::int64_t>(count);
        return at >= 0 ? at / stride : -((stride - 1 - at) / stride);
    }
    std::size_t phase(std::size_t k) const {
        return static_cast<std::size_t>(place(k) -
                                        behind(place(k)) * static_cast<std::int64_t>(count));
    }
    std::size_t tap(std::size_t k) const {
        return static_cast<std::size_t>(static_cast<std::int64_t>(before) - behind(place(k))) /
               apart;
    }
    // Positions of the convolution that the result needs.
    std::size_t turns() const { return (extent - 1) / count + 1; }
};

// The convolution of an axis whose result is known.
void set_taps(phases& p, std::size_t map) {
    // A single position goes nowhere, whatever the stride.
    if (map == 1) p.count = std::min(p.count, p.extent);
    const std::int64_t first = p.behind(p.place(0));
    const std::int64_t last = p.behind(p.place(p.kernel - 1));
    if (p.count == 1 && last >= 0) p.apart = p.dilation;
    p.before = static_cast<std::size_t>(std::max<std::int64_t>(last, 0));
    p.taps = static_cast<std::size_t>(static_cast<std::int64_t>(p.before) - first) / p.apart + 1;
    const std::int64_t after =
        static_cast<std::int64_t>(p.turns()) - first - static_cast<std::int64_t>(map);
    p.after = static_cast<std::size_t>(std::max<std::int64_t>(after, 0));
}

// What is cut off in front, and the extent of the result.
void set_extent(const call& c, phases& p, std::size_t map, std::size_t k, std::size_t axes) {
    const std::string kind = c.text("auto_pad", "NOTSET");
    const laminate::shape added = for_axes(c, "output_padding", axes, 0, 0);
    const laminate::shape pads = for_axes(c, "pads", 2 * axes, 0, 0);
    const auto shape = c.integer_list("output_shape");
    const std::size_t all = p.count * (map - 1) + added.extent[k] + (p.kernel - 1) * p.dilation + 1;
    const bool is_same = kind == "SAME_UPPER" || kind == "SAME_LOWER";
    if (!is_same && kind != "NOTSET" && kind != "VALID")
        refuse("expected auto_pad NOTSET, SAME_UPPER, SAME_LOWER or VALID, found ", quote(kind));
    if (shape || is_same) {
        // Some files have the batch and the channels in front.
        if (shape && shape->size() != axes && shape->size() != axes + 2)
            refuse("expected ", axes, " numbers in output_shape, found ", shape->size());
        p.extent =
            shape
                ? for_axes(c, "output_shape", shape->size(), 1, 1).extent[k + shape->size() - axes]
                : map * p.count;
        const std::size_t cut = all > p.extent ? all - p.extent : 0;
        p.pad = kind == "SAME_UPPER" ? cut / 2 : cut - cut / 2;
        return;
    }
    const bool is_padded = kind == "NOTSET";
    const std::size_t before = is_padded ? pads.extent[k] : 0;
    const std::size_t after = is_padded ? pads.extent[axes + k] : 0;
    if (before + after >= all)
        refuse("expected pads that leave a part of ", all, " positions, found ", before, " and ",
               after);
    p.pad = before;
    p.extent = all - before - after;
}

struct weight_layout {
    std::size_t groups;
    std::size_t units; // of a group
};

weight_layout checked_layout(const call& c, const images& m, const constant& w) {
    if (w.shape.size() != m.axes() + 2 || count(w.shape) == 0)
        refuse("expected W of rank ", m.axes() + 2, ", found shape ", text(w.shape));
    const std::int64_t group = c.integer("group", 1);
    const std::size_t groups = group > 0 ? static_cast<std::size_t>(group) : 0;
    if (groups == 0 || m.channels % groups != 0 || w.shape[0] != m.channels)
        refuse("expected W [", m.channels, ", units / group, ...] of a group that divides both, ",
               "found ", text(w.shape), " and group ", group);
    check_kernel_shape(c, w.shape);
    return {groups, w.shape[1]};
}

// Two axes, the first one of extent 1 where the map has one only.
using two_axes = std::array<phases, 2>;

two_axes phases_of(const call& c, const images& m, const constant& w) {
    const std::size_t axes = m.axes();
    const laminate::shape strides = for_axes(c, "strides", axes, 1, 1);
    const laminate::shape dilations = for_axes(c, "dilations", axes, 1, 1);
    two_axes all;
    for (std::size_t k = 0; k < axes; ++k) {
        phases& p = all[k + 2 - axes];
        p.count = strides.extent[k];
        p.dilation = dilations.extent[k];
        p.kernel = w.shape[k + 2];
        set_extent(c, p, m.map.extent[k], k, axes);
        c.allow({p.extent});
        set_taps(p, m.map.extent[k]);
    }
    return all;
}

// [group, phase, unit] by [channel of the group, taps].
std::vector<double> weights_by_phase(const constant& w, const weight_layout& t, const two_axes& p,
                                     std::size_t channels) {
    const auto& [down, across] = p;
    const std::size_t inside = channels / t.groups;
    std::vector<double> weights(t.groups * down.count * across.count * t.units * inside *
                                down.taps * across.taps);
    std::size_t i = 0;
    for (std::size_t channel = 0; channel < channels; ++channel)
        for (std::size_t unit = 0; unit < t.units; ++unit)
            for (std::size_t y = 0; y < down.kernel; ++y)
                for (std::size_t x = 0; x < across.kernel; ++x) {
                    const std::size_t phase =
                        (channel / inside * down.count + down.phase(y)) * across.count +
                        across.phase(x);
                    const std::size_t row = (phase * t.units + unit) * inside + channel % inside;
                    weights[(row * down.taps + down.tap(y)) * across.taps + across.tap(x)] +=
                        w[i++];
                }
    return weights;
}

void set_bias(const call& c, ir::node& n, layer_parameters& p, const weight_layout& t,
              std::size_t phases) {
    n.bias = c.has(2);
    if (!n.bias) return;
    const constant& bias = c.known(2, "B");
    if (bias.size() != t.groups * t.units)
        refuse("expected B of shape ", text({t.groups * t.units}), ", found ", text(bias.shape));
    for (std::size_t group = 0; group < t.groups; ++group)
        for (std::size_t phase = 0; phase < phases; ++phase)
            for (std::size_t unit = 0; unit < t.units; ++unit)
                p.bias().push_back(bias[group * t.units + unit]);
}

std::int64_t step_of(std::size_t n) { return static_cast<std::int64_t>(n); }

// The phases of a map [.., across, units] as positions.
flow as_positions(const call& c, const flow& y, const weight_layout& t, const two_axes& p,
                  std::size_t across) {
    const std::size_t of_group = p[0].count * p[1].count * t.units;
    const std::size_t units = t.groups * of_group;
    const std::size_t wide = p[1].turns() * p[1].count * t.groups * t.units; // of the result
    const selection all(0, {{p[0].turns(), step_of(across * units)},
                            {p[0].count, step_of(p[1].count * t.units)},
                            {p[1].turns(), step_of(units)},
                            {p[1].count, step_of(t.units)},
                            {t.groups, step_of(of_group)},
                            {t.units, 1}});
    const std::size_t kept = p[1].extent * t.groups * t.units;
    flow whole = std::get<flow>(pick(y, {all.size()}, all, no_axis));
    const selection part(0, {{p[0].extent, step_of(wide)}, {kept, 1}});
    if (part.size() == all.size()) return whole;
    if (p[0].count * p[1].count > 1) whole = c.network().in_order(whole);
    return std::get<flow>(pick(whole, {part.size()}, part, no_axis));
}

} // namespace

void conv_transpose(call& c) {
    const images m = images_of(c);
    const constant& w = c.known(1, "W");
    const weight_layout t = checked_layout(c, m, w);
    const two_axes p = phases_of(c, m, w);
    const std::size_t all = p[0].count * p[1].count;
    laminate::shape result = with_width(m.map, t.groups * t.units);
    ir::node n = {.kind = ir::op::conv};
    n.groups = t.groups;
    n.units = t.groups * t.units * all;
    n.window = n.axes = n.after = n.strides = n.dilations = {m.axes(), {}};
    for (std::size_t k = 0; k < m.axes(); ++k) {
        const phases& of = p[k + 2 - m.axes()];
        n.window.extent[k] = of.taps;
        n.axes.extent[k] = of.before;
        n.after.extent[k] = of.after;
        n.strides.extent[k] = 1;
        n.dilations.extent[k] = of.apart;
        result.extent[k] = of.extent;
    }
    c.allow({m.count, t.groups * t.units, p[0].extent, p[1].extent});
    c.spent().spend_elements(count(
        {t.groups, t.units, p[0].count, p[1].count, m.channels / t.groups, p[0].taps, p[1].taps}));
    layer_parameters parameters;
    parameters.weights() = weights_by_phase(w, t, p, m.channels);
    set_bias(c, n, parameters, t, all);
    const laminate::shape seen = ir::seen_through(n, m.map, n.units);
    if (t.groups > 1 && t.groups == n.units && t.groups == m.channels) {
        n.kind = ir::op::depthwise_conv;
        n.groups = 1;
        n.units = 0;
    }
    std::vector<flow> maps = layers_over(c, m, n, parameters);
    for (flow& y : maps)
        y = as_positions(c, y, t, p, seen.extent[m.axes() - 1]);
    c.set(channels_in_front(c, m, maps, result));
}

} // namespace laminate::codegen::onnx::rules
