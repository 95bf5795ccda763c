// SPDX-License-Identifier: MIT
// The reference interpreter in double itself, on values found by hand.

#include "support/catch.hpp"
#include "support/networks.hpp"
#include "support/random.hpp"
#include "support/recorded.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/likely.hpp>
#include <laminate/codegen/graph/reference.hpp>
#include <laminate/codegen/graph/reference/intervals.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace lam = laminate;
namespace test = laminate::test;
namespace reference = laminate::codegen::reference;
namespace ir = laminate::ir;

TEST_CASE("reference: independent errors add up by chance", "[reference]") {
    ir::node wide = {.kind = ir::op::dense, .units = 100, .bias = false};
    ir::node sum = {.kind = ir::op::dense, .units = 1, .bias = false};
    wide.inputs[0] = 0;
    sum.inputs[0] = 1;
    std::vector<ir::node> nodes = {{.output = lam::vector_shape(2)}, wide, sum};
    ir::infer(nodes);
    // 1000 - 1000: what is left is error.
    std::vector<double> weights;
    for (int u = 0; u < 100; ++u)
        weights.insert(weights.end(), {1000.0, -1000.0});
    const std::vector<laminate::codegen::layer_parameters> parameters = {
        {}, {{weights}}, {{std::vector<double>(100, 1.0)}}};
    const std::vector<float> in = {1.0f, 1.0f};
    const double one_unit = 4.0 * reference::roundoff * 2000.0;
    const double all = reference::interpret(nodes, parameters, in).back()[0].bound;
    CHECK(all >= 100.0 * one_unit);
    CHECK(all <= 100.1 * one_unit);
    const double chance = reference::interpret_likely(nodes, parameters, in).back()[0].bound;
    // A unit's deviation is sqrt(4 / 3) u (1000 + 2000 / 8); eight times that of all, about.
    const double deviation = std::sqrt(4.0 / 3.0) * reference::roundoff * 1250.0 * 10.0;
    CHECK(chance >= 0.6 * 8.0 * deviation);
    CHECK(chance <= 1.4 * 8.0 * deviation);
}

TEST_CASE("reference: what jumps, and what has poles", "[reference]") {
    const auto bound = [](ir::op kind, double x, double off) {
        return reference::after({.kind = kind}, {}, {{x, off}})[0].bound;
    };
    const double unknown = std::numeric_limits<double>::infinity();
    CHECK(bound(ir::op::floor, 2.5, 0.25) == 0.0);
    CHECK(bound(ir::op::floor, 1.999, 0.01) == 1.0);
    CHECK(bound(ir::op::floor, 2.0, 1e-9) == 1.0);
    CHECK(bound(ir::op::ceil, 2.0, 3.0) == 3.0);
    CHECK(bound(ir::op::round, 0.5, 1e-9) == 1.0);
    CHECK(bound(ir::op::round, 1e9, 0.25) == 0.0);
    CHECK(bound(ir::op::sign, 0.001, 0.01) == 2.0);
    CHECK(bound(ir::op::sign, 0.1, 0.01) == 0.0);
    CHECK(bound(ir::op::sin, 1.0, 0.01) < 0.0101);
    CHECK(bound(ir::op::sin, 1.0, 0.01) > 0.0054);
    CHECK(bound(ir::op::tan, 1.57, 0.01) == unknown);
    CHECK(bound(ir::op::tan, -1.5, 0.01) < 3.0);
    CHECK(bound(ir::op::tan, 1e9, 2.0) == unknown);
    CHECK(bound(ir::op::asin, 0.99, 0.02) == unknown);
    CHECK(bound(ir::op::acosh, 1.0, 0.01) == unknown);
    CHECK(bound(ir::op::cosh, 0.0, 0.1) > 0.005);
}

