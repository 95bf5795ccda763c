// SPDX-License-Identifier: MIT
// LayerNormalization, RMSNormalization, InstanceNormalization and GroupNormalization: (x - mean) /
// sqrt(variance + epsilon) within parts of the value, then a scale and a shift: layer_norm or
// rms_norm.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {
namespace {

struct parts {
    std::size_t count;
    std::size_t wide; // elements of each, neighbours
    std::size_t axis; // of the value, from which on they are within a part
    bool centred;     // else the mean is taken as 0
    double epsilon;
};

std::vector<double> of_numbers(const constant& x, const parts& p) {
    std::vector<double> y;
    for (std::size_t start = 0; start < x.size(); start += p.wide) {
        double mean = 0.0, square = 0.0;
        for (std::size_t i = start; p.centred && i < start + p.wide; ++i)
            mean += x[i] / static_cast<double>(p.wide);
        for (std::size_t i = start; i < start + p.wide; ++i)
            square += (x[i] - mean) * (x[i] - mean) / static_cast<double>(p.wide);
        for (std::size_t i = start; i < start + p.wide; ++i)
            y.push_back((x[i] - mean) / std::sqrt(square + p.epsilon));
    }
    return y;
}

// The mean of each part, as often as it has elements.
flow means(const call& c, const flow& x, const parts& p) {
    const std::size_t columns = c.network().node(x.node).output.size();
    c.spent().spend_matrix(p.count, columns);
    linear_form form{x.node, columns, std::vector<double>(p.count * columns),
                     std::vector<double>(p.count)};
    for (std::size_t i = 0; i < x.units.size(); ++i)
        form.weights[i / p.wide * columns + x.units[i]] += 1.0 / static_cast<double>(p.wide);
    return c.network().dense(std::move(form), {{p.count, 1}, x.type, 0, {}, no_axis});
}

// One number of each part, as the file's other outputs have them.
void keep(call& c, const flow& of_part, std::size_t axis, std::size_t output) {
    if (!c.wants(output)) return;
    dims shape = c.shape(0);
    std::fill(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end(), 1);
    const flow& x = *c.flow_at(0);
    c.set(reshaped(of_part, std::move(shape), x.batch < axis ? x.batch : no_axis), output);
}

// The mean and 1 / sqrt(variance + epsilon) of each part, where the file wants them.
void keep_moments(call& c, const flow& given, const parts& p) {
    if (!c.wants(1) && !c.wants(2)) return;
    builder& network = c.network();
    flow x = given;
    x.shape = {p.count, p.wide};
    x.batch = no_axis;
    const flow mean = means(c, x, p);
    keep(c, mean, p.axis, 1);
    x = network.binary(ir::op::subtract, x, std::get<flow>(expanded(c, mean, x.shape)));
    const flow variance = means(c, network.elementwise(x, node_of(ir::op::square)), p);
    const flow positive = network.affine(variance, std::vector<double>(p.count, 1.0),
                                         std::vector<double>(p.count, p.epsilon));
    const flow root = network.elementwise(positive, node_of(ir::op::sqrt));
    keep(c, network.elementwise(root, node_of(ir::op::reciprocal)), p.axis, 2);
}

void normalise(call& c, const parts& p, const constant& scale, const constant& shift) {
    expect_real(c);
    const dims& shape = c.shape(0);
    if (p.count * p.wide == 0) refuse("expected at least one number, found none");
    if (!(p.epsilon >= 0.0) || !std::isfinite(p.epsilon))
        refuse("expected an epsilon of 0 or more, found ", std::to_string(p.epsilon));
    for (const constant* const k : {&scale, &shift})
        if (broadcast(shape, k->shape) != shape)
            refuse("expected scale and bias that broadcast to ", text(shape), ", found ",
                   text(k->shape));
    if (const constant* const k = c.constant_at(0))
        return c.set(
            scaled_and_shifted(c, make_constant(shape, k->type, of_numbers(*k, p)), scale, shift));
    const flow& x = *c.flow_at(0);
    ir::node f = node_of(p.centred ? ir::op::layer_norm : ir::op::rms_norm);
    f.groups = p.count;
    f.alpha = static_cast<float>(p.epsilon);
    flow y = c.network().norm(x, f, *std::get<constant>(expanded(c, scale, shape)).numbers,
                              p.centred ? *std::get<constant>(expanded(c, shift, shape)).numbers
                                        : std::vector<double>{});
    if (x.batch != no_axis && x.batch >= p.axis) y.batch = no_axis;
    keep_moments(c, x, p);
    c.set(std::move(y));
}

double epsilon_of(const call& c) { return c.number("epsilon", static_cast<double>(1e-5f)); }

// One number for each channel, or for each group of them.
constant norm_per_channel(const call& c, std::size_t i, const char* what, std::size_t each) {
    const dims& x = c.shape(0);
    const constant& k = c.known(i, what);
    if (k.shape.size() != 1 || k.size() * each != x[1])
        refuse("expected ", what, " of shape ", text({x[1] / each}), ", found ", text(k.shape));
    std::vector<double> numbers;
    for (std::size_t channel = 0; channel < x[1]; ++channel)
        numbers.push_back(k[channel / each]);
    dims shape(x.size(), 1);
    shape[1] = x[1];
    return make_constant(std::move(shape), k.type, std::move(numbers));
}

} // namespace

void layer_normalization(call& c) {
    const dims& shape = c.shape(0);
    const std::size_t axis = axis_of(c.integer("axis", -1), shape.size());
    if (c.integer("stash_type", 1) != 1) refuse("expected stash_type 1, float");
    const bool centred = c.name() == "LayerNormalization";
    const auto cut = shape.begin() + static_cast<std::ptrdiff_t>(axis);
    const constant none = make_constant({}, type_of(c.in(0)), {0.0});
    normalise(c,
              {count(dims(shape.begin(), cut)), count(dims(cut, shape.end())), axis, centred,
               epsilon_of(c)},
              c.known(1, "scale"), centred && c.has(2) ? c.known(2, "bias") : none);
}

void instance_normalization(call& c) {
    const dims& shape = c.shape(0);
    if (shape.size() < 3) refuse("expected a rank of 3 or more, found shape ", text(shape));
    const std::size_t channels = count({shape[0], shape[1]});
    normalise(c, {channels, channels == 0 ? 0 : count(shape) / channels, 2, true, epsilon_of(c)},
              norm_per_channel(c, 1, "scale", 1), norm_per_channel(c, 2, "bias", 1));
}

void group_normalization(call& c) {
    const dims& shape = c.shape(0);
    const std::int64_t given = c.integer("num_groups", 0);
    const auto groups = static_cast<std::size_t>(given);
    if (shape.size() < 2 || given < 1 || groups > shape[1] || shape[1] % groups != 0)
        refuse("expected num_groups that divide the channels of ", text(shape), ", found ", given);
    if (c.opset() >= 21 && c.integer("stash_type", 1) != 1) refuse("expected stash_type 1, float");
    const std::size_t parts = shape[0] * groups;
    const std::size_t each = c.opset() < 21 ? shape[1] / groups : 1;
    normalise(c, {parts, parts == 0 ? 0 : count(shape) / parts, 1, true, epsilon_of(c)},
              norm_per_channel(c, 1, "scale", each), norm_per_channel(c, 2, "bias", each));
}

} // namespace laminate::codegen::onnx::rules
