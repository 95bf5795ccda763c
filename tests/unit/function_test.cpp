// SPDX-License-Identifier: MIT
// The elementwise functions beside those of activation_test.cpp, on every pack: against their
// formulas bit by bit where these are exact, else near the truth; what they do at the ends of their
// range; the same bits everywhere. Worst errors are for tests/accuracy.

#include "accuracy/truth.hpp"
#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/functor.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/base/panel.hpp>
#include <laminate/kernel/forward/activation.hpp>
#include <laminate/kernel/forward/affine.hpp>
#include <laminate/kernel/forward/rounding.hpp>
#include <laminate/pack/group.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
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

// A formula that is spoken of for numbers; NaN stays NaN.
template <class Formula>
auto of_numbers(const Formula& formula) {
    return [formula](float x) { return x != x ? x : formula(x); };
}

} // namespace

TEMPLATE_LIST_TEST_CASE("function: exact ones", "[function]", all_packs) {
    using P = TestType;
    CHECK(differences<P>(kernel::abs{}, [](float x) { return std::fabs(x); }) == 0);
    CHECK(differences<P>(kernel::neg{}, [](float x) { return -x; }) == 0);
    CHECK(differences<P>(kernel::square{}, [](float x) { return x * x; }) == 0);
    CHECK(differences<P>(kernel::sqrt{}, [](float x) { return std::sqrt(x); }) == 0);
    CHECK(differences<P>(kernel::reciprocal{}, [](float x) { return 1.0f / x; }) == 0);
    CHECK(differences<P>(kernel::floor{}, [](float x) { return std::floor(x); }) == 0);
    CHECK(differences<P>(kernel::ceil{}, [](float x) { return std::ceil(x); }) == 0);
    CHECK(differences<P>(kernel::round{}, [](float x) { return std::nearbyint(x); }) == 0);
    CHECK(differences<P>(kernel::sign{}, of_numbers([](float x) {
                             return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f;
                         })) == 0);
    for (float alpha : {1.0f, 0.0f, -0.5f})
        CHECK(differences<P>(kernel::thresholded_relu{alpha},
                             of_numbers([=](float x) { return x > alpha ? x : 0.0f; })) == 0);
    CHECK(differences<P>(kernel::hard_sigmoid{0.2f, 0.5f}, of_numbers([](float x) {
                             const float line = std::fma(0.2f, x, 0.5f);
                             return line < 0.0f ? 0.0f : line > 1.0f ? 1.0f : line;
                         })) == 0);
    for (auto [low, high] : {std::pair{-1.0f, 1.0f}, {0.0f, 6.0f}, {-inf, 2.0f}, {0.5f, inf}})
        CHECK(differences<P>(kernel::clip{low, high}, of_numbers([a = low, b = high](float x) {
                                 return x < a ? a : x > b ? b : x;
                             })) == 0);
    for (auto [lambd, bias] : {std::pair{0.5f, 0.0f}, {0.5f, 0.5f}, {0.0f, -1.0f}})
        CHECK(
            differences<P>(kernel::shrink{lambd, bias}, of_numbers([l = lambd, b = bias](float x) {
                               return x < -l ? x + b : x > l ? x - b : 0.0f;
                           })) == 0);
}

TEMPLATE_LIST_TEST_CASE("function: special values of exact ones", "[function]", all_packs) {
    using P = TestType;
    CHECK(same_bits(apply<P>(kernel::sqrt{}, -0.0f), -0.0f));
    CHECK(std::isnan(apply<P>(kernel::sqrt{}, -1.0f)));
    CHECK(apply<P>(kernel::sqrt{}, inf) == inf);
    CHECK(apply<P>(kernel::reciprocal{}, -0.0f) == -inf);
    CHECK(same_bits(apply<P>(kernel::clip{0.0f, 1.0f}, -0.0f), -0.0f));
    CHECK(same_bits(apply<P>(kernel::shrink{0.5f, 0.5f}, -0.25f), 0.0f));
    CHECK(same_bits(apply<P>(kernel::thresholded_relu{0.0f}, -inf), 0.0f));
    // Around each tie and each whole number, and where fractions end.
    for (float whole : {0.0f, 1.0f, 2.0f, 3.0f, 0x1p22f, 0x1p22f + 1.0f, 0x1p23f - 1.0f, 0x1p23f})
        for (float at : {whole, whole + 0.5f})
            for (float x : {at, std::nextafter(at, inf), std::nextafter(at, -inf)})
                for (float signed_x : {x, -x}) {
                    CHECK(same_bits(apply<P>(kernel::floor{}, signed_x), std::floor(signed_x)));
                    CHECK(same_bits(apply<P>(kernel::ceil{}, signed_x), std::ceil(signed_x)));
                    CHECK(same_bits(apply<P>(kernel::round{}, signed_x), std::nearbyint(signed_x)));
                }
}

