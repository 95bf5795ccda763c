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
    return std::all_of(o.reports.begin(), o.reports.end(),
                       [](const auto& r) { return r.keeps_values; });
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
    CHECK(o.network.parameters[1].weights() == std::vector<double>{-1, -4, -12, -24, -60, -144});
    CHECK(o.network.parameters[1].bias() == std::vector<double>{-9, -104});
    CHECK(o.network.parameters[3].weights() == std::vector<double>{4, 1});
    CHECK(o.network.parameters[3].bias() == std::vector<double>{2});
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
    CHECK(o.network.parameters[1].weights() == std::vector<double>{1, -1, 1, 2});
    CHECK(o.network.parameters[3].weights() == std::vector<double>{2, 4, 6, 8});
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
    CHECK(o.network.parameters[3].bias() == std::vector<double>{36.5});
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
    CHECK(o.network.parameters.back().bias() == std::vector<double>{4, 6});
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
    // Of the input itself, up to its very bounds.
    const codegen::graph clipped =
        graph_builder(2).add({.kind = op::clip, .min_value = 0.0f, .max_value = 1.0f}, {}).dense(2);
    CHECK(kinds(optimise(clipped, {{0.0, 1.0}, {0.5, 1.0}}).network) ==
          kinds_of{op::input, op::dense});
    CHECK(events(optimise(clipped, {{-0.125, 1.0}, {0.5, 1.0}})).empty());
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
                                     .add({.kind = op::prelu}, {{{0.5, 0.25, 0.5}}})
                                     .dense({1, 10, 100}, {0});
    const optimised merged = optimise(equal);
    CHECK(merged.network.nodes[1].units == 2);
    CHECK(merged.network.parameters[2].scale() == std::vector<double>{0.5, 0.25});
    CHECK(merged.network.parameters[3].weights() == std::vector<double>{101, 10});
    CHECK(!exact(merged));
    check_same(equal, merged, -5, 1, 9);
}

TEST_CASE("optimise: the chains between branches, each by itself", "[optimise]") {
    // x + W relu(2 W x + 1), of which one unit is never read; and behind it a layer for each
    // output.
    ir::node add = {.kind = op::add};
    add.inputs[1] = 0;
    codegen::graph g = graph_builder(2)
                           .affine({2, 2}, {1, 1})
                           .dense({1, 2, 3, 4, 5, 6}, {0, 1, 2})
                           .add(op::relu)
                           .dense({1, 0, 2, 3, 0, 4}, {0, 0})
                           .add(add, {})
                           .add(op::abs)
                           .add(op::relu);
    g.nodes[5].result = 1; // the sum, too
    g.nodes[7].result = 0;
    ir::infer(g.nodes);
    const optimised o = optimise(g);
    CHECK(kinds(o.network) ==
          kinds_of{op::input, op::dense, op::relu, op::dense, op::add, op::abs});
    CHECK(o.network.nodes[1].units == 2);
    CHECK(o.network.parameters[1].weights() == std::vector<double>{2, 4, 10, 12});
    CHECK(o.network.parameters[1].bias() == std::vector<double>{3, 13});
    CHECK(o.network.nodes[4].inputs[1] == 0);
    CHECK(o.network.nodes[4].result == 1);
    CHECK(o.network.nodes[5].result == 0);
    CHECK(events(o) ==
          sentences{"dropped relu '7', which returns what abs '6' gives it",
                    "folded affine '1' (2 units) into dense '2' behind it",
                    "removed 1 of 3 units of affine '1' + dense '2': dense '4' doesn't read them"});
    const auto before = codegen::plan_graph(g).value(),
               after = codegen::plan_graph(o.network).value();
    const std::vector<float> in = {0.5f, -0.75f};
    CHECK(codegen::evaluate(before, in) == codegen::evaluate(after, in));
    // Sizes are those of the whole network.
    CHECK(o.reports.front().parameters_before == 4 + 9 + 8);
    CHECK(o.reports.back().parameters_after == 6 + 6);
    CHECK(o.reports.back().multiply_adds_after == 8);
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
    wrong.parameters[1].weights().clear();
    CHECK_THAT(why(wrong, {}), test::contains("dense '1': expected numbers of shape [2, 3]"));
}

