// SPDX-License-Identifier: MIT
#include "formula.hpp"

#include "../../graph/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::onnx {
namespace {

constexpr double roundoff = 0x1p-24;     // of a constant, to float
constexpr double double_error = 0x1p-50; // of a step that is computed here

estimate checked(double value, double off) {
    off += double_error * std::abs(value);
    return {value, std::isnan(off) ? std::numeric_limits<double>::infinity() : off};
}

// A truth that small changes of a and b may turn.
estimate truth(bool holds, bool is_sure) { return {holds ? 1.0 : 0.0, is_sure ? 0.0 : 1.0}; }

bool are_apart(const estimate& a, const estimate& b) {
    return a.off + b.off == 0.0 || std::abs(a.value - b.value) > a.off + b.off;
}

estimate larger(const estimate& a, const estimate& b) {
    return {std::max(a.value, b.value), std::max(a.off, b.off)};
}

estimate power(const estimate& a, const estimate& b) {
    const double value = std::pow(a.value, b.value);
    return checked(value, std::max(std::abs(std::pow(a.value + a.off, b.value) - value),
                                   std::abs(std::pow(a.value - a.off, b.value) - value)));
}

estimate chosen(const estimate& by, const estimate& yes, const estimate& no) {
    estimate one = by.value != 0.0 ? yes : no;
    if (by.off != 0.0) one.off = std::max(yes.off, no.off) + std::abs(yes.value - no.value);
    return one;
}

} // namespace

std::optional<ir::op> function_of_two(step does) {
    switch (does) {
    case step::add:
        return ir::op::add;
    case step::subtract:
        return ir::op::subtract;
    case step::multiply:
        return ir::op::multiply;
    case step::divide:
        return ir::op::divide;
    case step::maximum:
        return ir::op::maximum;
    case step::minimum:
        return ir::op::minimum;
    case step::less:
        return ir::op::less;
    case step::less_or_equal:
        return ir::op::less_equal;
    case step::equal:
        return ir::op::equal;
    case step::both: // of 0 and 1
        return ir::op::multiply;
    case step::either:
        return ir::op::maximum;
    case step::power:
        return ir::op::power;
    default:
        return std::nullopt;
    }
}

estimate rounded_constant(double number) { return {number, roundoff * std::abs(number)}; }

estimate applied(step does, std::span<const estimate> of) {
    const estimate& a = of.front();
    const estimate& b = of[of.size() > 1 ? 1 : 0];
    const estimate zero;
    const bool is_set = a.value != 0.0;
    switch (does) {
    case step::add:
        return checked(a.value + b.value, a.off + b.off);
    case step::subtract:
        return checked(a.value - b.value, a.off + b.off);
    case step::multiply: // nothing is 0 times 0 by the other's being infinite
        return checked(a.value * b.value, (b.off == 0.0 ? 0.0 : std::abs(a.value) * b.off) +
                                              (a.off == 0.0 ? 0.0 : std::abs(b.value) * a.off));
    case step::divide: {
        const double ratio = a.value / b.value;
        return checked(ratio, (a.off + (b.off == 0.0 ? 0.0 : std::abs(ratio) * b.off)) /
                                  std::abs(b.value));
    }
    case step::power:
        return power(a, b);
    case step::maximum:
        return larger(a, b);
    case step::minimum: {
        const estimate most = larger({-a.value, a.off}, {-b.value, b.off});
        return {-most.value, most.off};
    }
    case step::is_set:
        return truth(is_set, are_apart(a, zero));
    case step::is_not:
        return truth(!is_set, are_apart(a, zero));
    case step::both:
        return truth(is_set && b.value != 0.0, a.off + b.off == 0.0);
    case step::either:
        return truth(is_set || b.value != 0.0, a.off + b.off == 0.0);
    case step::differs:
        return truth(is_set != (b.value != 0.0), a.off + b.off == 0.0);
    case step::equal:
        return truth(a.value == b.value, are_apart(a, b));
    case step::less:
        return truth(a.value < b.value, are_apart(a, b));
    case step::less_or_equal:
        return truth(a.value <= b.value, are_apart(a, b));
    case step::choose:
        return chosen(a, b, of[2]);
    }
    return {};
}

estimate applied(const ir::node& layer, double slope, double shift, const estimate& x) {
    const double result = reference::function_at(layer, x.value, slope, shift);
    double off = 0.0;
    const auto vary = [&](const ir::node& other, double of_slope, double of_shift, double at) {
        off += std::abs(reference::function_at(other, at, of_slope, of_shift) - result);
    };
    if (x.off != 0.0) {
        estimate sides[] = {{x.value + x.off}, {x.value - x.off}};
        for (estimate& side : sides)
            side.off = std::abs(reference::function_at(layer, side.value, slope, shift) - result);
        off = std::max(sides[0].off, sides[1].off);
    }
    if (std::abs(slope) != 1.0) vary(layer, slope * (1.0 + roundoff), shift, x.value);
    vary(layer, slope, shift * (1.0 + roundoff), x.value);
    ir::node next = layer;
    if (layer.kind != ir::op::thresholded_relu) // whose alpha is a corner, and meant
        next.alpha = std::nextafter(layer.alpha, 2.0f * layer.alpha);
    vary(next, slope, shift, x.value);
    next = layer;
    next.beta = std::nextafter(layer.beta, 2.0f * layer.beta);
    if (layer.kind != ir::op::clip) vary(next, slope, shift, x.value);
    return checked(result, off);
}

} // namespace laminate::codegen::onnx
