// SPDX-License-Identifier: MIT
// Layers over windows: shapes, padding, what is wrong with them, their parameters by index and in
// files. What they compute is in networks_test.cpp and conv_test.cpp.

#include "support/catch.hpp"
#include "support/paths.hpp"

#include <laminate/laminate.hpp>
#include <laminate/model/describe.hpp>

#include <array>
#include <string>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
using lam::input;

namespace {

template <class Network>
constexpr lam::shape shape_after(Network) {
    return lam::plan(Network{}).nodes.back().output;
}
constexpr bool is(const lam::shape& s, std::size_t rank, std::array<std::size_t, 4> extents) {
    return s == lam::shape{rank, extents};
}

// As PyTorch says.
static_assert(is(shape_after(input<28, 28, 1> | lam::conv2d<8, 5>), 3, {24, 24, 8}));
static_assert(is(shape_after(input<28, 30, 1> | lam::conv2d<8, 3, 5>), 3, {26, 26, 8}));
static_assert(is(shape_after(input<9, 7, 1> | lam::conv2d<8, 3>(lam::stride<2, 3>)), 3, {4, 2, 8}));
static_assert(is(shape_after(input<9, 7, 1> | lam::conv2d<8, 3>(lam::dilation<3, 2>)), 3,
                 {3, 3, 8}));
static_assert(is(shape_after(input<9, 7, 1> | lam::conv2d<8, 3>(lam::same)), 3, {9, 7, 8}));
static_assert(is(shape_after(input<9, 8, 1> | lam::conv2d<8, 3>(lam::same, lam::stride<2>)), 3,
                 {5, 4, 8}));
static_assert(is(shape_after(input<9, 7, 1> | lam::conv2d<8, 3>(lam::padding<1, 0, 2, 3>)), 3,
                 {8, 10, 8}));
static_assert(is(shape_after(input<9, 7, 4> | lam::max_pool2d<2>), 3, {4, 3, 4}));
static_assert(is(shape_after(input<9, 7, 4> | lam::average_pool2d<3>(lam::stride<1>)), 3,
                 {7, 5, 4}));
static_assert(is(shape_after(input<9, 7, 4> | lam::global_max_pool), 1, {4}));
static_assert(is(shape_after(input<9, 4> | lam::conv1d<6, 3>(lam::padding<2, 0>)), 2, {9, 6}));
static_assert(is(shape_after(input<9, 4> | lam::max_pool1d<2>), 2, {4, 4}));
static_assert(is(shape_after(input<9, 4> | lam::global_average_pool), 1, {4}));

// Each channel by itself is one kind, whoever writes it.
static_assert(lam::plan(input<9, 7, 4> | lam::conv2d<4, 3>(lam::groups<4>)).nodes ==
              lam::plan(input<9, 7, 4> | lam::depthwise_conv2d<3>).nodes);

// Eight terms of 3 x 3 windows: weights, and a bias.
static_assert(lam::plan(input<9, 7, 6> | lam::conv2d<4, 3>(lam::groups<2>)).parameters ==
              4 * 3 * 9 + 4);
static_assert(lam::plan(input<9, 7, 6> | lam::conv2d<4, 3>(lam::no_bias)).multiply_adds ==
              7 * 5 * 4 * 6 * 9);

struct padded : lam::network<input<4, 3, 2> | lam::conv2d<3, 3>(lam::same) | lam::relu> {};

} // namespace

TEST_CASE("windows: steps, and memory for padding", "[windows]") {
    constexpr const auto& plan = lam::detail::plan_of<padded, ir::fusion::on>;
    REQUIRE(plan.steps == 1);
    CHECK(plan.sequence[0].positions == 12);
    CHECK(plan.sequence[0].padded == 0);
    CHECK(plan.scratch_bytes == (6 * 5 * 2 + 4) * sizeof(float)); // whole lines
    const std::string text = lam::describe(padded{});
    CHECK_THAT(text, lam::test::contains("conv2d<3, 3, 3>(padding<1, 1, 1, 1>)"));
    CHECK_THAT(text, lam::test::contains("conv, 12 positions"));
}

TEST_CASE("windows: a weight by its place", "[windows]") {
    // One weight at a time: y[0] is what it meets at the first position.
    lam::model<padded> model;
    auto layer = model.layer<0>();
    CHECK(layer.weights.extents() == lam::shape{4, {3, 2, 3, 3}});
    std::array<float, 24> x = {};
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i + 1);
    for (std::size_t o = 0; o < 3; ++o)
        for (std::size_t channel = 0; channel < 2; ++channel)
            for (std::size_t row = 0; row < 3; ++row)
                for (std::size_t column = 0; column < 3; ++column) {
                    layer.weights(o, channel, row, column) = 1.0f;
                    const auto y = model(x);
                    layer.weights(o, channel, row, column) = 0.0f;
                    const bool inside = row > 0 && column > 0;
                    const float met = inside ? x[((row - 1) * 3 + column - 1) * 2 + channel] : 0.0f;
                    CHECK(y[o] == met);
                    CHECK(y[(o + 1) % 3] == 0.0f);
                }
}

TEST_CASE("windows: files have PyTorch's order", "[windows]") {
    struct net : lam::network<input<4, 3, 4> | lam::conv2d<6, 2, 3>(lam::groups<2>) | lam::relu |
                              lam::depthwise_conv2d<2, 1>(lam::no_bias)> {};
    lam::model<net> model;
    float next = 0.0f;
    for (std::size_t o = 0; o < 6; ++o)
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t r = 0; r < 2; ++r)
                for (std::size_t c = 0; c < 3; ++c)
                    model.layer<0>().weights(o, i, r, c) = next++;
    model.layer<0>().bias[5] = -1.0f;
    for (std::size_t o = 0; o < 6; ++o)
        model.layer<2>().weights(o, std::size_t{0}, 1, 0) = static_cast<float>(o);
    const auto values = lam::detail::parameter_values(
                            lam::detail::plan_of<net, ir::fusion::on>.view(), {}, model.packed())
                            .value();
    REQUIRE(values.size() == 3);
    CHECK(values[0].name == "0.weight");
    CHECK(values[0].shape == std::vector<std::size_t>{6, 2, 2, 3});
    for (std::size_t k = 0; k < values[0].values.size(); ++k)
        CHECK(values[0].values[k] == static_cast<float>(k));
    CHECK(values[1].name == "0.bias");
    CHECK(values[1].values[5] == -1.0f);
    CHECK(values[2].name == "2.weight");
    CHECK(values[2].shape == std::vector<std::size_t>{6, 1, 2, 1});
    CHECK(values[2].values == std::vector<float>{0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5});
}

// A small result of a padded map whose floats no number counts any more.
TEST_CASE("windows: padding that no memory holds is refused", "[windows]") {
    constexpr std::size_t huge = std::size_t{1} << 34;
    for (const lam::shape& pads : {lam::shape{2, {huge, 0}}, lam::shape{2, {huge, huge}}}) {
        std::array<ir::node, 2> nodes = {ir::node{.kind = ir::op::input, .output = {3, {4, 3, 2}}},
                                         ir::node{.kind = ir::op::conv,
                                                  .inputs = {0, ir::none, ir::none, ir::none},
                                                  .units = 4}};
        nodes[1].window = {2, {2, 2}};
        nodes[1].strides = {2, {huge, huge}};
        nodes[1].axes = nodes[1].after = pads;
        ir::infer(nodes);
        CHECK(nodes[1].output.size() <= 4 * 9);
        CHECK(ir::check(nodes).kind == ir::mistake_kind::too_large);
    }
}
