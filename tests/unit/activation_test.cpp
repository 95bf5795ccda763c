// SPDX-License-Identifier: MIT
// Elementwise kernels on every pack: the ReLU family against its formulas bit by bit, special
// values, and rows of every width. How near exp, tanh and the like are to the truth is for
// tests/accuracy; here stands what they do at the ends of their range.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/functor.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/base/panel.hpp>
#include <laminate/kernel/forward/activation.hpp>
#include <laminate/kernel/forward/chain.hpp>
#include <laminate/kernel/forward/elu.hpp>
#include <laminate/kernel/forward/relu.hpp>
#include <laminate/kernel/forward/sigmoid.hpp>
#include <laminate/kernel/forward/tanh.hpp>
#include <laminate/pack/group.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
namespace kernel = laminate::kernel;
using lam::test::all_packs;
using lam::test::apply;
using lam::test::differences;
using lam::test::same_bits;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float denormal = std::numeric_limits<float>::denorm_min();
constexpr float largest = std::numeric_limits<float>::max();

// Keras 3's formula, ops.nn.relu and layers.ReLU: f(x) = max_value if x >= max_value,
// x if threshold <= x < max_value, negative_slope * (x - threshold) otherwise; and without a slope
// nothing is multiplied, so that -inf gives 0. NaN is in none of these cases, and stays.
float keras_relu(float x, float max_value, float negative_slope, float threshold) {
    if (x != x) return x;
    if (x >= max_value) return max_value;
    if (x >= threshold) return x;
    if (negative_slope == 0.0f) return 0.0f;
    return negative_slope * (x - threshold);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("relu: max(x, 0)", "[activation]", all_packs) {
    CHECK(differences<TestType>(kernel::relu{}, [](float x) { return 0.0f > x ? 0.0f : x; }) == 0);
    CHECK(same_bits(apply<TestType>(kernel::relu{}, -0.0f), -0.0f));
    CHECK(same_bits(apply<TestType>(kernel::relu{}, -inf), 0.0f));
    CHECK(std::isnan(apply<TestType>(kernel::relu{}, not_a_number)));
}

TEMPLATE_LIST_TEST_CASE("relu: every combination of Keras' options", "[activation]", all_packs) {
    for (float max_value : {inf, 6.0f, 1.0f})
        for (float slope : {0.0f, 0.1f, 2.0f})
            for (float threshold : {0.0f, 0.5f, 1.0f}) {
                INFO("max_value " << max_value << ", negative_slope " << slope << ", threshold "
                                  << threshold);
                CHECK(differences<TestType>(kernel::relu_with{max_value, slope, threshold},
                                            [=](float x) {
                                                return keras_relu(x, max_value, slope, threshold);
                                            }) == 0);
            }
}

TEMPLATE_LIST_TEST_CASE("relu: options and special values", "[activation]", all_packs) {
    const kernel::relu_with relu6{6.0f, 0.0f, 0.0f};
    CHECK(same_bits(apply<TestType>(relu6, -inf), 0.0f));
    CHECK(same_bits(apply<TestType>(relu6, -1.0f), 0.0f));
    CHECK(apply<TestType>(relu6, inf) == 6.0f);
    CHECK(std::isnan(apply<TestType>(relu6, not_a_number)));
    CHECK(apply<TestType>(kernel::relu_with{inf, 0.5f, 1.0f}, inf) == inf);
    CHECK(apply<TestType>(kernel::relu_with{inf, 0.5f, 1.0f}, -inf) == -inf);
}

TEMPLATE_LIST_TEST_CASE("leaky_relu", "[activation]", all_packs) {
    for (float slope : {0.01f, 0.2f, 0.0f, -1.0f, 1.5f})
        CHECK(differences<TestType>(kernel::leaky_relu{slope},
                                    [=](float x) { return x < 0.0f ? slope * x : x; }) == 0);
    CHECK(same_bits(apply<TestType>(kernel::leaky_relu{0.1f}, -0.0f), -0.0f));
    CHECK(apply<TestType>(kernel::leaky_relu{0.1f}, -inf) == -inf);
}

TEMPLATE_LIST_TEST_CASE("prelu: shared", "[activation]", all_packs) {
    const float slope = -0.3f;
    CHECK(differences<TestType>(kernel::prelu_shared{&slope},
                                [=](float x) { return x < 0.0f ? slope * x : x; }) == 0);
}

TEMPLATE_LIST_TEST_CASE("prelu: a slope per unit", "[activation]", all_packs) {
    using P = TestType;
    std::vector<float> slope(3 * P::lanes);
    lam::test::fill(slope, 5);
    for (std::size_t unit = 0; unit <= 2 * P::lanes; unit += P::lanes) {
        std::array<float, P::lanes> y = {};
        P::store(y.data(), kernel::prelu{slope.data()}(P{}, P::splat(-3.0f), unit));
        for (std::size_t l = 0; l < P::lanes; ++l)
            CHECK(same_bits(y[l], slope[unit + l] * -3.0f));
    }
}

TEMPLATE_LIST_TEST_CASE("elu", "[activation]", all_packs) {
    using P = TestType;
    for (float alpha : {1.0f, 0.5f, 3.0f}) {
        INFO("alpha " << alpha);
        const kernel::elu elu{alpha};
        CHECK(same_bits(apply<P>(elu, -0.0f), -0.0f));
        CHECK(same_bits(apply<P>(elu, 0.0f), 0.0f));
        CHECK(apply<P>(elu, inf) == inf);
        CHECK(apply<P>(elu, largest) == largest);
        CHECK(apply<P>(elu, -inf) == -alpha);
        CHECK(apply<P>(elu, -largest) == -alpha);
        CHECK(std::isnan(apply<P>(elu, not_a_number)));
        lam::test::random r(3);
        for (int i = 0; i < 20'000; ++i) {
            const float x = r.uniform(16.0f);
            const double exact =
                x >= 0.0f ? static_cast<double>(x)
                          : static_cast<double>(alpha) * std::expm1(static_cast<double>(x));
            if (lam::test::ulp_distance(apply<P>(elu, x), static_cast<float>(exact)) > 3)
                FAIL("elu(" << x << ")");
        }
    }
}

TEMPLATE_LIST_TEST_CASE("sigmoid: the ends of its range", "[activation]", all_packs) {
    using P = TestType;
    const kernel::sigmoid f;
    CHECK(apply<P>(f, 0.0f) == 0.5f);
    CHECK(apply<P>(f, -0.0f) == 0.5f);
    CHECK(apply<P>(f, denormal) == 0.5f);
    CHECK(apply<P>(f, -denormal) == 0.5f);
    CHECK(apply<P>(f, inf) == 1.0f);
    CHECK(apply<P>(f, largest) == 1.0f);
    CHECK(same_bits(apply<P>(f, -inf), 0.0f));
    CHECK(same_bits(apply<P>(f, -largest), 0.0f));
    CHECK(std::isnan(apply<P>(f, not_a_number)));
}

TEMPLATE_LIST_TEST_CASE("tanh: the ends of its range", "[activation]", all_packs) {
    using P = TestType;
    const kernel::tanh f;
    for (float x : {0.0f, -0.0f, denormal, -denormal})
        CHECK(same_bits(apply<P>(f, x), x));
    CHECK(apply<P>(f, inf) == 1.0f);
    CHECK(apply<P>(f, -inf) == -1.0f);
    CHECK(apply<P>(f, largest) == 1.0f);
    CHECK(std::isnan(apply<P>(f, not_a_number)));
}

TEMPLATE_LIST_TEST_CASE("sigmoid and tanh: near the truth", "[activation]", all_packs) {
    using P = TestType;
    lam::test::random r(4);
    for (int i = 0; i < 20'000; ++i) {
        const float x = r.uniform(i % 2 == 0 ? 1.0f : 128.0f);
        const auto exact = static_cast<double>(x);
        const auto off = [](float y, double truth) {
            return lam::test::ulp_distance(y, static_cast<float>(truth));
        };
        if (off(apply<P>(kernel::sigmoid{}, x), 1.0 / (1.0 + std::exp(-exact))) > 2)
            FAIL("sigmoid(" << x << ")");
        if (off(apply<P>(kernel::tanh{}, x), std::tanh(exact)) > 2) FAIL("tanh(" << x << ")");
    }
}

// The same bits in the scalar pack as in every other.
TEMPLATE_LIST_TEST_CASE("activation: the same bits on every pack", "[activation]", all_packs) {
    using scalar = lam::pack::scalar;
    const auto check = [](const auto& f) {
        return differences<TestType>(f, [&f](float x) { return apply<scalar>(f, x); });
    };
    CHECK(check(kernel::elu{0.7f}) == 0);
    CHECK(check(kernel::sigmoid{}) == 0);
    CHECK(check(kernel::tanh{}) == 0);
    CHECK(check(kernel::exp{}) == 0);
    CHECK(check(kernel::expm1{}) == 0);
    CHECK(check(kernel::compose(kernel::tanh{}, kernel::leaky_relu{0.1f}, kernel::sigmoid{})) == 0);
}

TEST_CASE("activation: a chain applies its functions in order", "[activation]") {
    using P = lam::pack::scalar;
    const auto chain = kernel::compose(kernel::relu{}, kernel::relu_with{6.0f, 0.0f, 0.0f},
                                       kernel::leaky_relu{0.5f});
    CHECK(apply<P>(chain, -4.0f) == 0.0f);
    CHECK(apply<P>(chain, 8.0f) == 6.0f);
    CHECK(apply<P>(kernel::compose(kernel::leaky_relu{0.5f}, kernel::leaky_relu{0.5f}), -4.0f) ==
          -1.0f);
    CHECK(apply<P>(kernel::compose(), -4.0f) == -4.0f);
}

namespace {

// One pass over rows of Width floats, which must not touch anything else; y apart from x, then
// over x.
template <class P, std::size_t Width>
void check_width() {
    INFO("width " << Width << ", " << P::lanes << " lanes");
    std::vector<float> slope(lam::whole_lines(Width));
    lam::test::fill(slope, Width);
    const auto f = kernel::compose(kernel::prelu{slope.data()}, kernel::tanh{});
    std::size_t wrong = 0;
    for (std::size_t rows = 0; rows <= 5; ++rows) {
        const lam::test::tight_buffer x(rows * Width);
        lam::test::fill(x.span(), rows, 4.0f);
        const lam::test::guarded_buffer y(rows * Width);
        kernel::activation<P, Width>(x.data(), Width, y.data(), Width, rows, f);
        if (!y.intact()) ++wrong;
        for (std::size_t i = 0; i < rows * Width; ++i) {
            const float in = x[i] < 0.0f ? slope[i % Width] * x[i] : x[i];
            if (!same_bits(y[i], apply<lam::pack::scalar>(kernel::tanh{}, in))) ++wrong;
        }
        kernel::activation<P, Width>(x.data(), Width, x.data(), Width, rows, f);
        if (!same_bits(x.span(), y.span())) ++wrong;
    }
    CHECK(wrong == 0);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("activation: every width", "[activation]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_width<TestType, I + 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_width<TestType, lam::pack::at_once<TestType> * TestType::lanes>();
    check_width<TestType, (2 * lam::pack::at_once<TestType> + 1) * TestType::lanes + 1>();
}
