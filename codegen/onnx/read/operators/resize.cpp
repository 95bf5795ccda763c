// SPDX-License-Identifier: MIT
// Resize, and Upsample before it: an axis after the other. The nearest element is a move, a line
// between two neighbours a product with a matrix of the weights that each has.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {
namespace {

struct resizing {
    std::string mode;
    std::string coordinates;
    std::string nearest;
};

struct scaled_axis {
    std::size_t from;
    std::size_t to;
    double scale; // of the file: `to` may be cut
};

// Which operators there were before opset 11 says nothing of: Upsample, and Resize of opset 10.
resizing resizing_of(const call& c) {
    resizing r = {c.text("mode", "nearest"), "asymmetric", "floor"};
    if (r.mode == "cubic")
        refuse("expected mode 'nearest' or 'linear', found 'cubic', which isn't supported. Export "
               "it as linear");
    if (r.mode != "nearest" && r.mode != "linear")
        refuse("expected mode 'nearest' or 'linear', found ", quote(r.mode));
    if (c.opset() < 11) return r;
    r.coordinates = c.text("coordinate_transformation_mode", "half_pixel");
    r.nearest = c.text("nearest_mode", "round_prefer_floor");
    (void)c.number("cubic_coeff_a", 0.0); // of other modes
    (void)c.integer("exclude_outside", 0);
    (void)c.number("extrapolation_value", 0.0);
    const std::string policy = c.text("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch")
        refuse("expected keep_aspect_ratio_policy 'stretch', found ", quote(policy),
               ". Export it with the sizes that this leads to");
    if (c.integer("antialias", 0) != 0)
        refuse("expected antialias 0, found 1, which isn't supported. Export it without");
    for (const char* const known : {"half_pixel", "pytorch_half_pixel", "half_pixel_symmetric",
                                    "align_corners", "asymmetric", "tf_half_pixel_for_nn"})
        if (r.coordinates == known) return r;
    refuse("expected coordinate_transformation_mode half_pixel, pytorch_half_pixel, "
           "half_pixel_symmetric, align_corners, asymmetric or tf_half_pixel_for_nn, found ",
           quote(r.coordinates));
}

// Where position `at` of the result lies on an axis.
double place_of(const std::string& coordinates, const scaled_axis& a, std::size_t at) {
    const auto x = static_cast<double>(at);
    const auto from = static_cast<double>(a.from);
    const double to = a.scale * from;
    if (coordinates == "asymmetric") return x / a.scale;
    if (coordinates == "tf_half_pixel_for_nn") return (x + 0.5) / a.scale;
    if (coordinates == "align_corners") return to == 1.0 ? 0.0 : x * (from - 1.0) / (to - 1.0);
    if (coordinates == "pytorch_half_pixel" && !(to > 1.0)) return 0.0;
    const double half_pixel = (x + 0.5) / a.scale - 0.5;
    if (coordinates != "half_pixel_symmetric") return half_pixel;
    return from / 2.0 * (1.0 - static_cast<double>(a.to) / to) + half_pixel;
}

// Scales are rounded to float, and halves and whole numbers are where the nearest changes.
double rounded_to_halves(double x) {
    const double halves = std::round(2.0 * x) / 2.0;
    return std::abs(x - halves) <= 1e-6 * (1.0 + std::abs(x)) ? halves : x;
}

double whole_place(const call& c, const resizing& r, const scaled_axis& a, double x) {
    if (c.opset() < 11) return a.scale < 1.0 ? std::ceil(x) : std::floor(x);
    if (r.nearest == "round_prefer_floor") return std::ceil(x - 0.5);
    if (r.nearest == "round_prefer_ceil") return std::floor(x + 0.5);
    if (r.nearest == "floor") return std::floor(x);
    if (r.nearest == "ceil") return std::ceil(x);
    refuse("expected nearest_mode round_prefer_floor, round_prefer_ceil, floor or ceil, found ",
           quote(r.nearest));
}

std::size_t within(double place, const scaled_axis& a) {
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(a.from - 1)));
}

