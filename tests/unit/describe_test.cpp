// SPDX-License-Identifier: MIT
// What describe() and draw() say of a network.

#include "support/catch.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/model/describe.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace lam = laminate;
using lam::test::contains;

namespace {

constexpr auto network = lam::input<784> | lam::dense<256> | lam::relu | lam::dropout<0.25f> |
                         lam::dense<10>(lam::no_bias) | lam::softmax;

} // namespace

TEST_CASE("describe: a table of layers, steps and costs", "[describe]") {
    CHECK(
        lam::describe(network) ==
        R"(layer               output  parameters  step  kernel                        multiply-adds    bytes
--------------------------------------------------------------------------------------------------
input<784>          [784]
dense<256>          [256]      200 960  1     dense, 2 panels, skips zeros        200 704  803 840
relu                [256]               1     fused into dense
dropout<0.25f>      [256]                     nothing to do
dense<10>(no_bias)  [10]         2 560  2     dense, 8 chains                       2 560   16 448
softmax             [10]                3     softmax
203 520 parameters, 203 264 multiply-adds, 820 288 weight bytes, 1 088 scratch bytes, 3 steps
batch: 96 rows take all steps together, dense ones in tiles of rows x registers
  32 of 16 floats: 6x4, 3x1
  16 of 8 floats:  3x4, 6x2
words: docs/layers.md#words-of-the-summary
)");
}

TEST_CASE("describe: how many rows of a batch go together", "[describe]") {
    const auto rows = [](std::size_t weight_bytes, std::size_t scratch_bytes) {
        lam::ir::figures f = {};
        f.weight_bytes = weight_bytes;
        f.scratch_bytes = scratch_bytes;
        return lam::ir::tile_rows(f);
    };
    CHECK(rows(lam::l1_bytes, 512) == 24); // weights stay in the L1 cache
    CHECK(rows(lam::l1_bytes + 64, 512) == 96);
    CHECK(rows(8 << 20, 4096) == 96); // what is between layers takes 384 KiB
    CHECK(rows(8 << 20, 4160) == 48);
    CHECK(rows(8 << 20, 8192) == 48);
    CHECK(rows(8 << 20, 384 << 10) == 1);
    CHECK(rows(8 << 20, 1 << 20) == 1);
    CHECK_THAT(lam::describe(lam::input<4> | lam::dense<16> | lam::relu | lam::dense<16>),
               contains("dense, hands on ") && contains("\nbatch: 24 rows "));
}

TEST_CASE("describe: the figures of the last line are the plan's", "[describe]") {
    static_assert(lam::plan(network).parameters == 203'520, "784*256 + 256 + 256*10");
    static_assert(lam::plan(network).multiply_adds == 203'264, "784*256 + 256*10");
    static_assert(lam::plan(network).weight_bytes == 820'288, "with bias and whole lines");
    static_assert(lam::plan(network).scratch_bytes == 1'088, "256 and 16 floats");
    static_assert(lam::plan(network).steps == 3, "relu is fused, dropout is nothing");
    SUCCEED();
}

// Each of these is compiled as it stands here, and described in the same words.
TEST_CASE("describe: layers as they are written", "[describe]") {
    using namespace laminate;
#define LAMINATE_CHECK_SPELLING(...) \
    CHECK(ir::text::layer(ir_nodes(laminate::input<12> | __VA_ARGS__).back()) == #__VA_ARGS__)
    const auto ir_nodes = [](auto network) {
        const ir::plan_view plan =
            laminate::detail::plan_of<decltype(network), ir::fusion::on>.view();
        return std::vector<ir::node>(plan.nodes.begin(), plan.nodes.end());
    };
    LAMINATE_CHECK_SPELLING(dense<7>);
    LAMINATE_CHECK_SPELLING(dense<7>(no_bias));
    LAMINATE_CHECK_SPELLING(maxout<3>);
    LAMINATE_CHECK_SPELLING(dropout<0.25f>);
    LAMINATE_CHECK_SPELLING(relu);
    LAMINATE_CHECK_SPELLING(relu(max_value<6.0f>, threshold<1.0f>));
    LAMINATE_CHECK_SPELLING(relu(max_value<1e+20f>, negative_slope<0.1f>, threshold<2.5f>));
    LAMINATE_CHECK_SPELLING(leaky_relu);
    LAMINATE_CHECK_SPELLING(leaky_relu(negative_slope<0.2f>));
    LAMINATE_CHECK_SPELLING(prelu(shared));
    LAMINATE_CHECK_SPELLING(affine);
    LAMINATE_CHECK_SPELLING(elu(alpha<0.1f>));
    LAMINATE_CHECK_SPELLING(celu(alpha<0.5f>));
    LAMINATE_CHECK_SPELLING(thresholded_relu);
    LAMINATE_CHECK_SPELLING(thresholded_relu(alpha<0.0f>));
    LAMINATE_CHECK_SPELLING(silu);
    LAMINATE_CHECK_SPELLING(swish(alpha<9.313226e-10f>)); // 2^-30
    LAMINATE_CHECK_SPELLING(hard_sigmoid);
    LAMINATE_CHECK_SPELLING(hard_sigmoid(alpha<0.16666667f>));
    LAMINATE_CHECK_SPELLING(clip);
    LAMINATE_CHECK_SPELLING(clip(min_value<-1.0f>, max_value<16777216.0f>));
    LAMINATE_CHECK_SPELLING(shrink);
    LAMINATE_CHECK_SPELLING(shrink(lambd<1.0f>, bias<1.0f>));
    LAMINATE_CHECK_SPELLING(gelu(tanh_approximation));
    LAMINATE_CHECK_SPELLING(softmax(groups<4>));
    LAMINATE_CHECK_SPELLING(log_softmax);
#undef LAMINATE_CHECK_SPELLING
    STATIC_REQUIRE(9.313226e-10f == 0x1p-30f);
}

TEST_CASE("describe, draw: layers that learn with their names", "[describe]") {
    constexpr auto named =
        lam::input<4> | lam::name<"actor">(lam::dense<16> | lam::relu) | lam::dense<2>;
    CHECK_THAT(lam::describe(named), contains("\nname<\"actor.0\">(dense<16>)  [16] ") &&
                                         contains("\nrelu  ") && contains("\ndense<2>  "));
    CHECK_THAT(lam::draw(named), contains("n1 [label=\"name<\\\"actor.0\\\">(dense<16>)\"];"));
}

TEST_CASE("draw: a Graphviz cluster for each step, an edge for each value", "[describe]") {
    const std::string dot = lam::draw(network);
    CHECK_THAT(dot, contains("digraph network {"));
    CHECK_THAT(dot, contains("label=\"step 1: dense, 2 panels, skips zeros\""));
    CHECK_THAT(dot, contains("n1 [label=\"dense<256>\"];"));
    CHECK_THAT(dot, contains("n0 -> n1 [label=\" [784]\"];"));
    std::size_t edges = 0;
    std::istringstream lines(dot);
    for (std::string line; std::getline(lines, line);)
        edges += line.find("->") != std::string::npos ? 1u : 0u;
    CHECK(edges == 5);
}
