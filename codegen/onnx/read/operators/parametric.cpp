// SPDX-License-Identifier: MIT
// Functions of one number with attributes: LeakyRelu, Elu, Celu, Selu, ThresholdedRelu,
// HardSigmoid, Swish, Shrink, Gelu. Each reads its attributes and says what it is to a number.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace laminate::codegen::onnx::rules {
namespace {

using exact_function = std::function<double(double)>;

float narrow(double x) { return static_cast<float>(x); }

double finite(const call& c, const char* attribute, double otherwise) {
    const double number = c.number(attribute, otherwise);
    if (!std::isfinite(number))
        refuse("expected a finite ", attribute, ", found ", std::to_string(number));
    return number;
}

// Kernels promise nothing for others; a constant folds with any.
void expect_for_flow(const call& c, bool fits, const char* expected, double found) {
    if (!fits && c.flow_at(0) != nullptr)
        refuse("expected ", expected, ", found ", std::to_string(found));
}

exact_function leaky_relu(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", static_cast<double>(0.01f));
    f.kind = ir::op::leaky_relu;
    f.alpha = narrow(alpha);
    return [alpha](double x) { return x < 0.0 ? alpha * x : x; };
}

exact_function elu(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", 1.0);
    f.kind = ir::op::elu;
    f.alpha = narrow(alpha);
    return [alpha](double x) { return x < 0.0 ? alpha * std::expm1(x) : x; };
}

exact_function celu(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", 1.0);
    expect_for_flow(c, alpha > 0.0, "alpha above 0", alpha);
    f.kind = ir::op::celu;
    f.alpha = narrow(alpha);
    return [alpha](double x) {
        return std::max(x, 0.0) + std::min(alpha * std::expm1(x / alpha), 0.0);
    };
}

// The usual constants are selu's own; with others it is gamma times elu (see parametric()).
exact_function selu(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", static_cast<double>(1.67326319217681884765625f));
    const double gamma = finite(c, "gamma", static_cast<double>(1.05070102214813232421875f));
    const bool usual =
        std::abs(alpha - 1.6732632423543772) < 1e-6 && std::abs(gamma - 1.0507009873554805) < 1e-6;
    f.kind = usual ? ir::op::selu : ir::op::elu;
    f.alpha = usual ? 0.0f : narrow(alpha);
    return [=](double x) { return gamma * (x > 0.0 ? x : alpha * std::expm1(x)); };
}

exact_function thresholded_relu(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", 1.0);
    f.kind = ir::op::thresholded_relu;
    f.alpha = narrow(alpha);
    return [alpha](double x) { return x > alpha ? x : 0.0; };
}

exact_function hard_sigmoid(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", static_cast<double>(0.2f));
    const double beta = finite(c, "beta", 0.5);
    f.kind = ir::op::hard_sigmoid;
    f.alpha = narrow(alpha);
    f.beta = narrow(beta);
    return [=](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); };
}

exact_function swish(const call& c, ir::node& f) {
    const double alpha = finite(c, "alpha", 1.0);
    f.kind = ir::op::swish;
    f.alpha = narrow(alpha);
    return [alpha](double x) { return x / (1.0 + std::exp(-alpha * x)); };
}

exact_function shrink(const call& c, ir::node& f) {
    const double lambd = finite(c, "lambd", 0.5);
    expect_for_flow(c, lambd >= 0.0, "lambd of 0 or more", lambd);
    const double bias = finite(c, "bias", 0.0);
    f.kind = ir::op::shrink;
    f.threshold = narrow(lambd);
    f.beta = narrow(bias);
    return [=](double x) { return x < -lambd ? x + bias : x > lambd ? x - bias : 0.0; };
}

