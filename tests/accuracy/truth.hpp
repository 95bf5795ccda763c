// SPDX-License-Identifier: MIT
#pragma once

// What the elementwise functions of kernel/ are measured against: each with the exact function in
// double and what it promises. Needs a libm whose double functions are right to a few ulp of double
// (2^-27 ulp of float). Promises one list, `functions`, for every program that tests or times them.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>

#include "laminate/kernel/forward/arcs.hpp"
#include "laminate/kernel/forward/areas.hpp"
#include "laminate/kernel/forward/arithmetic.hpp"
#include "laminate/kernel/forward/elu.hpp"
#include "laminate/kernel/forward/erf.hpp"
#include "laminate/kernel/forward/exp.hpp"
#include "laminate/kernel/forward/expm1.hpp"
#include "laminate/kernel/forward/gelu.hpp"
#include "laminate/kernel/forward/hyperbolic.hpp"
#include "laminate/kernel/forward/log.hpp"
#include "laminate/kernel/forward/piecewise.hpp"
#include "laminate/kernel/forward/sigmoid.hpp"
#include "laminate/kernel/forward/softplus.hpp"
#include "laminate/kernel/forward/swish.hpp"
#include "laminate/kernel/forward/tanh.hpp"
#include "laminate/kernel/forward/trigonometric.hpp"

namespace laminate::truth {

// The domain of each is every float. Its error is stated by the functor, as max_ulp. At +-0 and
// +-inf the result must be the rounded exact one, with its sign; at NaN it must be NaN.
template <class Functor>
struct function {
    using functor = Functor;