TEST_CASE("reference: infinities that floats have as well are certain", "[reference]") {
    const double inf = std::numeric_limits<double>::infinity();
    const ir::node dense = {.kind = ir::op::dense, .units = 2};
    // A bias of -inf masks a class; an input of -inf does as much.
    const reference::row masked =
        reference::after(dense, {{{1, 1, 1, 1}, {-inf, 0.5}}}, {{2.0, 0.0}, {3.0, 1e-6}});
    CHECK(masked[0].value == -inf);
    CHECK(masked[0].bound == 0.0);
    CHECK(masked[1].value == 5.5);
    CHECK(masked[1].bound < 1e-5);
    const reference::row share = reference::floats{}.shares(masked, false);
    CHECK(share[0].value == 0.0);
    CHECK(share[0].bound < 1e-40);
    CHECK(share[1].bound < 1e-4);
    CHECK(reference::floats{}.shares(masked, true)[0].bound == 0.0);
    const reference::row from =
        reference::after(dense, {{{1, 1, 2, 0}, {0, 0}}}, {{-inf, 0.0}, {3.0, 0.0}});
    CHECK(from[0].value == -inf);
    CHECK(from[0].bound == 0.0);
    // An infinite weight, or a sum that may overflow on its way: nothing is known.
    CHECK(reference::after(dense, {{{inf, 1, 1, 1}, {0, 0}}}, {{1.0, 0.0}, {1.0, 0.0}})[0].bound ==
          inf);
    CHECK(reference::after(dense, {{{1, -1, 1, 1}, {0, 0}}}, {{3e38, 0.0}, {3e38, 0.0}})[0].bound ==
          inf);
    // What the kernels give at -inf (docs/layers.md).
    for (const ir::op kind :
         {ir::op::swish, ir::op::hard_swish, ir::op::mish, ir::op::gelu, ir::op::gelu_tanh})
        CHECK(reference::function_at({.kind = kind, .alpha = 1.0f}, -inf, 0.0) == 0.0);
    CHECK(reference::function_at({.kind = ir::op::softsign}, -inf, 0.0) == -1.0);
    const ir::node log = {.kind = ir::op::log};
    CHECK(reference::after(log, {}, {{0.0, 0.0}})[0].bound == 0.0);
    CHECK(reference::after(log, {}, {{1e-8, 1e-7}})[0].bound == inf); // NaN on one side
    CHECK(reference::after({.kind = ir::op::sqrt}, {}, {{1e-8, 1e-7}})[0].bound == inf);
}

TEST_CASE("reference: other people's formulas round numbers that are larger", "[reference]") {
    const auto bound = [](const ir::node& n, double x, bool anyones) {
        return reference::after(n, {}, {{x, 0.0}}, {.anyones = anyones})[0].bound;
    };
    // exp(x) - 1 in float is off by half an ulp of 1 near 0, where expm1 is as small as x.
    const ir::node elu = {.kind = ir::op::elu, .alpha = 1.0f};
    for (const float x : {-1e-3f, -1e-5f, -0.3f}) {
        const double theirs = static_cast<double>(std::exp(x) - 1.0f);
        const double off = std::abs(theirs - std::expm1(static_cast<double>(x)));
        CHECK(off <= bound(elu, static_cast<double>(x), true));
    }
    CHECK(bound(elu, -1e-5, true) > 5.6e-8);
    CHECK(bound(elu, -1e-5, true) < 1e-6);
    CHECK(bound(elu, -1e-5, false) < 1e-11);
    CHECK(bound(elu, 1.0, true) == bound(elu, 1.0, false));
    for (const ir::op kind : {ir::op::selu, ir::op::celu, ir::op::gelu, ir::op::mish, ir::op::swish,
                              ir::op::sigmoid, ir::op::softplus}) {
        const ir::node n = {.kind = kind, .alpha = 1.0f};
        CHECK(bound(n, -15.0, true) >= 0x1p-24);
        CHECK(bound(n, -15.0, true) < 2e-5);
    }
}

TEST_CASE("reference: dense", "[reference]") {
    const ir::node n = {.kind = ir::op::dense, .units = 2};
    const laminate::codegen::layer_parameters p = {{{1, 2, 3, 4, 5, 6}, {0.5, -0.5}}};
    const reference::row y = reference::after(n, p, {{1.0, 0.0}, {10.0, 0.0}, {100.0, 0.0}});
    CHECK(y[0].value == 321.5);
    CHECK(y[1].value == 653.5);
    CHECK(y[0].bound > 0.0);
}