// All that states an error keeps it, on a sample; and zeros, infinities and NaN are exact.
TEMPLATE_LIST_TEST_CASE("function: near the truth", "[function]", all_packs) {
    using P = TestType;
    const auto check = [](const auto& function) {
        using functor = typename std::decay_t<decltype(function)>::functor;
        constexpr functor f;
        INFO(function.name);
        for (float x : {0.0f, -0.0f, inf, -inf, not_a_number})
            CHECK(same_bits(apply<P>(f, x),
                            static_cast<float>(function.exact(static_cast<double>(x)))));
        lam::test::random r(4);
        double worst = 0.0;
        for (int i = 0; i < 20'000; ++i) {
            const float x = i % 4 == 0 ? r.any()
                                       : r.uniform(i % 4 == 1   ? 1.0f
                                                   : i % 4 == 2 ? 16.0f
                                                                : 120.0f);
            const double exact = function.exact(static_cast<double>(x));
            worst = std::max(worst, lam::truth::ulp_error(apply<P>(f, x), exact));
        }
        CHECK(worst <= functor::max_ulp);
    };
    std::apply([&](const auto&... f) { (check(f), ...); }, lam::truth::functions);
}

TEMPLATE_LIST_TEST_CASE("function: the ends of its range", "[function]", all_packs) {
    using P = TestType;
    const auto tail = [](const auto& f) {
        // Falls to -0 without ever being NaN; large numbers stay what they are.
        for (float x : {-200.0f, -1e4f, -3e38f, -inf})
            CHECK(same_bits(apply<P>(f, x), -0.0f));
        for (float x : {200.0f, 1e30f, 3e38f, inf})
            CHECK(apply<P>(f, x) == x);
        for (float x : {denormal, -denormal, 3.0f * denormal})
            CHECK(std::abs(apply<P>(f, x)) <= std::abs(x));
    };
    tail(kernel::gelu{});
    tail(kernel::gelu_tanh{});
    tail(kernel::silu{});
    tail(kernel::swish{1.0f});
    tail(kernel::swish{20.0f});
    tail(kernel::mish{});
    tail(kernel::hard_swish{});
    CHECK(apply<P>(kernel::hard_swish{}, 3.0f) == 3.0f);
    CHECK(same_bits(apply<P>(kernel::hard_swish{}, -3.0f), -0.0f));
    for (float alpha : {0x1p-30f, 0.01f, 100.0f, 0x1p30f}) {
        CHECK(apply<P>(kernel::swish{alpha}, inf) == inf);
        CHECK(same_bits(apply<P>(kernel::swish{alpha}, -inf), -0.0f));
    }
    CHECK(apply<P>(kernel::selu{}, -inf) == -1.7580993f);
    CHECK(apply<P>(kernel::celu{0.5f}, -inf) == -0.5f);
    CHECK(apply<P>(kernel::log{}, denormal) == std::log(denormal));
    CHECK(std::isnan(apply<P>(kernel::log{}, -denormal)));
    CHECK(same_bits(apply<P>(kernel::log{}, 1.0f), 0.0f));
    CHECK(apply<P>(kernel::softplus{}, 20.0f) == 20.0f);
    for (float x : {std::nextafter(1.0f, 2.0f), -2.0f, inf, -inf}) {
        CHECK(std::isnan(apply<P>(kernel::asin{}, x)));
        CHECK(std::isnan(apply<P>(kernel::acos{}, x)));
        CHECK(std::isnan(apply<P>(kernel::atanh{}, x)));
    }
    for (float x : {std::nextafter(1.0f, 0.0f), 0.0f, -2.0f, -inf})
        CHECK(std::isnan(apply<P>(kernel::acosh{}, x)));
    CHECK(apply<P>(kernel::atanh{}, -1.0f) == -inf);
    // Multiples of pi/2 that are nearly floats, the nearest of all among them: a rough reduction is
    // all wrong there.
    for (float x :
         {0x1.921fb6p+0f, 0x1.2d97c8p+2f, 0x1.f9cbe2p+7f, 0x1.4665d2p+25f, 0x1.47d0fep+34f,
          0x1.628d4cp+40f, 0x1.13093p+76f, 0x1.32ede2p+85f, 0x1.f37c8ap+95f, 0x1.b08c4ap+111f}) {
        const auto at = static_cast<double>(x);
        CHECK(lam::truth::ulp_error(apply<P>(kernel::sin{}, x), std::sin(at)) <=
              kernel::sin::max_ulp);
        CHECK(lam::truth::ulp_error(apply<P>(kernel::cos{}, x), std::cos(at)) <=
              kernel::cos::max_ulp);
        CHECK(lam::truth::ulp_error(apply<P>(kernel::tan{}, x), std::tan(at)) <=
              kernel::tan::max_ulp);
    }
}

