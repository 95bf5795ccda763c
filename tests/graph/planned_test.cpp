// SPDX-License-Identifier: MIT
// Mistakes of a graph as one line that names the origin; what is right is planned as the DSL does,
// which evaluate_test.cpp compares bit by bit.

#include "support/catch.hpp"

#include <laminate/codegen/graph/planned.hpp>

#include <cstdint>
#include <string>

namespace ir = laminate::ir;
namespace codegen = laminate::codegen;
using laminate::test::contains;

namespace {

codegen::graph two_layers() {
    codegen::graph g;
    g.nodes = {{.kind = ir::op::input, .output = laminate::vector_shape(2)},
               {.kind = ir::op::dense, .inputs = {0, ir::none, ir::none, ir::none}, .units = 3},
               {.kind = ir::op::relu, .inputs = {1, ir::none, ir::none, ir::none}}};
    g.parameters = {{}, {{{1, 2, 3, 4, 5, 6}, {7, 8, 9}}}, {}};
    g.origins = {"input 'x'", "Gemm 'fc1'", "Relu 'act'"};
    return g;
}

std::string mistake(const codegen::graph& g) {
    const auto planned = codegen::plan_graph(g);
    return planned ? "none" : planned.error().message;
}

} // namespace

TEST_CASE("planned: a right graph", "[planned]") {
    const codegen::planned p = codegen::plan_graph(two_layers()).value();
    CHECK(p.inputs() == 2);
    CHECK(p.outputs() == 3);
    CHECK(p.plan().cost.parameters == 9);
    CHECK(p.plan().sequence.size() == 1);
    REQUIRE(p.packed().size() == 48);
    CHECK(reinterpret_cast<std::uintptr_t>(p.packed().data()) % 64 == 0);
    CHECK(p.packed()[1] == 3.0f);
    CHECK(p.packed()[3] == 0.0f);
    CHECK(codegen::planned(p).plan().nodes.data() != p.plan().nodes.data());
}

TEST_CASE("planned: numbers are rounded to float once", "[planned]") {
    codegen::graph g = two_layers();
    g.parameters[1].bias()[0] = 0.1;
    CHECK(codegen::plan_graph(g).value().packed()[32] == 0.1f);
}

TEST_CASE("planned: mistakes name the origin", "[planned]") {
    codegen::graph g = two_layers();
    g.nodes[1].declared_in = 4;
    CHECK(mistake(g) == "Gemm 'fc1' expects rows of 4; 2 arrive");

    g = two_layers();
    g.parameters[1].weights().pop_back();
    CHECK(mistake(g) == "Gemm 'fc1': expected numbers of shape [3, 2], found 5");

    g = two_layers();
    g.parameters[1].weights()[4] = 1e39;
    CHECK(mistake(g) == "Gemm 'fc1': expected finite weights, found 1e+39 at position 4");

    const double nan = std::numeric_limits<double>::quiet_NaN();
    g = two_layers();
    g.parameters[1].bias()[2] = nan;
    CHECK(mistake(g) == "Gemm 'fc1': expected biases that are numbers, found nan at position 2");
    g.parameters[1].bias()[2] = -std::numeric_limits<double>::infinity();
    CHECK(mistake(g) == "none");

    g = two_layers();
    g.nodes[2].max_value = static_cast<float>(nan);
    CHECK(mistake(g) == "Relu 'act': one of its options is nan; expected numbers");

    g = two_layers();
    g.nodes[1].units = 0;
    CHECK(mistake(g) == "Gemm 'fc1' has no units; expected at least 1");

    g = two_layers();
    g.nodes[2].inputs[0] = 7;
    CHECK_THAT(mistake(g), contains("Relu 'act' reads node 7"));

    g = two_layers();
    g.nodes[1].units = std::size_t{1} << 33; // no memory is taken for it
    CHECK_THAT(mistake(g), contains("expected numbers of shape [8589934592, 2]"));
    g.nodes[1].units = std::size_t{1} << 40;
    CHECK_THAT(mistake(g), contains("too large"));

    g = two_layers();
    g.nodes[2].kind = ir::op::maxout;
    g.nodes[2].pieces = 2;
    CHECK_THAT(mistake(g), contains("groups of 2 units; 3 arrive"));

    g = two_layers();
    g.nodes.resize(1);
    g.parameters.resize(1);
    CHECK_THAT(mistake(g), contains("an input and nothing else"));
    g = {};
    CHECK_THAT(mistake(g), contains("doesn't start with an input"));
}