namespace {

// Weights that are often zero, units that are dead, constant, always on or twice there.
void plant(graph_builder& b, std::size_t inputs, bool only_dead) {
    std::vector<double>& weights = b.last().weights();
    std::vector<double>& bias = b.last().bias();
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

// No fold loses digits: what passes leave out keeps the error of the network that was read.

namespace {

std::vector<std::string> left_out(const optimised& o) {
    std::vector<std::string> all;
    for (const codegen::pass_report& r : o.reports)
        all.insert(all.end(), r.left_out.begin(), r.left_out.end());
    return all;
}

// Rows that lie around `mean`, evenly spread, of that deviation in each column.
std::vector<float> rows_around(const std::vector<double>& mean,
                               const std::vector<double>& deviation, std::size_t rows,
                               std::uint64_t seed) {
    test::random r(seed);
    std::vector<float> all;
    for (std::size_t i = 0; i < rows * mean.size(); ++i)
        all.push_back(
            static_cast<float>(mean[i % mean.size()] + deviation[i % mean.size()] * std::sqrt(3.0) *
                                                           static_cast<double>(r.uniform(1.0f))));
    return all;
}

// The root of the mean square of what each output of `network`, as floats, is off the truth of
// `source`.
std::vector<double> errors(const codegen::graph& network, const codegen::graph& source,
                           const std::vector<float>& rows) {
    const auto plan = codegen::plan_graph(network).value();
    std::vector<double> sum(source.outputs(), 0.0);
    const std::size_t count = rows.size() / source.inputs();
    for (std::size_t row = 0; row < count; ++row) {
        const auto in = std::span(rows).subspan(row * source.inputs(), source.inputs());
        const auto truth = reference::interpret(source.nodes, source.parameters, in).back();
        const std::vector<float> found = codegen::evaluate(plan, in);
        for (std::size_t o = 0; o < sum.size(); ++o)
            sum[o] += std::pow(static_cast<double>(found[o]) - truth[o].value, 2);
    }
    for (double& s : sum)
        s = std::sqrt(s / static_cast<double>(count));
    return sum;
}

double size(const std::vector<double>& numbers) {
    double sum = 0.0;
    for (double n : numbers)
        sum += n * n;
    return std::sqrt(sum);
}

std::vector<double> floats(test::random& r, std::size_t count, double low, double high) {
    std::vector<double> all(count);
    for (double& n : all)
        n = static_cast<double>(static_cast<float>(
            low + (high - low) * (0.5 + 0.5 * static_cast<double>(r.uniform(1.0f)))));
    return all;
}

// Where inputs lie, and the layers that bring them to 0 +- 1: (x - mean) / deviation as two nodes,
// as one whose numbers are floats, or as a matrix.
struct placed_inputs {
    std::vector<double> mean;
    std::vector<double> deviation;
};

enum class form { two_nodes, one_node, matrix };

graph_builder normaliser(const placed_inputs& x, form how, std::uint64_t seed) {
    graph_builder b(x.mean.size(), seed);
    const std::size_t n = x.mean.size();
    std::vector<double> scale;
    std::vector<double> minus_mean;
    std::vector<double> shift;
    std::vector<double> matrix(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        scale.push_back(static_cast<double>(static_cast<float>(1.0 / x.deviation[i])));
        minus_mean.push_back(-x.mean[i]);
        shift.push_back(static_cast<double>(static_cast<float>(-x.mean[i] * scale[i])));
        matrix[i * n + i] = scale[i];
    }
    if (how == form::one_node) return b.affine(scale, shift);
    if (how == form::matrix) return b.dense(matrix, shift);
    b.affine(std::vector<double>(n, 1.0), minus_mean);
    return b.affine(scale, std::vector<double>(n, 0.0));
}

} // namespace

TEST_CASE("optimise: normalisers of inputs far from 0 aren't folded", "[optimise]") {
    for (const auto& [mean, deviation, kept] : {std::tuple{101325.0, 3.0, true},
                                                {1.7e9, 1000.0, true},
                                                {-273.15, 0.5, true},
                                                {5.8, 0.8, false},
                                                {0.0, 1e-6, false}}) {
        const placed_inputs x = {
            std::vector<double>(6, static_cast<double>(static_cast<float>(mean))),
            std::vector<double>(6, deviation)};
        const auto rows = rows_around(x.mean, x.deviation, 200, 7);
        for (const form how : {form::two_nodes, form::one_node, form::matrix}) {
            INFO("mean " << mean << ", form " << static_cast<int>(how));
            const codegen::graph g = normaliser(x, how, 3).dense(4).add(op::tanh).dense(3);
            const optimised o = optimise(g);
            const double error = size(errors(o.network, g, rows));
            CHECK(error < (kept ? 2e-7 : 1e-6));
            CHECK(error < (kept ? 1.5 : 16.0) * size(errors(g, g, rows)));
            CHECK(left_out(o).size() == (kept ? 1 : 0));
            CHECK(kinds(o.network).size() == (kept ? 5 : 4));
        }
    }
    const placed_inputs air = {{101325.0}, {4.0}};
    CHECK_THAT(left_out(optimise(normaliser(air, form::one_node, 1).dense(2))).at(0),
               test::contains("kept affine '1': folded into dense '2', rounding errors would be "
                              "about "));
}

// Over the distance of inputs from 0, the width of layers and the form of the normaliser. The
// estimate, of which three bits may be lost, is within a factor of two or so of what rows show: of
// 3000 networks one lost 17 times, and no fold was left out for less than 2.7 times.
TEST_CASE("optimise: no fold of a normaliser loses more than four bits", "[optimise]") {
    std::size_t folded = 0;
    std::size_t kept = 0;
    test::random r(5);
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        INFO("seed " << seed);
        const double far = std::pow(10.0, 2.0 + 2.0 * static_cast<double>(r.uniform(1.0f)));
        placed_inputs x;
        x.deviation = floats(r, 1 + r.below(60), 0.01, 100.0);
        for (const double d : x.deviation)
            x.mean.push_back(floats(r, 1, -far * d, far * d)[0]);
        const std::size_t inputs = x.mean.size();
        const form how = std::array{form::two_nodes, form::one_node, form::matrix}[r.below(3)];
        const codegen::graph g =
            normaliser(x, how, seed).dense(1 + r.below(how == form::matrix ? inputs : 40));
        const auto rows = rows_around(x.mean, x.deviation, 100, seed);
        const double before = size(errors(g, g, rows));
        const optimised o = optimise(g);
        CHECK(size(errors(o.network, g, rows)) < 16.0 * before);
        if (left_out(o).empty()) {
            ++folded;
            continue;
        }
        ++kept;
        codegen::graph all = g; // of inputs around 0 nothing would be lost
        codegen::optimise_options options;
        options.typical_inputs.resize(inputs);
        (void)codegen::optimise(all, options).value();
        REQUIRE(all.nodes.size() == 2);
        CHECK(size(errors(all, g, rows)) > 2.0 * before);
    }
    CHECK(folded > 40);
    CHECK(kept > 40);
}

TEST_CASE("optimise: batch norm folds, wherever its mean is", "[optimise]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::size_t inputs = 4 + 3 * seed;
        const double mean = seed % 2 == 0 ? 300.0 : 0.5;
        graph_builder b(inputs, seed);
        b.dense(12).affine(); // an affine node that ends nothing
        b.last().scale().assign(12, 0.5);
        b.last().bias().assign(12, -mean);
        const codegen::graph g = b.add(op::relu).dense(3);
        const optimised o = optimise(g);
        CHECK(left_out(o).empty());
        CHECK(o.network.nodes.size() == 4);
    }
}

