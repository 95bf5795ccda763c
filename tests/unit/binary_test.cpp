// SPDX-License-Identifier: MIT
// Functions of two values: comparisons and choices on what is special, power within its error.

#include <laminate/kernel/forward/binary.hpp>
#include <laminate/kernel/forward/power.hpp>
#include <laminate/laminate.hpp>

#include "../support/catch.hpp"
#include "../support/compare.hpp"
#include "../support/packs.hpp"
#include "../support/random.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace lam = laminate;
namespace kernel = laminate::kernel;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class Form>
float of(float a, float b) {
    return Form::template of<lam::pack::scalar>(a, b);
}

std::vector<float> special() {
    return {0.0f,        -0.0f,       1.0f,       -1.0f,           2.0f,          -2.0f,
            3.0f,        -3.0f,       0.5f,       -0.5f,           inf,           -inf,
            nan,         0x1p-149f,   -0x1p-149f, 0x1.fffffep127f, 8388607.0f,    8388609.0f,
            16777216.0f, -8388609.0f, 1.5f,       0x1.fffffep-1f,  0x1.000002p0f, 81.0f};
}

// Random floats of any size, and random exponents such that powers are floats.
struct pair {
    float a, b;
};
std::vector<pair> pairs() {
    std::vector<pair> all;
    for (const float a : special())
        for (const float b : special())
            all.push_back({a, b});
    lam::test::random r(7);
    for (int i = 0; i < 40000; ++i) {
        const float a = std::exp2(r.uniform(i % 2 == 0 ? 120.0f : 0.5f));
        const float power = r.uniform(150.0f);
        all.push_back({a, static_cast<float>(static_cast<double>(power) /
                                             std::log2(static_cast<double>(a)))});
    }
    for (int a = -12; a <= 12; ++a)
        for (int b = -12; b <= 12; ++b)
            all.push_back({static_cast<float>(a), static_cast<float>(b)});
    return all;
}

bool is_as_stated(float y, float a, float b) {
    const double exact = std::pow(static_cast<double>(a), static_cast<double>(b));
    if (std::isnan(exact)) return std::isnan(y);
    const auto nearest = static_cast<float>(exact);
    if (std::isinf(nearest) || exact == 0.0) return lam::test::same_bits(y, nearest);
    if (static_cast<double>(nearest) == exact) return y == nearest;
    const int exponent = std::max(std::ilogb(exact), -126);
    return std::abs(static_cast<double>(y) - exact) <=
           kernel::raised::max_ulp * std::ldexp(1.0, exponent - 23);
}

template <class P, class Form>
std::size_t different(const std::vector<pair>& all) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i + P::lanes <= all.size(); i += P::lanes) {
        float a[P::lanes], b[P::lanes], y[P::lanes];
        for (std::size_t l = 0; l < P::lanes; ++l) {
            a[l] = all[i + l].a;
            b[l] = all[i + l].b;
        }
        P::store(y, Form::template of<P>(P::load(a), P::load(b)));
        for (std::size_t l = 0; l < P::lanes; ++l)
            wrong += lam::test::same_bits(y[l], of<Form>(a[l], b[l])) ? 0U : 1U;
    }
    return wrong;
}

} // namespace

TEST_CASE("comparisons hold of numbers only, choices keep every bit") {
    for (const float a : special())
        for (const float b : special()) {
            CAPTURE(a, b);
            CHECK(of<kernel::is_less>(a, b) == (a < b ? 1.0f : 0.0f));
            CHECK(of<kernel::is_less_equal>(a, b) == (a <= b ? 1.0f : 0.0f));
            CHECK(of<kernel::is_equal>(a, b) == (a == b ? 1.0f : 0.0f));
            const float chosen =
                of<kernel::plus>(of<kernel::kept_when>(a, b), of<kernel::kept_unless>(a, -81.0f));
            CHECK(lam::test::same_bits(chosen, a != 0.0f ? b : -81.0f));
            const float otherwise =
                of<kernel::plus>(of<kernel::kept_when>(a, inf), of<kernel::kept_unless>(a, b));
            CHECK(lam::test::same_bits(otherwise, a != 0.0f ? inf : b));
        }
}

TEST_CASE("power is within its stated error, exact where it can be, and as C has it") {
    for (const auto& [a, b] : pairs())
        if (!is_as_stated(of<kernel::raised>(a, b), a, b)) {
            CAPTURE(a, b, of<kernel::raised>(a, b), std::pow(a, b));
            FAIL("another number than stated");
        }
}

TEMPLATE_LIST_TEST_CASE("functions of two values have the same bits on every pack", "[pack]",
                        lam::test::all_packs) {
    const std::vector<pair> all = pairs();
    CHECK(different<TestType, kernel::is_less>(all) == 0);
    CHECK(different<TestType, kernel::is_less_equal>(all) == 0);
    CHECK(different<TestType, kernel::is_equal>(all) == 0);
    CHECK(different<TestType, kernel::kept_when>(all) == 0);
    CHECK(different<TestType, kernel::kept_unless>(all) == 0);
    CHECK(different<TestType, kernel::raised>(all) == 0);
}

// 1 / x where x is above the sum, else x^(the sum of squares).
static constexpr auto choice =
    lam::input<4> | lam::concat(lam::where(lam::greater(lam::linear, lam::sum), lam::reciprocal,
                                           lam::power(lam::linear, lam::square | lam::sum)),
                                lam::less_equal(lam::linear, lam::neg),
                                lam::greater_equal(lam::linear, lam::neg));

TEST_CASE("where, power and comparisons in a network") {
    const auto model = lam::model(choice);
    const std::array<float, 12> y = model(std::array{1.0f, 0.0f, -2.0f, 0.0f});
    constexpr std::array expected = {1.0f, inf,  -32.0f, inf,  0.0f, 1.0f,
                                     1.0f, 1.0f, 1.0f,   1.0f, 0.0f, 1.0f};
    CHECK(y == expected);
}
