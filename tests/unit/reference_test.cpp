// SPDX-License-Identifier: MIT
// Networks with random weights against the reference interpreter in double: no output is further
// from the truth than the analysis of rounding errors allows. And the reference itself, on values
// found by hand.

#include "support/catch.hpp"
#include "support/networks.hpp"

#include <laminate/codegen/graph/from_model.hpp>
#include <laminate/codegen/graph/reference.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace lam = laminate;
namespace test = laminate::test;
namespace reference = laminate::codegen::reference;
namespace ir = laminate::ir;

TEMPLATE_LIST_TEST_CASE("model: near the reference in double", "[reference]", test::all_networks) {
    using type = lam::model<TestType>;
    const auto& nodes = lam::plan(TestType{}).nodes;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const type model = test::random_model<TestType>(seed);
        const auto parameters = lam::codegen::parameters_of(model);
        const std::vector<float> in = test::random_rows<TestType>(7, seed);
        std::vector<float> out(7 * type::outputs);
        model.batch(in, out);
        for (std::size_t r = 0; r < 7; ++r) {
            const auto row = std::span(in).subspan(r * type::inputs, type::inputs);
            const reference::row exact = reference::interpret(nodes, parameters, row).back();
            REQUIRE(exact.size() == type::outputs);
            for (std::size_t o = 0; o < exact.size(); ++o) {
                const auto found = static_cast<double>(out[r * type::outputs + o]);
                INFO("row " << r << ", output " << o << ", bound " << exact[o].bound);
                REQUIRE(std::abs(found - exact[o].value) <= exact[o].bound);
            }
        }
    }
}

// A bound that lets anything pass would be no test. (Behind 12 layers without a scale, and where
// relu jumps at its threshold, it has to be wider.)
TEST_CASE("reference: the bound is tight enough to notice a wrong bit or two", "[reference]") {
    const auto widest = []<class Network>(Network) {
        const auto model = test::random_model<Network>(1);
        const auto in = test::random_rows<Network>(1, 1);
        double bound = 0.0;
        const auto values = reference::interpret(lam::plan(Network{}).nodes,
                                                 lam::codegen::parameters_of(model), in);
        for (const reference::estimate& e : values.back())
            bound = std::max(bound, e.bound);
        return bound;
    };
    CHECK(widest(test::one_by_one{}) < 1e-6);
    CHECK(widest(test::trigger{}) < 1e-3);
    CHECK(widest(test::narrow{}) < 1e-5);
    CHECK(widest(test::softmaxes{}) < 1e-4);
    CHECK(widest(test::only_function{}) < 1e-6);
}

TEST_CASE("reference: dense", "[reference]") {
    const ir::node n = {.kind = ir::op::dense, .units = 2};
    const laminate::codegen::layer_parameters p = {{1, 2, 3, 4, 5, 6}, {0.5, -0.5}, {}};
    const reference::row y = reference::dense(n, p, {{1.0, 0.0}, {10.0, 0.0}, {100.0, 0.0}});
    CHECK(y[0].value == 321.5);
    CHECK(y[1].value == 653.5);
    CHECK(y[0].bound > 0.0);
}

TEST_CASE("reference: elementwise functions", "[reference]") {
    const auto f = [](const ir::node& n, double x) { return reference::exact(n, x, 0.25); };
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
        CHECK(std::isnan(reference::exact({.kind = kind}, nan, 0.0)));
    CHECK(reference::exact({.kind = ir::op::softplus}, 1000.0, 0.0) == 1000.0);
    CHECK(reference::exact({.kind = ir::op::mish}, 1000.0, 0.0) == 1000.0);

    const ir::node dense = {.kind = ir::op::dense, .units = 2, .bias = false};
    const laminate::codegen::layer_parameters p = {{2, 0.5}, {}, {}};
    const reference::row far = reference::dense(dense, p, {{3e38, 0.0}});
    CHECK(std::isinf(far[0].bound));
    CHECK(std::isfinite(far[1].bound));
    CHECK(std::isinf(reference::elementwise({.kind = ir::op::sigmoid}, {}, far)[0].bound));
}

TEST_CASE("reference: functions with a valley are bounded by their slope", "[reference]") {
    // The minimum of silu is at -1.278, where both ends of the interval lie above it.
    const ir::node silu = {.kind = ir::op::swish, .alpha = 1.0f};
    const reference::row y = reference::elementwise(silu, {}, {{-1.3, 0.1}});
    CHECK(y[0].bound >= std::abs(reference::exact(silu, -1.4, 0.0) - y[0].value));
    CHECK(y[0].bound >= 0.1);
    CHECK(reference::exact({.kind = ir::op::affine}, 2.0, 3.0, 0.5) == 6.5);
    CHECK(std::abs(reference::exact({.kind = ir::op::gelu}, 1.0, 0.0) - 0.8413447460685429) <
          1e-15);
    CHECK(std::abs(reference::exact({.kind = ir::op::gelu_tanh}, 1.0, 0.0) - 0.8411919906082768) <
          1e-14);
    CHECK(std::abs(reference::exact({.kind = ir::op::mish}, 1.0, 0.0) - 0.8650983882673103) <
          1e-14);
}

TEST_CASE("reference: softmax and maxout", "[reference]") {
    const reference::row y = reference::softmax({{0.0, 0.0}, {std::log(3.0), 0.0}});
    CHECK(std::abs(y[0].value - 0.25) < 1e-15);
    CHECK(std::abs(y[1].value - 0.75) < 1e-15);
    const reference::row m = reference::maxout({.kind = ir::op::maxout, .units = 2},
                                               {{1.0, 0.1}, {2.0, 0.2}, {-1.0, 0.3}, {-2.0, 0.0}});
    CHECK(m.size() == 2);
    CHECK(m[0].value == 2.0);
    CHECK(m[1].value == -1.0);
    CHECK(m[1].bound == 0.3);
}