TEST_CASE("reference: elementwise functions", "[reference]") {
    const auto f = [](const ir::node& n, double x) { return reference::function_at(n, x, 0.25); };
    const ir::node relu = {
        .kind = ir::op::relu, .alpha = 0.5f, .max_value = 6.0f, .threshold = 1.0f};
    CHECK(f(relu, 7.0) == 6.0);
    CHECK(f(relu, 2.0) == 2.0);
    CHECK(f(relu, 0.0) == -0.5);
    CHECK(f({.kind = ir::op::leaky_relu, .alpha = 0.1f}, -1.0) == static_cast<double>(-0.1f));
    CHECK(f({.kind = ir::op::prelu}, -1.0) == -0.25);
    CHECK(f({.kind = ir::op::elu, .alpha = 2.0f}, -1.0) == 2.0 * std::expm1(-1.0));
    CHECK(f({.kind = ir::op::sigmoid}, 0.0) == 0.5);
    CHECK(f({.kind = ir::op::tanh}, 1.0) == std::tanh(1.0));
    CHECK(f({.kind = ir::op::linear}, -3.0) == -3.0);
    CHECK(f({.kind = ir::op::dropout}, -3.0) == -3.0);
}

TEST_CASE("reference: NaN stays NaN, and an overflow promises nothing", "[reference]") {
    const double nan = std::nan("");
    for (const ir::op kind : {ir::op::relu, ir::op::elu, ir::op::clip, ir::op::thresholded_relu})
        CHECK(std::isnan(reference::function_at({.kind = kind}, nan, 0.0)));
    CHECK(reference::function_at({.kind = ir::op::softplus}, 1000.0, 0.0) == 1000.0);
    CHECK(reference::function_at({.kind = ir::op::mish}, 1000.0, 0.0) == 1000.0);

    const ir::node dense = {.kind = ir::op::dense, .units = 2, .bias = false};
    const laminate::codegen::layer_parameters p = {{{2, 0.5}}};
    const reference::row far = reference::after(dense, p, {{3e38, 0.0}});
    CHECK(std::isinf(far[0].bound));
    CHECK(std::isfinite(far[1].bound));
    CHECK(std::isinf(reference::after({.kind = ir::op::sigmoid}, {}, far)[0].bound));
}

TEST_CASE("reference: functions with a valley are bounded by their slope", "[reference]") {
    // The minimum of silu is at -1.278, where both ends of the interval lie above it.
    const ir::node silu = {.kind = ir::op::swish, .alpha = 1.0f};
    const reference::row y = reference::after(silu, {}, {{-1.3, 0.1}});
    CHECK(y[0].bound >= std::abs(reference::function_at(silu, -1.4, 0.0) - y[0].value));
    CHECK(y[0].bound >= 0.1);
    CHECK(reference::function_at({.kind = ir::op::affine}, 2.0, 3.0, 0.5) == 6.5);
    CHECK(std::abs(reference::function_at({.kind = ir::op::gelu}, 1.0, 0.0) - 0.8413447460685429) <
          1e-15);
    CHECK(std::abs(reference::function_at({.kind = ir::op::gelu_tanh}, 1.0, 0.0) -
                   0.8411919906082768) < 1e-14);
    CHECK(std::abs(reference::function_at({.kind = ir::op::mish}, 1.0, 0.0) - 0.8650983882673103) <
          1e-14);
}

TEST_CASE("reference: softmax and maxout", "[reference]") {
    const reference::row y =
        reference::after({.kind = ir::op::softmax}, {}, {{0.0, 0.0}, {std::log(3.0), 0.0}});
    CHECK(std::abs(y[0].value - 0.25) < 1e-15);
    CHECK(std::abs(y[1].value - 0.75) < 1e-15);
    const reference::row m = reference::after({.kind = ir::op::maxout, .pieces = 2}, {},
                                              {{1.0, 0.1}, {2.0, 0.2}, {-1.0, 0.3}, {-2.0, 0.0}});
    CHECK(m.size() == 2);
    CHECK(m[0].value == 2.0);
    CHECK(m[1].value == -1.0);
    CHECK(m[1].bound == 0.3);
}

namespace {

// Calls check(kind, node) for every elementwise kind that there is.
template <class Check>
void each_function(const Check& check) {
    const auto of = [&check](ir::op kind) {
        const ir::node n = {.kind = kind,
                            .alpha = 0.25f,
                            .beta = 0.5f,
                            .min_value = -2.0f,
                            .max_value = 3.0f,
                            .threshold = 0.75f};
        reference::visit(kind, [&]<class Kind>(Kind) {
            INFO(ir::name(n.kind));
            if constexpr (reference::is_function<Kind>) check(Kind{}, n);
        });
    };
#define LAMINATE_CHECK(name) of(ir::op::name);
    LAMINATE_KINDS(LAMINATE_CHECK)
#undef LAMINATE_CHECK
}

constexpr double slope = -1.5, shift = 0.5;

template <class Kind>
double derivative(Kind, const ir::node& n, double x) {
    test::recording record;
    const test::recorded at = record.start(x);
    const auto u = reference::unit_of<test::recorded>(n, slope, shift);
    return record.derivatives({reference::value<Kind>(u, at)}, {1.0})[at.place];
}

} // namespace

