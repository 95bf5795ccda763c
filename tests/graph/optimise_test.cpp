// SPDX-License-Identifier: MIT
// What each pass does to a small graph, and that optimised networks give the results of the others:
// within the bound of the reference in double, with the same values where passes say so.

#include "support/catch.hpp"
#include "support/graphs.hpp"

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/optimise.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/graph/reference.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;
namespace reference = laminate::codegen::reference;
using codegen::interval;
using ir::op;
using test::graph_builder;

namespace {

struct optimised {
    codegen::graph network;
    std::vector<codegen::pass_report> reports;
};

optimised optimise(codegen::graph g, std::vector<interval> range = {}) {
    auto reports = codegen::optimise(g, {std::move(range)}).value();
    return {std::move(g), std::move(reports)};
}

std::vector<std::string> events(const optimised& o) {
    std::vector<std::string> all;
    for (const codegen::pass_report& r : o.reports)
        all.insert(all.end(), r.events.begin(), r.events.end());
    return all;
}
std::vector<op> kinds(const codegen::graph& g) {
    std::vector<op> all;
    for (const ir::node& n : g.nodes)
        all.push_back(n.kind);
    return all;
}
bool exact(const optimised& o) {
    return std::all_of(o.reports.begin(), o.reports.end(), [](const auto& r) { return r.exact; });
}

using kinds_of = std::vector<op>;
using sentences = std::vector<std::string>;

// Both networks on random rows in the range: the truth of both is the same but for roundings of
// double, the floats lie within their bounds, and are the same ones if no pass rounded.
void check_same(const codegen::graph& before, const optimised& after, double low, double high,
                std::uint64_t seed) {
    const auto plain = codegen::plan_graph(before).value();
    const auto small = codegen::plan_graph(after.network).value();
    test::random r(seed);
    for (int row = 0; row < 20; ++row) {
        std::vector<float> in(before.inputs());
        for (float& f : in)
            f = static_cast<float>(low + (high - low) *
                                             (0.5 + 0.5 * static_cast<double>(r.uniform(1.0f))));
        const auto truth = reference::interpret(before.nodes, before.parameters, in).back();
        const auto other =
            reference::interpret(after.network.nodes, after.network.parameters, in).back();
        const std::vector<float> a = codegen::evaluate(plain, in);
        const std::vector<float> b = codegen::evaluate(small, in);
        REQUIRE(a.size() == b.size());
        for (std::size_t o = 0; o < a.size(); ++o) {
            INFO("output " << o << ", seed " << seed);
            const double bound = truth[o].bound + other[o].bound;
            // A constant unit is computed in float, so its error is that of the network before.
            REQUIRE(std::abs(truth[o].value - other[o].value) <= truth[o].bound + 1e-6 * bound);
            REQUIRE(std::abs(static_cast<double>(b[o]) - truth[o].value) <= bound);
            if (exact(after)) REQUIRE(a[o] == b[o]);
        }
    }
}

} // namespace

TEST_CASE("optimise: nothing to do", "[optimise]") {
    const codegen::graph g = graph_builder(4).dense(3).add(op::relu).dense(2).add(op::softmax);
    const optimised o = optimise(g);
    CHECK(events(o).empty());
    CHECK(o.reports.size() == 8); // each says that it left all as it was
    CHECK(exact(o));
    CHECK(o.network.nodes == g.nodes);
    CHECK(o.reports[0].parameters_before == 4 * 3 + 3 + 3 * 2 + 2);
    CHECK(o.reports[0].multiply_adds_after == 4 * 3 + 3 * 2);
}

TEST_CASE("optimise: identities are dropped", "[optimise]") {
    const optimised o = optimise(graph_builder(4)
                                     .add(op::dropout)
                                     .dense(3)
                                     .add(op::relu)
                                     .add(op::relu)
                                     .add(op::linear)
                                     .affine({1, 1, 1}, {0, 0, 0})
                                     .dense(2)
                                     .add(op::sigmoid)
                                     .add(op::relu)
                                     .add(op::abs));
    CHECK(kinds(o.network) == kinds_of{op::input, op::dense, op::relu, op::dense, op::sigmoid});
    CHECK(exact(o));
    CHECK(events(o)[0] == "dropped abs '10', which returns what relu '9' gives it");
    const optimised alone = optimise(graph_builder(4).add(op::dropout).add(op::linear));
    CHECK(alone.network.nodes.size() == 2); // a network has a layer
}