exact_function gelu(const call& c, ir::node& f) {
    const std::string approximate = c.text("approximate", "none");
    if (approximate != "none" && approximate != "tanh")
        refuse("expected approximate 'none' or 'tanh', found ", quote(approximate));
    f.kind = approximate == "tanh" ? ir::op::gelu_tanh : ir::op::gelu;
    if (f.kind == ir::op::gelu)
        return [](double x) { return 0.5 * x * (1.0 + std::erf(x * std::sqrt(0.5))); };
    return [](double x) {
        const double inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
        return 0.5 * x * (1.0 + std::tanh(inner));
    };
}

struct function {
    std::string_view name;
    exact_function (*read)(const call&, ir::node&);
};

constexpr function functions[] = {
    {"LeakyRelu", leaky_relu},
    {"Elu", elu},
    {"Celu", celu},
    {"Selu", selu},
    {"ThresholdedRelu", thresholded_relu},
    {"HardSigmoid", hard_sigmoid},
    {"Swish", swish},
    {"Shrink", shrink},
    {"Gelu", gelu},
};

// x sigmoid(alpha x): of a negative alpha -swish(-x), of 0 half of x; nothing where the kernel
// can't have alpha.
std::optional<flow> swish_of(builder& network, const flow& x, double alpha) {
    const std::vector<double> none(x.units.size(), 0.0);
    if (alpha == 0.0) return network.affine(x, std::vector<double>(x.units.size(), 0.5), none);
    ir::node f = node_of(ir::op::swish);
    f.alpha = narrow(std::abs(alpha));
    if (!(f.alpha >= 0x1p-30f && f.alpha <= 0x1p30f)) return std::nullopt;
    if (alpha > 0.0) return network.elementwise(x, f);
    const std::vector<double> minus(x.units.size(), -1.0);
    return network.affine(network.elementwise(network.affine(x, minus, none), f), minus, none);
}

// gamma * elu is a node and a scale; swish has a rule of its own for the sign of alpha.
flow over_flow(const call& c, const ir::node& f) {
    const flow& x = *c.flow_at(0);
    if (f.kind == ir::op::swish) {
        if (std::optional<flow> y = swish_of(c.network(), x, static_cast<double>(f.alpha)))
            return *std::move(y);
        refuse("expected alpha 0, or of a size from 2^-30 to 2^30, found ",
               std::to_string(f.alpha));
    }
    const flow y = c.network().elementwise(x, f);
    if (c.name() != "Selu" || f.kind == ir::op::selu) return y;
    const std::size_t units = y.units.size();
    const double gamma = c.number("gamma", static_cast<double>(1.05070102214813232421875f));
    return c.network().affine(y, std::vector<double>(units, gamma),
                              std::vector<double>(units, 0.0));
}

} // namespace

void parametric(call& c) {
    const auto* const found = std::find_if(std::begin(functions), std::end(functions),
                                           [&c](const function& f) { return f.name == c.name(); });
    expect_real(c);
    ir::node f;
    const exact_function exact = found->read(c, f);
    if (const constant* const x = c.constant_at(0)) return c.set(mapped(c, *x, exact));
    c.set(over_flow(c, f));
}

void swiglu(call& c) {
    expect_real(c);
    expect_one_type(c);
    const double alpha = c.number("alpha", 1.0);
    value gate = c.in(0);
    if (const constant* const x = c.constant_at(0)) {
        gate = mapped(c, *x, [alpha](double n) { return n / (1.0 + std::exp(-alpha * n)); });
    } else if (std::optional<flow> y = swish_of(c.network(), *c.flow_at(0), alpha)) {
        gate = *std::move(y);
    } else {
        refuse("expected alpha 0, or of a size from 2^-30 to 2^30, found ", std::to_string(alpha));
    }
    if (const constant* const k = std::get_if<constant>(&gate))
        return c.set(scaled(c, c.in(1), *k));
    if (const constant* const k = c.constant_at(1)) return c.set(scaled(c, gate, *k));
    c.set(combined(c, step::multiply, {gate, c.in(1)}, type_of(gate)));
}

} // namespace laminate::codegen::onnx::rules