// swish with alpha 1 is silu, and what isn't a power of two loses nothing in the tail.
TEMPLATE_LIST_TEST_CASE("function: swish for any alpha", "[function]", all_packs) {
    using P = TestType;
    CHECK(differences<P>(kernel::swish{1.0f},
                         [](float x) { return apply<lam::pack::scalar>(kernel::silu{}, x); }) == 0);
    for (float alpha : {0.1f, 0.7f, 3.0f, 11.0f}) {
        double worst = 0.0;
        lam::test::random r(5);
        for (int i = 0; i < 5'000; ++i) {
            const float x = r.uniform(120.0f / alpha);
            const double z = static_cast<double>(alpha) * static_cast<double>(x);
            worst = std::max(worst,
                             lam::truth::ulp_error(apply<P>(kernel::swish{alpha}, x),
                                                   lam::truth::gated(static_cast<double>(x), z)));
        }
        CHECK(worst <= kernel::swish::max_ulp);
    }
}

TEMPLATE_LIST_TEST_CASE("function: the same bits on every pack", "[function]", all_packs) {
    const auto check = [](const auto& f) {
        const auto alone = [&f](float x) { return apply<lam::pack::scalar>(f, x); };
        CHECK(differences<TestType>(f, alone) == 0);
        CHECK(differences<lam::pack::group<TestType, 3>>(f, alone) == 0);
    };
    std::apply(
        [&](const auto&... f) { (check(typename std::decay_t<decltype(f)>::functor{}), ...); },
        lam::truth::functions);
}

namespace {

template <class P, std::size_t Width>
void check_affine() {
    INFO("width " << Width << ", " << P::lanes << " lanes");
    std::vector<float> scale(lam::whole_lines(Width));
    std::vector<float> shift(scale.size());
    lam::test::fill(scale, Width);
    lam::test::fill(shift, Width + 100);
    constexpr std::size_t rows = 3;
    const lam::test::tight_buffer x(rows * Width);
    lam::test::fill(x.span(), 1, 4.0f);
    const lam::test::guarded_buffer y(rows * Width);
    kernel::activation<P, Width>(x.data(), Width, y.data(), Width, rows,
                                 kernel::affine{scale.data(), shift.data()});
    CHECK(y.intact());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < rows * Width; ++i)
        if (!same_bits(y[i], std::fma(scale[i % Width], x[i], shift[i % Width]))) ++wrong;
    CHECK(wrong == 0);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("function: affine, every width", "[function]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_affine<TestType, I + 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_affine<TestType, lam::pack::at_once<TestType> * TestType::lanes>();
    check_affine<TestType, (2 * lam::pack::at_once<TestType> + 1) * TestType::lanes + 1>();
}

// They work in constant expressions, on the scalar pack.
TEST_CASE("function: in constant expressions", "[function]") {
    constexpr lam::pack::scalar pack;
    static_assert(kernel::gelu{}(pack, 0.0f) == 0.0f, "odd at 0");
    static_assert(kernel::gelu{}(pack, 30.0f) == 30.0f, "the identity far above");
    static_assert(kernel::log{}(pack, 1.0f) == 0.0f, "log(1) is 0");
    static_assert(kernel::sqrt{}(pack, 2.25f, 0) == 1.5f, "exact");
    static_assert(kernel::sqrt{}(pack, 0x1p-149f, 0) == 0x1.6a09e6p-75f, "of a denormal");
    static_assert(kernel::mish{}(pack, 40.0f) == 40.0f, "the identity far above");
    constexpr float at = 0.7f;
    static_assert(kernel::round{}(pack, -2.5f) == -2.0f, "to even");
    static_assert(kernel::cos{}(pack, 0.0f) == 1.0f, "exact");
    static_assert(kernel::sin{}(pack, 0x1p127f) != kernel::sin{}(pack, 3.0f), "of any float");
    static_assert(kernel::tan{}(pack, 0.0f) == 0.0f, "no division by 0");
    static_assert(kernel::atan{}(pack, 0.0f) == 0.0f, "no division by 0");
    static_assert(kernel::acos{}(pack, 1.0f) == 0.0f, "the end of the domain");
    static_assert(kernel::sinh{}(pack, 0.0f) == 0.0f, "odd at 0");
    static_assert(kernel::asinh{}(pack, 0.0f) == 0.0f, "odd at 0");
    static_assert(kernel::acosh{}(pack, 1.0f) == 0.0f, "the end of the domain");
    static_assert(kernel::atanh{}(pack, 1.0f) == inf, "the end of the domain");
    constexpr float values[] = {kernel::gelu{}(pack, at),      kernel::gelu_tanh{}(pack, at),
                                kernel::silu{}(pack, at),      kernel::softplus{}(pack, at),
                                kernel::erf{}(pack, at),       kernel::log{}(pack, at),
                                kernel::sin{}(pack, 0x1.9p99f)};
    const volatile float there = at;
    const float now = there;
    CHECK(same_bits(values[0], kernel::gelu{}(pack, now)));
    CHECK(same_bits(values[1], kernel::gelu_tanh{}(pack, now)));
    CHECK(same_bits(values[2], kernel::silu{}(pack, now)));
    CHECK(same_bits(values[3], kernel::softplus{}(pack, now)));
    CHECK(same_bits(values[4], kernel::erf{}(pack, now)));
    CHECK(same_bits(values[5], kernel::log{}(pack, now)));
    CHECK(same_bits(values[6], apply<lam::pack::scalar>(kernel::sin{}, 0x1.9p99f)));
}
