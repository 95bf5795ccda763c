// SPDX-License-Identifier: MIT
#include "images.hpp"

#include "elementwise.hpp"

#include <laminate/ir/kind/table.hpp>
#include <laminate/ir/kind/windows.hpp>

#include <utility>

namespace laminate::codegen::onnx {
namespace {

constexpr std::size_t most_images = 32; // in one row

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

// What a map becomes, in the file's order.
dims shape_in_front(const images& m, const laminate::shape& map) {
    dims shape = {m.count, laminate::width(map)};
    for (std::size_t k = 0; k < m.axes(); ++k)
        shape.push_back(map.rank == 1 ? 1 : map.extent[k]);
    return shape;
}

} // namespace

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

void check_kernel_shape(const call& c, const dims& weights) {
    const auto kernel = c.integer_list("kernel_shape");
    if (!kernel) return;
    const std::size_t axes = weights.size() - 2;
    for (std::size_t k = 0; k < axes; ++k)
        if (kernel->size() != axes || (*kernel)[k] != static_cast<std::int64_t>(weights[k + 2]))
            refuse("expected kernel_shape as in W, ", text(weights));
}

std::vector<flow> layers_over(const call& c, const images& m, ir::node n,
                              const layer_parameters& p) {
    check_places(n, m.map);
    const ir::windows padded = ir::windows_of(n, m.map);
    c.allow({padded.height.padded(), padded.width.padded(), m.channels});
    const laminate::shape seen =
        ir::seen_through(n, m.map, n.kind == ir::op::conv ? n.units : m.channels);
    n.output = seen;
    c.allow(shape_in_front(m, seen));
    c.spent().spend_products(m.count, ir::of(n.kind).multiply_adds(n, ir::operands(&m.map, 1)));
    const std::size_t inside = m.floats() / m.channels;
    std::vector<flow> maps;
    for (std::size_t image = 0; image < m.count; ++image) {
        const auto apart = static_cast<std::int64_t>(inside);
        const selection from(static_cast<std::int64_t>(image * m.floats()),
                             {{inside, 1}, {m.channels, apart}});
        const value map = pick(m.x, {m.floats()}, from, no_axis);
        const flow like = {{seen.size()}, m.x.type, 0, {}, no_axis};
        maps.push_back(c.network().over_windows(std::get<flow>(map), n, m.map, p, like));
    }
    return maps;
}

value channels_in_front(const call& c, const images& m, const std::vector<flow>& maps,
                        const laminate::shape& map) {
    const dims shape = shape_in_front(m, map);
    const std::size_t channels = laminate::width(map);
    const selection back(
        0, {{channels, 1}, {map.size() / channels, static_cast<std::int64_t>(channels)}});
    if (m.count == 1) return pick(maps[0], shape, back, m.x.batch);
    std::vector<value> parts;
    for (const flow& y : maps)
        parts.push_back(pick(y, {map.size()}, back, no_axis));
    std::vector<const value*> all;
    for (const value& part : parts)
        all.push_back(&part);
    return reshaped(c.network().concat(all), shape, no_axis);
}

value through(const call& c, const images& m, const ir::node& n, const layer_parameters& p) {
    const std::vector<flow> maps = layers_over(c, m, n, p);
    const std::size_t channels = n.kind == ir::op::conv ? n.units : m.channels;
    return channels_in_front(c, m, maps, ir::seen_through(n, m.map, channels));
}

} // namespace laminate::codegen::onnx