selection nearest_of(const call& c, const resizing& r, const scaled_axis& a) {
    indices sources;
    for (std::size_t at = 0; at < a.to; ++at) {
        const double x = rounded_to_halves(place_of(r.coordinates, a, at));
        sources.push_back(within(whole_place(c, r, a, x), a));
    }
    return sources;
}

// [from, to].
constant weights_of(const call& c, const resizing& r, const scaled_axis& a, element type) {
    c.spent().spend_matrix(a.from, a.to);
    std::vector<double> weights(a.from * a.to);
    for (std::size_t at = 0; at < a.to; ++at) {
        const double x = place_of(r.coordinates, a, at);
        const double left = std::floor(x);
        weights[within(left, a) * a.to + at] += 1.0 - (x - left);
        weights[within(left + 1.0, a) * a.to + at] += x - left;
    }
    return make_constant({a.from, a.to}, type, std::move(weights));
}

// Input i, if it says anything: tensors without elements stand for none.
const constant* said(const call& c, std::size_t i, const char* what) {
    if (!c.has(i)) return nullptr;
    const constant& k = c.known(i, what);
    return k.size() == 0 ? nullptr : &k;
}

scaled_axis axis_of_scale(std::size_t from, double scale) {
    const float to = std::floor(static_cast<float>(from) * static_cast<float>(scale));
    if (!(scale > 0.0) || !std::isfinite(scale) || !(to >= 1.0f) || to >= 0x1p31f)
        refuse("expected scales that leave at least one position, found ", short_text(scale),
               " on an axis of ", from);
    return {from, static_cast<std::size_t>(to), scale};
}

scaled_axis axis_of_size(std::size_t from, double size) {
    if (!(size >= 1.0) || size >= 0x1p31)
        refuse("expected sizes of 1 or more, found ", short_text(size));
    return {from, static_cast<std::size_t>(size), size / static_cast<double>(from)};
}

std::vector<scaled_axis> axes_of_result(const call& c) {
    const dims& shape = c.shape(0);
    std::vector<scaled_axis> all;
    for (const std::size_t extent : shape)
        all.push_back({extent, extent, 1.0});
    dims named;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        named.push_back(axis);
    if (const auto axes = c.integer_list("axes")) {
        (void)onnx::axes_of(*axes, shape.size());
        named.clear();
        for (const std::int64_t axis : *axes)
            named.push_back(onnx::axis_of(axis, shape.size()));
    }
    constant scales;
    const constant* given = nullptr;
    const constant* const sizes = c.opset() < 11 ? nullptr : said(c, 3, "sizes");
    if (c.name() == "Upsample" && c.opset() < 9) {
        std::vector<double> numbers = c.number_list("scales").value_or(std::vector<double>{});
        scales = make_constant({numbers.size()}, element::float32, std::move(numbers));
        given = &scales;
    } else {
        given = said(c, c.opset() < 11 ? 1 : 2, "scales");
    }
    if (given == nullptr && sizes == nullptr) refuse("expected scales or sizes, found none");
    const constant& numbers = sizes != nullptr ? *sizes : *given;
    if (numbers.size() != named.size())
        refuse("expected ", named.size(), sizes != nullptr ? " sizes" : " scales", ", found ",
               numbers.size());
    for (std::size_t k = 0; k < named.size(); ++k) {
        scaled_axis& a = all[named[k]];
        a = sizes != nullptr ? axis_of_size(a.from, numbers[k]) : axis_of_scale(a.from, numbers[k]);
    }
    return all;
}

using axis_order = std::vector<std::size_t>;

// x with its axes in this order.
value ordered(const call& c, const value& x, const axis_order& axes) {
    const dims& from = shape_of(x);
    const dims apart = strides(from);
    dims shape;
    integers step;
    std::size_t batch = no_axis;
    for (std::size_t k = 0; k < axes.size(); ++k) {
        shape.push_back(from[axes[k]]);
        step.push_back(static_cast<std::int64_t>(apart[axes[k]]));
        if (axes[k] == batch_of(x)) batch = k;
    }
    const selection sources = walk(shape, step);
    return c.picked(x, std::move(shape), sources, batch);
}