TEST_CASE("optimise: affine nodes are folded", "[optimise]") {
    // Input normalisation, batch-norm behind a dense layer, scale behind an activation.
    const codegen::graph g = graph_builder(3)
                                 .affine({2, 4, 8}, {1, 1, 1})
                                 .dense({1, 2, 3, 4, 5, 6}, {10, 20})
                                 .affine({0.5, 3}, {1, -1})
                                 .add(op::neg)
                                 .add(op::tanh)
                                 .affine({2, 2}, {0, 0})
                                 .affine({2, 0.5}, {1, 1})
                                 .dense({1, 1}, {0});
    const optimised o = optimise(g);
    REQUIRE(kinds(o.network) == kinds_of{op::input, op::dense, op::tanh, op::dense});
    // -(0.5 (W (2 x + 1) + 10) + 1) in the first unit
    CHECK(o.network.parameters[1].weights == std::vector<double>{-1, -4, -12, -24, -60, -144});
    CHECK(o.network.parameters[1].bias == std::vector<double>{-9, -104});
    CHECK(o.network.parameters[3].weights == std::vector<double>{4, 1});
    CHECK(o.network.parameters[3].bias == std::vector<double>{2});
    CHECK(!exact(o));
    CHECK(o.network.origins[1] == "affine '1' + dense '2' + affine '3' + neg '4'");
    check_same(g, o, -1, 1, 1);
}

TEST_CASE("optimise: a fold that would overflow is left out", "[optimise]") {
    const optimised o = optimise(graph_builder(1).dense({1e30}, {0}).affine({1e20}, {0}));
    CHECK(events(o).empty());
}

TEST_CASE("optimise: dense layers in a row are merged where that saves work", "[optimise]") {
    const codegen::graph wide = graph_builder(4).dense(16).dense(3);
    const optimised o = optimise(wide);
    CHECK(kinds(o.network) == kinds_of{op::input, op::dense});
    CHECK(events(o) == sentences{"merged dense '1' and dense '2': 112 multiply-adds become 12"});
    check_same(wide, o, -1, 1, 2);
    // A bottleneck is less work than the product.
    CHECK(events(optimise(graph_builder(16).dense(2).dense(16))).empty());
}

TEST_CASE("optimise: units that never fire are removed", "[optimise]") {
    // Unit 0 has no inputs and a negative bias, unit 2 is at most 1 + 1 - 3, unit 3 is alive.
    const codegen::graph g = graph_builder(2)
                                 .dense({0, 0, 1, -1, 1, 1, 1, 2}, {-1, 0, -3, 0})
                                 .add(op::relu)
                                 .dense({1, 2, 3, 4, 5, 6, 7, 8}, {0.5, 0.25});
    const optimised any = optimise(g);
    CHECK(any.network.nodes[1].units == 3);
    CHECK(events(any) ==
          sentences{"removed 1 of 4 units of dense '1': 1 without any input that matters"});
    const optimised o = optimise(g, {{0.0, 1.0}});
    CHECK(o.network.nodes[1].units == 2);
    CHECK(o.network.parameters[1].weights == std::vector<double>{1, -1, 1, 2});
    CHECK(o.network.parameters[3].weights == std::vector<double>{2, 4, 6, 8});
    CHECK(events(o) == sentences{"removed 2 of 4 units of dense '1': 1 without any input that "
                                 "matters, 1 that never fire"});
    CHECK(exact(o)); // one chain before and after
    check_same(g, o, 0, 1, 3);
    // Where the bound is met, rounding decides: it may fire.
    const codegen::graph edge =
        graph_builder(2).dense({1, 1, 1, 0}, {-2, 0}).add(op::relu).dense({1, 1}, {0});
    CHECK(optimise(edge, {{0.0, 1.0}}).network.nodes[1].units == 2);
}

