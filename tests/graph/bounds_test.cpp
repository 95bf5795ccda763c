// SPDX-License-Identifier: MIT
// The floats that networks compute lie within the bounds found for them: every elementwise function
// on random intervals, and random layers, at the corners of their inputs and between.

#include "support/catch.hpp"
#include "support/graphs.hpp"

#include <laminate/codegen/graph/bounds.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/ir/function.hpp>
#include <laminate/ir/kind/table.hpp>

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
    if (all.back().kind != op::operation && ir::of(op::operation).is.role == ir::role::function) \
        all.push_back({.kind = op::operation, .alpha = 0.2f, .beta = 0.4f, .threshold = 0.5f});
    LAMINATE_FUNCTIONS(LAMINATE_ADD)
#undef LAMINATE_ADD
    for (ir::node& n : all)
        if (n.kind == op::leaky_relu) n.threshold = 0.0f;
    all.push_back({.kind = op::clip, .min_value = -1.0f, .max_value = 2.0f});
    return all;
}

} // namespace

TEST_CASE("bounds: elementwise functions", "[bounds]") {
    test::random r(1);
    for (ir::node n : functions()) {
        n.inputs[0] = 0;
        codegen::graph g = test::graph_builder(1).add(n, {{{-1.5}, {0.5}}});
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

namespace {

// What each elementwise function can give, for three intervals of what it gets.
struct expected_bounds {
    op kind;
    interval of_both_signs; // of -2 to 3
    interval of_positive;   // of 1 to 2
    interval of_negative;   // of -2 to -1
};

// With alpha 0.2, beta 0.4, threshold 0.5 (clip: -1 to 2), slope -1.5 and shift 0.5: the numbers of
// functions(). What is wider than the function itself is so on purpose, see docs/optimise.md.
constexpr interval all = codegen::unbounded;
constexpr expected_bounds widths[] = {
    {op::linear, {-2, 3}, {1, 2}, {-2, -1}},
    {op::dropout, {-2, 3}, {1, 2}, {-2, -1}},
    {op::relu, {-0.625, 3}, {1, 2}, {-0.625, -0.375}},
    {op::leaky_relu, {-0.4, 3}, {1, 2}, {-0.4, -0.2}},
    {op::prelu, {0, 3}, {1, 2}, {1.5, 3}},
    {op::affine, {-4, 3.5}, {-2.5, -1}, {2, 3.5}},
    {op::elu, {-0.172933, 3}, {1, 2}, {-0.172933, -0.126424}},
    {op::selu, {-1.520166, 3.152103}, {1.050701, 2.101402}, {-1.520166, -1.111331}},
    {op::celu, {-0.199991, 3}, {1, 2}, {-0.199991, -0.198652}},
    {op::sigmoid, {0.119203, 0.952574}, {0.731059, 0.880797}, {0.119203, 0.268941}},
    {op::tanh, {-0.964028, 0.995055}, {0.761594, 0.964028}, {-0.964028, -0.761594}},
    {op::thresholded_relu, {0, 3}, {1, 2}, {0, 0}},
    {op::hard_sigmoid, {0, 1}, {0.6, 0.8}, {0, 0.2}},
    {op::hard_swish, {-0.38, 3}, {-0.38, 2}, {-0.38, 0}},
    {op::clip, {-1, 2}, {1, 2}, {-1, -1}},
    {op::shrink, {-1.6, 2.6}, {0.6, 1.6}, {-1.6, -0.6}},
    {op::swish, {-1.45, 3}, {-1.45, 2}, {-1.45, 0}},
    {op::mish, {-0.32, 3}, {-0.32, 2}, {-0.32, 0}},
    {op::gelu, {-0.18, 3}, {-0.18, 2}, {-0.18, 0}},
    {op::gelu_tanh, {-0.18, 3}, {-0.18, 2}, {-0.18, 0}},
    {op::erf, {-0.995322, 0.999978}, {0.842701, 0.995322}, {-0.995322, -0.842701}},
    {op::softplus, {0.126928, 3.048587}, {1.313262, 2.126928}, {0.126928, 0.313262}},
    {op::exp, {0.135323, 20.085537}, {2.718282, 7.389056}, {0.135335, 0.367879}},
    {op::log, all, {0, 0.693147}, all}, // of a negative number NaN
    {op::softsign, {-0.666667, 0.75}, {0.5, 0.666667}, {-0.666667, -0.5}},
    {op::abs, {0, 3}, {1, 2}, {1, 2}},
    {op::neg, {-3, 2}, {-2, -1}, {1, 2}},
    {op::sqrt, {0, all.high}, {1, 1.414214}, {0, all.high}},
    {op::reciprocal, all, {0.5, 1}, {-1, -0.5}}, // no end at 0
    {op::rsqrt, all, {0.674200, 0.912871}, all},
    {op::square, {0, 9}, {1, 4}, {1, 4}},
    {op::floor, {-2, 3}, {1, 2}, {-2, -1}},
    {op::ceil, {-2, 3}, {1, 2}, {-2, -1}},
    {op::round, {-2, 3}, {1, 2}, {-2, -1}},
    {op::sign, {-1, 1}, {1, 1}, {-1, -1}},
    {op::atan, {-1.107149, 1.249046}, {0.785398, 1.107149}, {-1.107149, -0.785398}},
    {op::sinh, {-3.62686, 10.017875}, {1.175201, 3.62686}, {-3.62686, -1.175201}},
    {op::asinh, {-1.443635, 1.818446}, {0.881374, 1.443635}, {-1.443635, -0.881374}},
    {op::sin, {-1, 1}, {0.841471, 1}, {-1, -0.841471}},
    {op::cos, {-0.989992, 1}, {-0.416147, 0.540302}, {-0.416147, 0.540302}},
    {op::tan, all, all, all},  // a pole
    {op::asin, all, all, all}, // beyond 1 NaN
    {op::acos, all, all, all},
    {op::atanh, all, all, all},
    {op::cosh, {1, 10.067662}, {1.543081, 3.762196}, {1.543081, 3.762196}},
    {op::acosh, {0, all.high}, {0, 1.316958}, {0, all.high}},
};

bool near(double found, double expected) {
    return found == expected || std::abs(found - expected) < 2e-6 + 4e-6 * std::abs(expected);
}

} // namespace

TEST_CASE("bounds: elementwise functions are as narrow as stated", "[bounds]") {
    std::vector<ir::node> all_functions = functions();
    all_functions.push_back({.kind = op::linear});
    all_functions.push_back({.kind = op::dropout});
    for (ir::node n : all_functions) {
        // Of the three ReLUs and the two clips of functions() those with all their options.
        if (n.kind == op::relu && (n.alpha == 0.0f || n.max_value != 3.0f)) continue;
        if (n.kind == op::clip && n.min_value != -1.0f) continue;
        INFO(ir::name(n.kind));
        const auto* const stated =
            std::find_if(std::begin(widths), std::end(widths),
                         [&n](const expected_bounds& e) { return e.kind == n.kind; });
        REQUIRE(stated != std::end(widths));
        n.inputs[0] = 0;
        const codegen::graph g = test::graph_builder(1).add(n, {{{-1.5}, {0.5}}});
        for (const auto& [in, out] : {std::pair{interval{-2, 3}, stated->of_both_signs},
                                      {interval{1, 2}, stated->of_positive},
                                      {interval{-2, -1}, stated->of_negative}}) {
            const interval found = codegen::bounds(g, {{in}}).back()[0];
            INFO(in.low << " to " << in.high << " gives " << found.low << " to " << found.high
                        << ", expected " << out.low << " to " << out.high);
            CHECK(near(found.low, out.low));
            CHECK(near(found.high, out.high));
        }
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
        if (seed % 2 == 0) b.add({.kind = op::maxout, .pieces = 3}, {});
        b.dense(7).add(op::softmax);
        const codegen::graph g = b;
        const auto plan = codegen::plan_graph(g, ir::fusion::off).value();
        const interval range = {-0.75, 1.5};
        const auto bounds = codegen::bounds(g, {{range}});
        const std::vector<double>& w = g.parameters[1].weights();
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

// As wide as sums of products are, and what rounds them.
TEST_CASE("bounds: layers are as narrow as stated", "[bounds]") {
    const codegen::graph g = test::graph_builder(2)
                                 .dense({1, -2, 0.5, 4, 0, 0, -1, -1}, {1, 0, -3, 0})
                                 .add({.kind = op::maxout, .pieces = 2}, {})
                                 .add(op::softmax);
    const auto values = codegen::bounds(g, {{{-1.0, 2.0}, {0.0, 0.5}}});
    const std::vector<std::vector<interval>> stated = {{{-1, 2}, {0, 0.5}},
                                                       {{-1, 3}, {-0.5, 3}, {-3, -3}, {-2.5, 1}},
                                                       {{-0.5, 3}, {-2.5, 1}},
                                                       {{0, 1}, {0, 1}}};
    REQUIRE(values.size() == stated.size());
    for (std::size_t node = 0; node < stated.size(); ++node) {
        REQUIRE(values[node].size() == stated[node].size());
        for (std::size_t u = 0; u < stated[node].size(); ++u) {
            INFO("node " << node << ", unit " << u);
            CHECK(near(values[node][u].low, stated[node][u].low));
            CHECK(near(values[node][u].high, stated[node][u].high));
        }
    }
    const auto logs = codegen::bounds(test::graph_builder(2).add(op::log_softmax), {{{0.0, 1.0}}});
    CHECK(logs.back()[0].high == codegen::unbounded.high); // nothing is known of it
}

TEST_CASE("bounds: ends of a range that are no floats are read outward", "[bounds]") {
    const codegen::graph g = test::graph_builder(1).add(op::linear);
    for (const double end : {0.1, 0.7, 1.0, 1e300}) {
        const interval range = codegen::bounds(g, {{{-end, end}}})[0][0];
        CHECK(range.high >= end);
        CHECK(range.low == -range.high);
        if (end < 2.0) {
            CHECK(holds(range, static_cast<float>(end)));
            CHECK(!holds(range, std::nextafter(static_cast<float>(end), 2.0f)));
        }
    }
}

TEST_CASE("bounds: a sum that may overflow says nothing", "[bounds]") {
    const codegen::graph g = test::graph_builder(2).dense({1e38, -1e38}, {0});
    CHECK(codegen::bounds(g, {{{-4.0, 4.0}}}).back()[0].high == codegen::unbounded.high);
}