TEST_CASE("optimise: results that lie far from 0 are moved there last", "[optimise]") {
    for (const auto& [mean, kept] : {std::pair{101325.0, true}, {0.5, false}}) {
        INFO("mean " << mean);
        graph_builder b(256, 4);
        b.dense(512).add(op::tanh).dense(32).affine(std::vector<double>(32, 3.0),
                                                    std::vector<double>(32, mean));
        const codegen::graph g = b;
        const optimised o = optimise(g);
        CHECK(left_out(o).size() == (kept ? 1 : 0));
        const auto rows =
            rows_around(std::vector<double>(256, 0.0), std::vector<double>(256, 1.0), 20, 3);
        CHECK(size(errors(o.network, g, rows)) < 2.0 * size(errors(g, g, rows)));
    }
    // A unit that never changes moves to the biases of its readers, unless it exceeds all else.
    for (const auto& [weight, kept] : {std::pair{1e6, true}, {1.0, false}}) {
        INFO("weight " << weight);
        graph_builder b(8, 9);
        b.dense(600);
        std::fill_n(b.last().weights().end() - 8, 8, 0.0);
        b.last().bias().back() = 1.0;
        b.add(op::tanh).dense(130);
        for (std::size_t o = 0; o < 130; ++o)
            b.last().weights()[600 * o + 599] = weight;
        const codegen::graph g = b;
        const optimised o = optimise(g);
        CHECK(o.network.nodes[1].units == (kept ? 600 : 599));
        CHECK(left_out(o).size() == (kept ? 1 : 0));
        const auto rows =
            rows_around(std::vector<double>(8, 0.0), std::vector<double>(8, 1.0), 20, 3);
        CHECK(size(errors(o.network, g, rows)) < 3.0 * size(errors(g, g, rows)));
    }
}

TEST_CASE("optimise: weights that would underflow aren't folded", "[optimise]") {
    const codegen::graph g = graph_builder(2)
                                 .dense({1e-20, 2e-20, 3e-20, 4e-20}, {0, 0})
                                 .affine({1e-20, 1e-20}, {0, 0})
                                 .affine({1e20, 1e20}, {0, 0})
                                 .affine({1e20, 1e20}, {1, 1});
    const optimised o = optimise(g);
    const std::vector<float> rows = {1.0f, 2.0f, -3.0f, 0.25f};
    CHECK(size(errors(o.network, g, rows)) < 1e-6);
}

TEST_CASE("optimise: what is left out is said once, of the network as it became", "[optimise]") {
    const placed_inputs air = {{101325.0, 280.0}, {4.0, 8.0}};
    const codegen::graph g = normaliser(air, form::two_nodes, 1).dense(3).add(op::linear).dense(2);
    const optimised o = optimise(g);
    REQUIRE(left_out(o).size() == 1);
    CHECK_THAT(left_out(o).at(0),
               test::contains("kept affine '1' + affine '2': folded into dense '3' "
                              "+ dense '5', rounding errors"));
}
