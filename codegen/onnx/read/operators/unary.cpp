// SPDX-License-Identifier: MIT
// Functions of one number without attributes, a row each.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace laminate::codegen::onnx::rules {
namespace {

struct unary_function {
    std::string_view name;
    ir::op kind;
    bool also_whole; // of integers, too
    double (*exact)(double);
};

double softplus_of(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

constexpr unary_function unary_functions[] = {
    {"Abs", ir::op::abs, true, [](double x) { return std::abs(x); }},
    {"Neg", ir::op::neg, true, [](double x) { return -x; }},
    {"Exp", ir::op::exp, false, [](double x) { return std::exp(x); }},
    {"Log", ir::op::log, false, [](double x) { return std::log(x); }},
    {"Sqrt", ir::op::sqrt, false, [](double x) { return std::sqrt(x); }},
    {"Reciprocal", ir::op::reciprocal, false, [](double x) { return 1.0 / x; }},
    {"Erf", ir::op::erf, false, [](double x) { return std::erf(x); }},
    {"Sigmoid", ir::op::sigmoid, false, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
    {"Tanh", ir::op::tanh, false, [](double x) { return std::tanh(x); }},
    {"Softplus", ir::op::softplus, false, softplus_of},
    {"Softsign", ir::op::softsign, false, [](double x) { return x / (1.0 + std::abs(x)); }},
    {"Mish", ir::op::mish, false, [](double x) { return x * std::tanh(softplus_of(x)); }},
    {"HardSwish", ir::op::hard_swish, false,
     [](double x) { return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0); }},
    {"Floor", ir::op::floor, false, [](double x) { return std::floor(x); }},
    {"Ceil", ir::op::ceil, false, [](double x) { return std::ceil(x); }},
    {"Round", ir::op::round, false, [](double x) { return std::nearbyint(x); }},
    {"Sign", ir::op::sign, true, [](double x) { return x > 0.0   ? 1.0
                                                       : x < 0.0 ? -1.0
                                                                 : x + 0.0; }},
    {"Sin", ir::op::sin, false, [](double x) { return std::sin(x); }},
    {"Cos", ir::op::cos, false, [](double x) { return std::cos(x); }},
    {"Tan", ir::op::tan, false, [](double x) { return std::tan(x); }},
    {"Asin", ir::op::asin, false, [](double x) { return std::asin(x); }},
    {"Acos", ir::op::acos, false, [](double x) { return std::acos(x); }},
    {"Atan", ir::op::atan, false, [](double x) { return std::atan(x); }},
    {"Sinh", ir::op::sinh, false, [](double x) { return std::sinh(x); }},
    {"Cosh", ir::op::cosh, false, [](double x) { return std::cosh(x); }},
    {"Asinh", ir::op::asinh, false, [](double x) { return std::asinh(x); }},
    {"Acosh", ir::op::acosh, false, [](double x) { return std::acosh(x); }},
    {"Atanh", ir::op::atanh, false, [](double x) { return std::atanh(x); }},
};

} // namespace

void unary(call& c) {
    const auto* const found =
        std::find_if(std::begin(unary_functions), std::end(unary_functions),
                     [&c](const unary_function& f) { return f.name == c.name(); });
    if (!found->also_whole) expect_real(c);
    apply(c, node_of(found->kind), found->exact);
}

} // namespace laminate::codegen::onnx::rules