TEST_CASE("optimise: signs alone tell that a unit is dead, whatever the input", "[optimise]") {
    const codegen::graph g = graph_builder(2)
                                 .dense(3)
                                 .add(op::relu)
                                 .dense({-1, -2, -3, 1, 1, 1}, {-1, 1})
                                 .add(op::relu)
                                 .dense({3, 4}, {0});
    const optimised o = optimise(g);
    CHECK(kinds(o.network) == kinds_of{op::input, op::dense, op::relu, op::dense});
    check_same(g, o, -3, 3, 4); // the other unit is always active, so its layer merged
}

TEST_CASE("optimise: constant units move to biases", "[optimise]") {
    const codegen::graph g = graph_builder(1)
                                 .dense({0, 1, 1}, {2, 0, 9})
                                 .add({.kind = op::relu, .max_value = 6.0f}, {})
                                 .dense({3, 4, 5}, {0.5});
    const optimised o = optimise(g, {{-1.0, 1.0}});
    CHECK(o.network.nodes[1].units == 1);
    CHECK(o.network.parameters[3].bias == std::vector<double>{36.5});
    CHECK(events(o) == sentences{"removed 2 of 3 units of dense '1': 1 without any input that "
                                 "matters, 1 whose value never changes"});
    CHECK(!exact(o));
    check_same(g, o, -1, 1, 5);
}

TEST_CASE("optimise: a layer of constants keeps one unit", "[optimise]") {
    const codegen::graph g =
        graph_builder(2).dense({0, 0, 0, 0}, {1, -1}).add(op::relu).dense({3, 4, 5, 6}, {1, 1});
    const optimised o = optimise(g);
    CHECK(o.network.nodes[1].units == 1);
    CHECK(o.network.parameters.back().bias == std::vector<double>{4, 6});
    check_same(g, o, -1, 1, 6);
}

TEST_CASE("optimise: ReLUs that are always active are dropped", "[optimise]") {
    const codegen::graph g =
        graph_builder(2).dense({1, 1, 1, 2, 2, 1}, {1, 1, 1}).add(op::relu).dense(2);
    CHECK(events(optimise(g)).empty());
    const optimised o = optimise(g, {{0.0, 1.0}, {0.0, 2.0}});
    CHECK(kinds(o.network) == kinds_of{op::input, op::dense});
    CHECK(events(o)[0] == "dropped relu '2': all 3 units always return what they get");
    check_same(g, o, 0, 1, 7);
    // Where one unit isn't always active, all stay.
    const codegen::graph partly =
        graph_builder(2).dense({1, 1, 1, -2, 2, 1}, {1, 1, 1}).add(op::relu).dense(2);
    CHECK(events(optimise(partly, {{0.0, 1.0}, {0.0, 2.0}})).empty());
}

TEST_CASE("optimise: units that nothing reads, and equal units", "[optimise]") {
    const codegen::graph unread =
        graph_builder(1).dense({1, 2, 3}, {0, 0, 0}).add(op::tanh).dense({1, 0, 2}, {0});
    const optimised o = optimise(unread);
    CHECK(o.network.nodes[1].units == 2);
    CHECK(events(o) == sentences{"removed 1 of 3 units of dense '1': dense '3' doesn't read them"});
    check_same(unread, o, -1, 1, 8);

    const codegen::graph equal = graph_builder(1)
                                     .dense({1, 1, 1}, {2, 2, 2})
                                     .add({.kind = op::prelu}, {{}, {}, {0.5, 0.25, 0.5}})
                                     .dense({1, 10, 100}, {0});
    const optimised merged = optimise(equal);
    CHECK(merged.network.nodes[1].units == 2);
    CHECK(merged.network.parameters[2].slope == std::vector<double>{0.5, 0.25});
    CHECK(merged.network.parameters[3].weights == std::vector<double>{101, 10});
    CHECK(!exact(merged));
    check_same(equal, merged, -5, 1, 9);
}

