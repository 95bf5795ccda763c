// SPDX-License-Identifier: MIT
// The run-time interpreter on graphs that no compiled model is at hand for (others:
// networks_test.cpp).

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/graphs.hpp"
#include "support/networks.hpp"
#include "support/random_graph.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/optimise.hpp>
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

codegen::reference::row outputs_of(const codegen::graph& g, std::span<const float> in) {
    return codegen::reference::outputs<codegen::reference::row>(
        g.nodes, codegen::reference::interpret(g.nodes, g.parameters, in));
}

} // namespace

TEST_CASE("evaluate: random graphs, fused and unfused, optimised or not, near the reference",
          "[evaluate]") {
    test::random r(5);
    std::size_t promised = 0, events = 0;
    for (std::size_t round = 0; round < 500; ++round) {
        const test::may_have has = {1 + round % 9, round % 4 != 0, round % 8 > 4, round % 8 > 5};
        const codegen::graph g = test::with_parameters(test::graph_maker(r, has).make(), r);
        INFO("round " << round);
        const codegen::planned fused = codegen::plan_graph(g).value();
        std::vector<float> in(2 * g.inputs());
        for (float& f : in)
            f = r.uniform(2.0f);
        const std::vector<float> out = codegen::evaluate(fused, in);
        REQUIRE(test::same_bits(
            codegen::evaluate(codegen::plan_graph(g, ir::fusion::off).value(), in), out));
        codegen::graph small = g;
        std::vector<codegen::interval> range;
        if (round % 2 == 0) range = {{-2.0, 2.0}};
        bool same = true;
        const std::vector<codegen::pass_report> passes = codegen::optimise(small, {range}).value();
        for (const codegen::pass_report& pass : passes)
            events += pass.events.size(), same = same && pass.keeps_values;
        const std::vector<float> of_small =
            codegen::evaluate(codegen::plan_graph(small).value(), in);
        REQUIRE(of_small.size() == out.size());
        for (std::size_t row = 0; row < 2; ++row) {
            const auto values = std::span<const float>(in).subspan(row * g.inputs(), g.inputs());
            const auto exact = outputs_of(g, values);
            const auto of_optimised = outputs_of(small, values);
            REQUIRE(exact.size() == g.outputs());
            for (std::size_t o = 0; o < exact.size(); ++o) {
                const auto found = static_cast<double>(out[row * g.outputs() + o]);
                if (std::isnan(found) && std::isnan(exact[o].value)) continue;
                if (found == exact[o].value) continue; // infinities too
                REQUIRE(std::abs(found - exact[o].value) <= exact[o].bound);
                promised += std::isfinite(exact[o].bound) ? 1 : 0;
                const auto optimised = static_cast<double>(of_small[row * g.outputs() + o]);
                if (same && std::isfinite(found)) REQUIRE(optimised == found);
                if (std::isfinite(exact[o].bound) && std::isfinite(of_optimised[o].bound))
                    REQUIRE(std::abs(optimised - exact[o].value) <=
                            exact[o].bound + of_optimised[o].bound);
            }
        }
    }
    CHECK(promised > 20000); // not just infinite bounds
    CHECK(events > 200);
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
