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

#include "laminate/kernel/exp.hpp"
#include "laminate/kernel/expm1.hpp"
#include "laminate/kernel/sigmoid.hpp"
#include "laminate/kernel/tanh.hpp"

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

inline constexpr auto functions = std::tuple{
    function<kernel::exp>{"exp", [](double x) { return std::exp(x); }, 0.0f, infinity, true},
    function<kernel::expm1>{"expm1", [](double x) { return std::expm1(x); }, -1.0f, infinity, true},
    function<kernel::sigmoid>{"sigmoid", [](double x) { return 1.0 / (1.0 + std::exp(-x)); }, 0.0f,
                              1.0f, true},
    function<kernel::tanh>{"tanh", [](double x) { return std::tanh(x); }, -1.0f, 1.0f, true},
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
