// SPDX-License-Identifier: MIT
// The run-time interpreter gives the bits of compiled models, by row and by batch, fused or not;
// and a graph is packed as the DSL packs the same network.

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/networks.hpp"
#include "support/random_graph.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/graph/reference.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;

namespace {

// Numbers of all kinds: zeros of both signs, infinities, NaN, denormals and huge ones among them.
template <class Network>
std::vector<float> odd_rows(std::size_t rows) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    std::vector<float> in = test::random_rows<Network>(rows, 9);
    test::random r(3);
    const float odd[] = {0.0f, -0.0f, inf, -inf, inf - inf, 1e-42f, 1e30f, -1e30f};
    for (float& f : in)
        if (r.below(8) == 0) f = odd[r.below(std::size(odd))];
    return in;
}

template <class Network>
void same_as_model(std::uint64_t seed) {
    const auto model = test::random_model<Network>(seed);
    const codegen::graph g = codegen::graph_of(model);
    for (const ir::fusion mode : {ir::fusion::on, ir::fusion::off}) {
        const codegen::planned planned = codegen::plan_graph(g, mode).value();
        if (mode == ir::fusion::on) REQUIRE(test::same_bits(planned.packed(), model.packed()));
        for (const auto& in : {test::random_rows<Network>(7, seed), odd_rows<Network>(30)}) {
            std::vector<float> expected(in.size() / model.inputs * model.outputs);
            model.batch(in, expected);
            CHECK(test::same_bits(codegen::evaluate(planned, in), expected));
            const auto row = std::span(in).first(model.inputs);
            CHECK(test::same_bits(codegen::evaluate_nodes(planned, row).back(),
                                  std::span(expected).first(model.outputs)));
        }
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("evaluate: the bits of the model", "[evaluate]", test::all_networks) {
    same_as_model<TestType>(1);
    same_as_model<TestType>(2);
}

namespace {

using lam::dense, lam::input, lam::no_bias, lam::relu;

// Widths around those where the order of a sum changes: narrow layers, chains, panels, zeros.
struct few_in : lam::network<input<7> | dense<8> | relu | dense<9>> {};
struct narrow_1 : lam::network<input<37> | dense<1>> {};
struct narrow_2 : lam::network<input<129> | dense<2>> {};
struct narrow_5 : lam::network<input<16> | dense<5>> {};
struct narrow_8 : lam::network<input<201> | dense<8>> {};
struct chains_8 : lam::network<input<33> | dense<16> | dense<17>> {};
struct chains_2 : lam::network<input<50> | dense<64> | relu | dense<65>(no_bias)> {};
struct panels : lam::network<input<40> | dense<129> | dense<257>> {};
struct skipping : lam::network<input<300> | dense<70> | relu | dense<300> | relu | dense<140>> {};

using widths = std::tuple<few_in, narrow_1, narrow_2, narrow_5, narrow_8, chains_8, chains_2,
                          panels, skipping>;

} // namespace

TEMPLATE_LIST_TEST_CASE("evaluate: every kind of sum", "[evaluate]", widths) {
    same_as_model<TestType>(5);
}

namespace {

// Numbers for each learned tensor, such that values neither vanish nor explode.
codegen::graph with_parameters(std::vector<ir::node> nodes, test::random& r) {
    codegen::graph g;
    ir::infer(nodes);
    g.nodes = std::move(nodes);
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
        codegen::layer_parameters p;
        const auto shapes = ir::operands_of(g.nodes, i);
        const auto learned = ir::of(g.nodes[i].kind).learned(g.nodes[i], shapes);
        std::size_t k = 0;
        for (std::vector<double>* numbers : codegen::tensors_of(g.nodes[i], p)) {
            const auto& extents = learned[k++].extents;
            const double inputs = extents.rank == 2 ? static_cast<double>(extents.extent[1]) : 1.0;
            for (std::size_t n = 0; n < extents.size(); ++n)
                numbers->push_back(
                    static_cast<double>(r.uniform(static_cast<float>(1.5 / std::sqrt(inputs)))));
        }
        g.parameters.push_back(std::move(p));
    }
    g.origins.resize(g.nodes.size());
    return g;
}

} // namespace

TEST_CASE("evaluate: random graphs, fused and unfused, near the reference", "[evaluate]") {
    test::random r(5);
    std::size_t promised = 0;
    for (std::size_t round = 0; round < 400; ++round) {
        const test::may_have has = {1 + round % 9, round % 4 != 0};
        const codegen::graph g = with_parameters(test::graph_maker(r, has).make(), r);
        INFO("round " << round);
        const codegen::planned fused = codegen::plan_graph(g).value();
        std::vector<float> in(2 * g.inputs());
        for (float& f : in)
            f = r.uniform(2.0f);
        const std::vector<float> out = codegen::evaluate(fused, in);
        REQUIRE(test::same_bits(
            codegen::evaluate(codegen::plan_graph(g, ir::fusion::off).value(), in), out));
        for (std::size_t row = 0; row < 2; ++row) {
            const auto exact = codegen::reference::outputs<codegen::reference::row>(
                g.nodes, codegen::reference::interpret(
                             g.nodes, g.parameters,
                             std::span<const float>(in).subspan(row * g.inputs(), g.inputs())));
            REQUIRE(exact.size() == g.outputs());
            for (std::size_t o = 0; o < exact.size(); ++o) {
                const auto found = static_cast<double>(out[row * g.outputs() + o]);
                if (std::isnan(found) && std::isnan(exact[o].value)) continue;
                REQUIRE(std::abs(found - exact[o].value) <= exact[o].bound);
                promised += std::isfinite(exact[o].bound) ? 1 : 0;
            }
        }
    }
    CHECK(promised > 20000); // not just infinite bounds
}

TEST_CASE("evaluate: the value of every node, in the units' order", "[evaluate]") {
    const auto model = test::random_model<test::maxouts>(3);
    const codegen::graph g = codegen::graph_of(model);
    const std::vector<float> in = test::random_rows<test::maxouts>(1, 3);
    const auto values =
        codegen::evaluate_nodes(codegen::plan_graph(g, ir::fusion::off).value(), in);
    REQUIRE(values.size() == g.nodes.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        CHECK(values[i].size() == g.nodes[i].output.size());
    for (std::size_t u = 0; u < values[2].size(); ++u)
        CHECK(values[2][u] ==
              std::max({values[1][3 * u], values[1][3 * u + 1], values[1][3 * u + 2]}));
    const auto fused = codegen::evaluate_nodes(codegen::plan_graph(g).value(), in);
    CHECK(fused[3].empty()); // inside a step
    CHECK(test::same_bits(fused.back(), values.back()));
}
