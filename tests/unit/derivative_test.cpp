// SPDX-License-Identifier: MIT
// Derivatives of the elementwise functions on every pack, against central differences of the exact
// functions in double; at corners, against the side that is promised.

#include "accuracy/truth.hpp"
#include "support/catch.hpp"
#include "support/functor.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/kernel/forward/affine.hpp>
#include <laminate/kernel/forward/rounding.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

namespace {

namespace lam = laminate;
namespace kernel = laminate::kernel;
using lam::test::all_packs;
using lam::test::derivative;

// How far f' is from the slope of `exact` in [low, high], relative where it is above 1. Near a
// corner there is no such slope.
template <class P, class Function, class Exact>
double worst(const Function& f, const Exact& exact, float low, float high,
             const std::vector<double>& corners = {}) {
    constexpr double step = 0x1p-14;
    double off = 0.0;
    lam::test::random r(8);
    for (int i = 0; i < 2'000; ++i) {
        const float at = (low + high) / 2.0f + r.uniform((high - low) / 2.0f);
        const auto x = static_cast<double>(at);
        if (std::any_of(corners.begin(), corners.end(),
                        [x](double c) { return std::abs(x - c) <= 2.0 * step; }))
            continue;
        const double slope = (exact(x + step) - exact(x - step)) / (2.0 * step);
        const double found = static_cast<double>(derivative<P>(f, at));
        off = std::max(off, std::abs(found - slope) / std::max(1.0, std::abs(slope)));
    }
    return off;
}

constexpr double allowed = 4e-6;

// The exact function that truth.hpp has under a name.
double (*truth(std::string_view name))(double) {
    double (*found)(double) = nullptr;
    std::apply([&](const auto&... f) { ((f.name == name ? void(found = f.exact) : void()), ...); },
               lam::truth::functions);
    return found;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("derivative: smooth functions", "[derivative]", all_packs) {
    using P = TestType;
    const auto check = [](std::string_view name, const auto& f, float low, float high,
                          const std::vector<double>& corners = {}) {
        INFO(name);
        CHECK(worst<P>(f, truth(name), low, high, corners) < allowed);
    };
    check("exp", kernel::exp{}, -20.0f, 10.0f);
    check("log", kernel::log{}, 0.5f, 50.0f);
    check("softplus", kernel::softplus{}, -20.0f, 20.0f);
    check("softsign", kernel::softsign{}, -20.0f, 20.0f);
    check("erf", kernel::erf{}, -5.0f, 5.0f);
    check("gelu", kernel::gelu{}, -16.0f, 16.0f);
    check("gelu_tanh", kernel::gelu_tanh{}, -12.0f, 12.0f);
    check("silu", kernel::silu{}, -20.0f, 20.0f);
    check("swish", lam::truth::swish{}, -20.0f, 20.0f);
    check("mish", kernel::mish{}, -30.0f, 30.0f);
    check("hard_swish", kernel::hard_swish{}, -5.0f, 5.0f, {-3.0, 3.0});
    check("selu", kernel::selu{}, -10.0f, 10.0f, {0.0});
    check("celu", lam::truth::celu{}, -10.0f, 10.0f, {0.0});
    check("sin", kernel::sin{}, -20.0f, 20.0f);
    check("cos", kernel::cos{}, -20.0f, 20.0f);
    check("tan", kernel::tan{}, -1.4f, 1.4f);
    check("asin", kernel::asin{}, -0.9f, 0.9f);
    check("acos", kernel::acos{}, -0.9f, 0.9f);
    check("atan", kernel::atan{}, -9.0f, 9.0f);
    check("sinh", kernel::sinh{}, -9.0f, 9.0f);
    check("cosh", kernel::cosh{}, -9.0f, 9.0f);
    check("asinh", kernel::asinh{}, -9.0f, 9.0f);
    check("acosh", kernel::acosh{}, 1.1f, 50.0f);
    check("atanh", kernel::atanh{}, -0.9f, 0.9f);
}

TEMPLATE_LIST_TEST_CASE("derivative: arithmetic and straight pieces", "[derivative]", all_packs) {
    using P = TestType;
    const auto check = [](const auto& f, const auto& exact, float low, float high,
                          const std::vector<double>& corners = {}) {
        CHECK(worst<P>(f, exact, low, high, corners) < allowed);
    };
    check(kernel::abs{}, [](double x) { return std::abs(x); }, -2.0f, 2.0f, {0.0});
    check(
        kernel::neg{}, [](double x) { return -x; }, -2.0f, 2.0f);
    check(
        kernel::square{}, [](double x) { return x * x; }, -9.0f, 9.0f);
    check(
        kernel::sqrt{}, [](double x) { return std::sqrt(x); }, 0.5f, 9.0f);
    check(
        kernel::reciprocal{}, [](double x) { return 1.0 / x; }, 0.5f, 9.0f);
    check(
        kernel::reciprocal{}, [](double x) { return 1.0 / x; }, -9.0f, -0.5f);
    check(kernel::thresholded_relu{0.5f}, [](double x) { return x > 0.5 ? x : 0.0; }, -2.0f, 2.0f,
          {0.5});
    check(kernel::hard_sigmoid{0.25f, 0.5f},
          [](double x) { return std::clamp(0.25 * x + 0.5, 0.0, 1.0); }, -4.0f, 4.0f, {-2.0, 2.0});
    check(kernel::clip{-1.0f, 0.5f}, [](double x) { return std::clamp(x, -1.0, 0.5); }, -2.0f, 2.0f,
          {-1.0, 0.5});
    check(kernel::shrink{0.5f, 0.25f},
          [](double x) { return x < -0.5  ? x + 0.25
                                : x > 0.5 ? x - 0.25
                                          : 0.0; }, -2.0f, 2.0f,
          {-0.5, 0.5});
}

// The side below, but where y can't tell it from a flat side above.
TEMPLATE_LIST_TEST_CASE("derivative: at corners", "[derivative]", all_packs) {
    using P = TestType;
    CHECK(derivative<P>(kernel::abs{}, 0.0f) == -1.0f);
    CHECK(derivative<P>(kernel::abs{}, -0.0f) == -1.0f);
    CHECK(derivative<P>(kernel::thresholded_relu{0.5f}, 0.5f) == 0.0f);
    CHECK(derivative<P>(kernel::hard_swish{}, -3.0f) == 0.0f);
    CHECK(derivative<P>(kernel::hard_swish{}, 3.0f) == 1.5f);
    CHECK(derivative<P>(kernel::selu{}, 0.0f) == 1.7580993f);
    CHECK(derivative<P>(kernel::selu{}, -0.0f) == 1.7580993f);
    CHECK(derivative<P>(kernel::celu{0.5f}, 0.0f) == 1.0f);
    CHECK(derivative<P>(kernel::hard_sigmoid{0.25f, 0.5f}, -2.0f) == 0.0f);
    CHECK(derivative<P>(kernel::hard_sigmoid{0.25f, 0.5f}, 2.0f) == 0.0f);
    CHECK(derivative<P>(kernel::clip{-1.0f, 0.5f}, -1.0f) == 0.0f);
    CHECK(derivative<P>(kernel::clip{-1.0f, 0.5f}, 0.5f) == 0.0f);
    CHECK(derivative<P>(kernel::shrink{0.5f, 0.5f}, 0.5f) == 0.0f);
    CHECK(derivative<P>(kernel::shrink{0.5f, 0.5f}, -0.5f) == 0.0f);
    CHECK(derivative<P>(kernel::floor{}, 1.0f) == 0.0f);
    CHECK(derivative<P>(kernel::sign{}, 0.0f) == 0.0f);
}

// Large inputs give the slope of the straight side, never NaN.
TEMPLATE_LIST_TEST_CASE("derivative: far from 0", "[derivative]", all_packs) {
    using P = TestType;
    const auto check = [](const auto& f) {
        for (float x : {200.0f, 1e20f, 3e38f}) {
            CHECK(derivative<P>(f, x) == 1.0f);
            CHECK(derivative<P>(f, -x) == 0.0f);
        }
    };
    check(kernel::gelu{});
    check(kernel::gelu_tanh{});
    check(kernel::silu{});
    check(kernel::swish{1.702f});
    check(kernel::mish{});
    check(kernel::hard_swish{});
    check(kernel::softplus{});
}

TEMPLATE_LIST_TEST_CASE("derivative: affine has one per unit", "[derivative]", all_packs) {
    using P = TestType;
    std::vector<float> scale(3 * P::lanes);
    lam::test::fill(scale, 5);
    const kernel::affine f{scale.data(), nullptr};
    for (std::size_t unit = 0; unit <= 2 * P::lanes; unit += P::lanes) {
        std::array<float, P::lanes> found = {};
        P::store(found.data(), f.derivative(P{}, P::splat(0.0f), P::splat(0.0f), unit));
        CHECK(std::equal(found.begin(), found.end(), scale.begin() + static_cast<int>(unit)));
    }
}