    std::string_view name;
    double (*exact)(double);
    float lowest, highest; // results outside are wrong, however close
    bool monotone;         // a larger input never gives a smaller result
};

inline constexpr float infinity = std::numeric_limits<float>::infinity();

// x / (1 + e^-z). What is a product of -inf and 0 is the limit, -0.
inline double gated(double x, double z) {
    if (x == -std::numeric_limits<double>::infinity()) return -0.0;
    return z < 0.0 ? x * std::exp(z) / (1.0 + std::exp(z)) : x / (1.0 + std::exp(-z));
}

// Functors with numbers of their own; errors don't depend on these.
struct celu : kernel::celu {
    constexpr celu() : kernel::celu{0.7f} {}
};
struct swish : kernel::swish {
    constexpr swish() : kernel::swish{1.702f} {}
};

inline constexpr auto functions = std::tuple{
    function<kernel::exp>{"exp", [](double x) { return std::exp(x); }, 0.0f, infinity, true},
    function<kernel::expm1>{"expm1", [](double x) { return std::expm1(x); }, -1.0f, infinity, true},
    function<kernel::sigmoid>{"sigmoid", [](double x) { return 1.0 / (1.0 + std::exp(-x)); }, 0.0f,
                              1.0f, true},
    function<kernel::tanh>{"tanh", [](double x) { return std::tanh(x); }, -1.0f, 1.0f, true},
    function<kernel::log>{"log", [](double x) { return std::log(x); }, -infinity, infinity, true},
    function<kernel::softplus>{
        "softplus",
        [](double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }, 0.0f,
        infinity, false},
    function<kernel::erf>{"erf", [](double x) { return std::erf(x); }, -1.0f, 1.0f, true},
    function<kernel::gelu>{
        "gelu",
        [](double x) { return x < -100.0 ? -0.0 : 0.5 * x * std::erfc(-x / std::sqrt(2.0)); },
        -0.17f, infinity, false},
    function<kernel::gelu_tanh>{"gelu_tanh",
                                [](double x) {
                                    return gated(x, std::sqrt(8.0 / 3.141592653589793) *
                                                        (x + 0.044715 * x * x * x));
                                },
                                -0.171f, infinity, false},
    function<kernel::silu>{"silu", [](double x) { return gated(x, x); }, -0.279f, infinity, false},
    function<swish>{"swish", [](double x) { return gated(x, static_cast<double>(1.702f) * x); },
                    -0.164f, infinity, false},
    function<kernel::mish>{
        "mish", [](double x) { return x < -1e6 ? -0.0 : x * std::tanh(std::log1p(std::exp(x))); },
        -0.309f, infinity, false},
    function<kernel::hard_swish>{
        "hard_swish", [](double x) { return x < -3.0 ? -0.0 : x * std::fmin(x + 3.0, 6.0) / 6.0; },
        -0.37500003f, infinity, false},
    function<kernel::softsign>{
        "softsign",
        [](double x) { return std::isinf(x) ? std::copysign(1.0, x) : x / (1.0 + std::fabs(x)); },
        -1.0f, 1.0f, false},
    function<kernel::selu>{"selu",
                           [](double x) {
                               constexpr double gamma = 1.0507009873554804934193;
                               constexpr double gamma_alpha = 1.75809934084737685994;
                               return x < 0.0 ? gamma_alpha * std::expm1(x) : gamma * x;
                           },
                           -1.7580994f, infinity, true},
    function<celu>{"celu",
                   [](double x) {
                       constexpr auto alpha = static_cast<double>(0.7f);
                       return x < 0.0 ? alpha * std::expm1(x / alpha) : x;
                   },
                   -0.7f, infinity, true},
    function<kernel::sin>{"sin", [](double x) { return std::sin(x); }, -1.0f, 1.0f, false},
    function<kernel::cos>{"cos", [](double x) { return std::cos(x); }, -1.0f, 1.0f, false},
    function<kernel::tan>{"tan", [](double x) { return std::tan(x); }, -infinity, infinity, false},
    function<kernel::asin>{"asin", [](double x) { return std::asin(x); }, -1.5707964f, 1.5707964f,
                           false},
    function<kernel::acos>{"acos", [](double x) { return std::acos(x); }, 0.0f, 3.1415927f, false},
    function<kernel::atan>{"atan", [](double x) { return std::atan(x); }, -1.5707964f, 1.5707964f,
                           false},
    function<kernel::sinh>{"sinh", [](double x) { return std::sinh(x); }, -infinity, infinity,
                           false},
    function<kernel::cosh>{"cosh", [](double x) { return std::cosh(x); }, 1.0f, infinity, false},
    function<kernel::asinh>{"asinh", [](double x) { return std::asinh(x); }, -infinity, infinity,
                            false},
    function<kernel::acosh>{"acosh", [](double x) { return std::acosh(x); }, 0.0f, infinity, false},
    function<kernel::atanh>{"atanh", [](double x) { return std::atanh(x); }, -infinity, infinity,
                            false},
};

// How far `result` is from `exact`, in ulp: the spacing of floats in the binade of `exact`, and
// 2^-149 below 2^-126. Infinity counts as 2^128, the number that would follow the largest float.
// NaN is right for NaN and infinitely wrong for anything else.
inline double ulp_error(float result, double exact) {
    if (std::isnan(exact) || std::isnan(result))
        return std::isnan(exact) && std::isnan(result) ? 0.0
                                                       : std::numeric_limits<double>::infinity();
    const auto bounded = [](double x) {
        return x < -0x1p128 ? -0x1p128 : x > 0x1p128 ? 0x1p128 : x;
    };
    const double value = bounded(exact);
    // A double's exponent is in the bits below its sign, off by 1023.
    const auto exponent = (__builtin_bit_cast(std::uint64_t, value) >> 52) & 0x7ff;
    const std::uint64_t binade = exponent < 1023 - 126   ? 1023 - 126
                                 : exponent > 1023 + 127 ? 1023 + 127
                                                         : exponent;
    const double ulps_per_one = __builtin_bit_cast(double, (2 * 1023 - binade + 23) << 52);
    return std::abs(bounded(static_cast<double>(result)) - value) * ulps_per_one;
}

} // namespace laminate::truth