TEST_CASE("optimise: ranges and graphs that are wrong are refused", "[optimise]") {
    const auto why = [](codegen::graph g, std::vector<interval> range) {
        return codegen::optimise(g, {std::move(range)}).error().message;
    };
    const codegen::graph g = graph_builder(3).dense(2);
    CHECK(why(g, {{0, 1}, {0, 1}}) ==
          "expected one range for all inputs or one for each of 3, found 2");
    CHECK(why(g, {{1, 0}}) ==
          "the range of input 0 is none: expected a low and a high end, low <= high");
    codegen::graph wrong = g;
    wrong.parameters[1].weights.clear();
    CHECK_THAT(why(wrong, {}), test::contains("dense '1': expected numbers of shape [2, 3]"));
}

namespace {

// Weights that are often zero, units that are dead, constant, always on or twice there.
void plant(graph_builder& b, std::size_t inputs, bool only_dead) {
    auto& [weights, bias, slope] = b.last();
    test::random& r = b.random();
    for (std::size_t u = 0; u < bias.size(); ++u) {
        double* const w = &weights[u * inputs];
        switch (only_dead && r.below(8) > 0 ? 4 : only_dead ? 1 : r.below(8)) {
        case 0:
            std::fill_n(w, inputs, 0.0);
            break;
        case 1:
            bias[u] -= 8.0;
            break;
        case 2:
            bias[u] += 8.0;
            break;
        case 3:
            std::copy_n(weights.begin(), inputs, w);
            bias[u] = bias[0];
            break;
        default:
            for (std::size_t i = 0; i < inputs; ++i)
                if (r.below(3) == 0) w[i] = 0.0;
        }
    }
}

// Of one kind: hidden layers wide enough that each is summed in one chain, with dead ReLUs.
codegen::graph random_graph_with_dead_units(std::uint64_t seed) {
    graph_builder b(1 + seed % 9, seed);
    for (const std::size_t units : std::array<std::size_t, 3>{140, 150, 130}) {
        const std::size_t inputs = b.width();
        b.dense(units);
        plant(b, inputs, true);
        b.add(op::relu);
    }
    return b;
}

codegen::graph random_graph(std::uint64_t seed) {
    graph_builder b(1 + seed % 9, seed);
    test::random& r = b.random();
    const op functions[] = {op::relu, op::relu,   op::relu,       op::tanh, op::sigmoid,
                            op::neg,  op::linear, op::leaky_relu, op::elu,  op::abs};
    for (std::size_t layers = 2 + r.below(4); layers > 0; --layers) {
        if (r.below(3) == 0) b.affine();
        const std::size_t inputs = b.width();
        b.dense(1 + r.below(24));
        plant(b, inputs, false);
        if (r.below(3) == 0) b.affine();
        for (std::size_t f = r.below(3); f > 0; --f)
            b.add({.kind = functions[r.below(std::size(functions))], .alpha = 0.5f}, {});
        if (r.below(6) == 0) b.add(op::dropout);
    }
    return b;
}

} // namespace

TEST_CASE("optimise: random networks keep their results", "[optimise]") {
    std::size_t fired = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const codegen::graph g = random_graph(seed);
        const bool ranged = seed % 2 == 0;
        const optimised o =
            optimise(g, ranged ? std::vector<interval>{{-0.5, 0.25}} : std::vector<interval>{});
        fired += events(o).size();
        check_same(g, o, ranged ? -0.5 : -3.0, ranged ? 0.25 : 3.0, seed);
    }
    CHECK(fired > 400);
}

TEST_CASE("optimise: dead units leave every value as it was", "[optimise]") {
    std::size_t kept_values = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const codegen::graph g = random_graph_with_dead_units(seed);
        const optimised o = optimise(g, {{-0.25, 0.25}});
        CHECK(!events(o).empty());
        kept_values += exact(o);
        check_same(g, o, -0.25, 0.25, seed);
    }
    CHECK(kept_values > 5);
}