// Away from corners, by differences of values.
TEST_CASE("reference: a number with a derivative has that of every function", "[reference]") {
    each_function([](auto kind, const ir::node& n) {
        test::random r(5);
        for (int trial = 0; trial < 200; ++trial) {
            const auto x = static_cast<double>(r.uniform(6.0f));
            const auto f = [&](double at) { return reference::function_at(n, at, slope, shift); };
            bool is_near_corner = false;
            for (const double corner : {-3.0, -2.0, -0.75, 0.0, 0.25, 0.5, 0.75, 2.0, 3.0})
                is_near_corner |= std::abs(x - corner) < 0.01;
            if (is_near_corner || std::isnan(f(x))) continue;
            const double difference = (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
            if (std::abs(difference) > 1e3) continue; // near a pole
            INFO(x);
            CHECK(derivative(kind, n, x) == test::approx(difference).epsilon(1e-6).margin(1e-7));
        }
    });
}

TEST_CASE("reference: at a corner the derivative is that of the piece below", "[reference]") {
    const auto at = [](const ir::node& n, double x) {
        return reference::visit(n.kind, [&](auto kind) {
            if constexpr (reference::is_function<decltype(kind)>)
                return derivative(kind, n, x);
            else
                return std::nan("");
        });
    };
    const ir::node relu = {
        .kind = ir::op::relu, .alpha = 0.25f, .max_value = 3.0f, .threshold = 0.5f};
    CHECK(at(relu, 0.5) == 0.25);
    CHECK(at(relu, 3.0) == 1.0);
    CHECK(at({.kind = ir::op::relu}, 0.0) == 0.0);
    CHECK(at({.kind = ir::op::leaky_relu, .alpha = 0.25f}, 0.0) == 0.25);
    CHECK(at({.kind = ir::op::prelu}, 0.0) == slope);
    CHECK(at({.kind = ir::op::elu, .alpha = 0.25f}, 0.0) == 0.25);
    CHECK(at({.kind = ir::op::abs}, 0.0) == -1.0);
    CHECK(at({.kind = ir::op::thresholded_relu, .alpha = 0.25f}, 0.25) == 0.0);
    CHECK(at({.kind = ir::op::clip, .min_value = -1.0f, .max_value = 1.0f}, -1.0) == 0.0);
    CHECK(at({.kind = ir::op::softplus}, 0.0) == 0.5);
    // Where a gate is closed, or wide open, nothing overflows.
    for (const ir::op kind : {ir::op::sigmoid, ir::op::swish, ir::op::mish, ir::op::gelu_tanh})
        for (const double x : {-1e4, -720.0})
            CHECK(std::abs(at({.kind = kind, .alpha = 1.0f}, x)) < 1e-100);
    CHECK(at({.kind = ir::op::mish}, 1e4) == 1.0);
}

// Estimates and intervals hold what the formula gives for all that they stand for.
TEST_CASE("reference: a bound and an interval hold every function's values", "[reference]") {
    each_function([](auto kind, const ir::node& n) {
        using type = decltype(kind);
        const auto u = reference::unit_of(n, slope, shift);
        test::random r(6);
        std::size_t outside = 0;
        for (int trial = 0; trial < 300; ++trial) {
            const auto x = static_cast<double>(r.uniform(6.0f));
            const double off =
                std::abs(static_cast<double>(r.uniform(trial % 2 == 0 ? 0.1f : 4.0f)));
            const auto bounded = reference::floats{}.function<type>(u, {x, off});
            const auto range = reference::intervals{}.function<type>(u, {x - off, x + off});
            for (int k = -20; k <= 20; ++k) {
                const double y = reference::value<type>(u, x + off * k / 20.0);
                outside += std::abs(y - bounded.value) > bounded.bound;
                outside += y < range.low || y > range.high;
            }
        }
        CHECK(outside == 0);
    });
}

TEST_CASE("reference: a layer is no function of a unit", "[reference]") {
    CHECK_THROWS_AS(reference::function_at({.kind = ir::op::softmax}, 1.0, 0.0),
                    laminate::exception);
    CHECK_THROWS_AS(reference::after({}, {}, {{1.0, 0.0}}), laminate::exception); // an input
}
