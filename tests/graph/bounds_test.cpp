// SPDX-License-Identifier: MIT
// The floats that networks compute lie within the bounds found for them: every elementwise function
// on random intervals, and random layers, at the corners of their inputs and between.

#include "support/catch.hpp"
#include "support/graphs.hpp"

#include <laminate/codegen/graph/bounds.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/ir/function.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;
using codegen::interval;
using ir::op;

namespace {

bool holds(interval x, float f) {
    return std::isnan(f) || (x.low <= static_cast<double>(f) && static_cast<double>(f) <= x.high);
}

// One node of every elementwise kind, with options that make it what it is.
std::vector<ir::node> functions() {
    std::vector<ir::node> all = {
        {.kind = op::relu, .alpha = 0.25f, .max_value = 3.0f, .threshold = 0.5f},
        {.kind = op::relu, .max_value = 6.0f}};
#define LAMINATE_ADD(operation, when, ...) \
    if (all.back().kind != op::operation) \
        all.push_back({.kind = op::operation, .alpha = 0.2f, .beta = 0.4f, .threshold = 0.5f});
    LAMINATE_FUNCTIONS(LAMINATE_ADD)
#undef LAMINATE_ADD
    for (ir::node& n : all)
        if (n.kind == op::leaky_relu) n.threshold = 0.0f;
    all.push_back({.kind = op::clip, .beta = -1.0f, .max_value = 2.0f});
    return all;
}

} // namespace

TEST_CASE("bounds: elementwise functions", "[bounds]") {
    test::random r(1);
    for (ir::node n : functions()) {
        n.inputs[0] = 0;
        codegen::graph g = test::graph_builder(1).add(n, {{}, {0.5}, {-1.5}});
        std::size_t outside = 0;
        std::size_t not_passed = 0;
        for (int trial = 0; trial < 300; ++trial) {
            const float scale = trial % 3 == 0 ? 0.1f : trial % 3 == 1 ? 4.0f : 300.0f;
            const auto [low, high] = std::minmax({r.uniform(scale), r.uniform(scale)});
            const interval in = {static_cast<double>(low), static_cast<double>(high)};
            const interval out = codegen::bounds(g, {{in}}).back()[0];
            for (int k = 0; k <= 40; ++k) {
                const float x =
                    std::clamp(k == 39   ? 0.0f
                               : k == 40 ? n.threshold
                                         : low + (high - low) * static_cast<float>(k) / 38.0f,
                               low, high);
                const float y = codegen::evaluate_unit(n, -1.5f, 0.5f, x);
                outside += !holds(out, y);
                not_passed += codegen::passes(n, in) && y != x;
            }
        }
        INFO(ir::name(n.kind));
        CHECK(outside == 0);
        CHECK(not_passed == 0);
    }
}

TEST_CASE("bounds: what is known without a range", "[bounds]") {
    const codegen::graph g = test::graph_builder(1)
                                 .dense({1, 0}, {0, 2})
                                 .add(op::relu)
                                 .dense({-1, -1, 1, 1}, {-1, 0.5})
                                 .add(op::sigmoid);
    const auto values = codegen::bounds(g, {});
    CHECK(values[1][0].high == codegen::unbounded.high);
    CHECK(values[1][1].low == 2.0);
    CHECK(values[1][1].high == 2.0);
    CHECK(values[2][0].low == 0.0);
    CHECK(values[3][0].high == 0.0);
    CHECK(values[3][1].low == 0.0);
    CHECK(values[4][1].high == 1.0);
}

TEST_CASE("bounds: layers", "[bounds]") {
    std::size_t tight = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        test::graph_builder b(1 + seed % 40, seed);
        b.dense(24).add(op::relu).affine().dense(12).add(op::tanh);
        if (seed % 2 == 0) b.add({.kind = op::maxout, .units = 3}, {});
        b.dense(7).add(op::softmax);
        const codegen::graph g = b;
        const auto plan = codegen::plan_graph(g, ir::fusion::off).value();
        const interval range = {-0.75, 1.5};
        const auto bounds = codegen::bounds(g, {{range}});
        const std::vector<double>& w = g.parameters[1].weights;
        for (int trial = 0; trial < 40; ++trial) {
            std::vector<float> in(g.inputs());
            for (std::size_t i = 0; i < in.size();
                 ++i) // even trials: the corner that unit 0 likes most
                in[i] = trial % 2 == 0 ? (w[i] > 0.0 ? 1.5f : -0.75f)
                                       : 0.375f + b.random().uniform(1.125f);
            const auto values = codegen::evaluate_nodes(plan, in);
            for (std::size_t n = 0; n < values.size(); ++n)
                for (std::size_t u = 0; u < values[n].size(); ++u)
                    REQUIRE(holds(bounds[n][u], values[n][u]));
            tight += std::abs(bounds[1][0].high - static_cast<double>(values[1][0])) < 1e-4;
        }
    }
    CHECK(tight >= 60 * 20); // the corner is reached
}

TEST_CASE("bounds: a sum that may overflow says nothing", "[bounds]") {
    const codegen::graph g = test::graph_builder(2).dense({1e38, -1e38}, {0});
    CHECK(codegen::bounds(g, {{{-4.0, 4.0}}}).back()[0].high == codegen::unbounded.high);
}