// All axes, one of them behind the others; and the order that undoes it.
axis_order with_last(std::size_t axis, std::size_t rank) {
    axis_order axes;
    for (std::size_t k = 0; k < rank; ++k)
        if (k != axis) axes.push_back(k);
    axes.push_back(axis);
    return axes;
}
axis_order undone(const axis_order& axes) {
    axis_order places(axes.size());
    for (std::size_t k = 0; k < axes.size(); ++k)
        places[axes[k]] = k;
    return places;
}

value linear_along(const call& c, const value& x, std::size_t axis, const constant& weights) {
    const axis_order axes = with_last(axis, shape_of(x).size());
    dims shape = shape_of(x);
    shape[axis] = weights.shape[1];
    c.allow(shape);
    return ordered(c, matrix_product(c, ordered(c, x, axes), weights), undone(axes));
}

// Positions that no strides say are a walk each, of a map whose channels are runs; of more it is
// less to multiply by zeros and ones.
constexpr std::size_t most_walks = 128;

value nearest_along(const call& c, const value& x, std::size_t axis, const selection& sources) {
    dims shape = shape_of(x);
    const flow* const moving = std::get_if<flow>(&x);
    const bool is_list = moving != nullptr && sources.strides() == nullptr;
    if (is_list && sources.size() > most_walks) {
        c.spent().spend_matrix(shape[axis], sources.size());
        std::vector<double> weights(shape[axis] * sources.size());
        for (std::size_t at = 0; at < sources.size(); ++at)
            weights[sources[at] * sources.size() + at] = 1.0;
        const dims extents = {shape[axis], sources.size()};
        return linear_along(c, x, axis, make_constant(extents, moving->type, std::move(weights)));
    }
    const value from = is_list ? value(c.network().in_order(*moving)) : x;
    const auto cut = shape.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::size_t outside = count(dims(shape.begin(), cut));
    const std::size_t inside = count(dims(cut + 1, shape.end()));
    const selection all = onnx::identity(outside).nested(
        shape[axis] * inside, sources.nested(inside, onnx::identity(inside)));
    shape[axis] = sources.size();
    c.allow(shape); // an axis may grow before another one shrinks
    value y = c.picked(from, shape, all, batch_of(x));
    if (const flow* const f = std::get_if<flow>(&y)) return c.network().in_order(*f);
    return y;
}

} // namespace

void resize(call& c) {
    const resizing r = resizing_of(c);
    const bool is_nearest = r.mode == "nearest";
    if (!is_nearest) expect_real(c);
    const std::vector<scaled_axis> axes = axes_of_result(c);
    if (count(c.shape(0)) == 0) refuse("expected at least one number, found none");
    dims shape;
    for (const scaled_axis& a : axes)
        shape.push_back(a.to);
    c.allow(shape);
    // The nearest moves runs of channels, which are behind a map then.
    const bool is_map = is_nearest && axes.size() > 2 && axes[1].from == axes[1].to;
    const axis_order seen = with_last(is_map ? 1 : axes.size() - 1, axes.size());
    value x = ordered(c, c.in(0), seen);
    for (std::size_t k = axes.size(); k-- > 0;) {
        const scaled_axis& a = axes[seen[k]];
        if (a.from == a.to && a.scale == 1.0) continue;
        if (batch_of(x) == k)
            refuse("mixes the rows of the batch, its axis ", seen[k],
                   ". Fix the batch: --batch <rows>");
        x = is_nearest ? nearest_along(c, x, k, nearest_of(c, r, a))
                       : linear_along(c, x, k, weights_of(c, r, a, type_of(x)));
    }
    c.set(ordered(c, x, undone(seen)));
}

} // namespace laminate::codegen::onnx::rules
