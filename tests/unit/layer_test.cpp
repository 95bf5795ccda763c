// SPDX-License-Identifier: MIT
// The DSL: what `|`, repeat, options and names make, and the figures of a plan, all of it in
// constant expressions. Mistakes are for tests/must_not_compile.

#include "support/catch.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

#include <type_traits>

namespace lam = laminate;
namespace ir = laminate::ir;

namespace {

template <class A, class B>
constexpr bool same(A, B) {
    return std::is_same_v<A, B>;
}
template <class Layer>
constexpr ir::node node_of(Layer) {
    return Layer::node;
}

constexpr auto block = lam::dense<64> | lam::relu;
constexpr auto three_blocks =
    lam::input<8> | lam::dense<64> | lam::relu | lam::dense<64> | lam::relu | lam::dense<2>;

} // namespace

TEST_CASE("stack: | concatenates layers and stacks", "[layer]") {
    static_assert(same(lam::input<8> | block | block | lam::dense<2>, three_blocks),
                  "stacks are flat");
    static_assert(same(lam::input<8> | (block | (block | lam::dense<2>)), three_blocks),
                  "brackets don't matter");
    static_assert(same(lam::input<8> | lam::repeat<2>(block) | lam::dense<2>, three_blocks),
                  "repeat is what is written out");
    static_assert(same(lam::repeat<1>(block), block), "once is once");
    static_assert(same(lam::repeat<2>(lam::relu), lam::relu | lam::relu), "a layer repeats too");
    static_assert(decltype(three_blocks)::size == 6, "a layer each");
    static_assert(std::is_empty_v<decltype(three_blocks)>, "a declaration has no data");
    SUCCEED();
}

TEST_CASE("layer: every layer is one node", "[layer]") {
    static_assert(node_of(lam::input<8>).kind == ir::op::input, "as declared");
    static_assert(node_of(lam::input<8>).output == lam::vector_shape(8), "as declared");
    static_assert(node_of(lam::dense<4>) == ir::node{.kind = ir::op::dense, .units = 4},
                  "as declared");
    static_assert(node_of(lam::dense<4, 8>).declared_in == 8, "as declared");
    static_assert(!node_of(lam::dense<4>(lam::no_bias)).bias, "as declared");
    static_assert(!node_of(lam::dense<4, 8>(lam::no_bias)).bias &&
                      node_of(lam::dense<4, 8>(lam::no_bias)).declared_in == 8,
                  "as declared");
    static_assert(node_of(lam::linear).kind == ir::op::linear, "as declared");
    static_assert(node_of(lam::sigmoid).kind == ir::op::sigmoid, "as declared");
    static_assert(node_of(lam::tanh).kind == ir::op::tanh, "as declared");
    static_assert(node_of(lam::softmax).kind == ir::op::softmax, "as declared");
    static_assert(node_of(lam::maxout<3>) == ir::node{.kind = ir::op::maxout, .pieces = 3},
                  "as declared");
    static_assert(node_of(lam::dropout<0.5f>) == ir::node{.kind = ir::op::dropout, .alpha = 0.5f},
                  "as declared");
    static_assert(!node_of(lam::prelu).shared, "as declared");
    static_assert(node_of(lam::prelu(lam::shared)).shared, "as declared");
    static_assert(node_of(lam::softmax(lam::groups<3>)) ==
                      ir::node{.kind = ir::op::softmax, .groups = 3},
                  "as declared");
    static_assert(node_of(lam::log_softmax).kind == ir::op::log_softmax, "as declared");
    static_assert(node_of(lam::gelu).kind == ir::op::gelu, "as declared");
    static_assert(node_of(lam::gelu(lam::tanh_approximation)).kind == ir::op::gelu_tanh,
                  "as declared");
    static_assert(node_of(lam::affine).kind == ir::op::affine, "as declared");
    SUCCEED();
}

TEST_CASE("layer: options, in any order", "[layer]") {
    static_assert(node_of(lam::silu) == ir::node{.kind = ir::op::swish, .alpha = 1.0f},
                  "silu is a name of swish");
    static_assert(node_of(lam::hard_sigmoid) ==
                      ir::node{.kind = ir::op::hard_sigmoid, .alpha = 0.2f, .beta = 0.5f},
                  "ONNX's numbers");
    static_assert(node_of(lam::clip(lam::max_value<2.0f>, lam::min_value<-1.0f>)) ==
                      ir::node{.kind = ir::op::clip, .min_value = -1.0f, .max_value = 2.0f},
                  "as declared");
    static_assert(node_of(lam::shrink(lam::bias<0.5f>)) ==
                      ir::node{.kind = ir::op::shrink, .beta = 0.5f, .threshold = 0.5f},
                  "as declared");
    static_assert(ir::is_plain_relu(node_of(lam::relu)), "as declared");
    static_assert(node_of(lam::relu6).max_value == 6.0f, "as declared");
    static_assert(!ir::is_plain_relu(node_of(lam::relu6)), "as declared");
    constexpr auto all =
        lam::relu(lam::max_value<6.0f>, lam::negative_slope<0.1f>, lam::threshold<1.0f>);
    static_assert(
        node_of(all) ==
            ir::node{.kind = ir::op::relu, .alpha = 0.1f, .max_value = 6.0f, .threshold = 1.0f},
        "as declared");
    static_assert(
        same(all, lam::relu(lam::threshold<1.0f>, lam::negative_slope<0.1f>, lam::max_value<6.0f>)),
        "the order doesn't matter");
    static_assert(
        same(all, lam::relu(lam::threshold<1.0f>)(lam::negative_slope<0.1f>)(lam::max_value<6.0f>)),
        "nor how many at once");
    static_assert(same(lam::relu(), lam::relu), "none is the default");
    static_assert(node_of(lam::leaky_relu).alpha == 0.01f, "PyTorch's default");
    static_assert(node_of(lam::leaky_relu(lam::negative_slope<0.2f>)).alpha == 0.2f, "as declared");
    static_assert(node_of(lam::elu).alpha == 1.0f, "as declared");
    static_assert(node_of(lam::elu(lam::alpha<0.5f>)).alpha == 0.5f, "as declared");
    SUCCEED();
}

namespace {

constexpr auto trigger = lam::input<16> | lam::dense<64> | lam::relu |
                         lam::repeat<2>(lam::dense<32> | lam::relu) | lam::dense<5> | lam::softmax;
struct named : lam::network<trigger> {};

} // namespace

TEST_CASE("plan: its figures are constants", "[layer]") {
    static_assert(lam::plan(trigger).parameters ==
                      (16 * 64 + 64) + (64 * 32 + 32) + (32 * 32 + 32) + (32 * 5 + 5),
                  "as declared");
    static_assert(lam::plan(trigger).multiply_adds == 16 * 64 + 64 * 32 + 32 * 32 + 32 * 5,
                  "as declared");
    // The last layer has rows of 8 floats, two to a line, and a line of biases.
    static_assert(lam::plan(trigger).weight_bytes ==
                      4 * (17 * 64 + 65 * 32 + 33 * 32 + 32 * 8 + 16),
                  "as declared");
    static_assert(lam::plan(trigger).steps == 5, "four dense, one softmax");
    static_assert(lam::plan(trigger).scratch_bytes == 4 * (64 + 32), "two rows at a time");
    static_assert(lam::plan(trigger).inputs() == 16 && lam::plan(trigger).outputs() == 5,
                  "as declared");
    SUCCEED();
}

TEST_CASE("plan: a named network has that of its stack", "[layer]") {
    static_assert(lam::plan(named{}).nodes == lam::plan(trigger).nodes, "as declared");
    static_assert(lam::plan(named{}).parameters == lam::plan(trigger).parameters, "as declared");
    SUCCEED();
}

TEST_CASE("plan: what costs nothing", "[layer]") {
    constexpr auto with =
        lam::input<8> | lam::dense<4> | lam::dropout<0.5f> | lam::relu | lam::linear;
    constexpr auto without = lam::input<8> | lam::dense<4> | lam::relu;
    static_assert(lam::plan(with).steps == 1, "as declared");
    static_assert(lam::plan(with).weight_bytes == lam::plan(without).weight_bytes, "as declared");
    static_assert(lam::plan(with).scratch_bytes == 0, "a single step needs no memory");
    SUCCEED();
}

TEST_CASE("plan: each node reads the one before it", "[layer]") {
    const auto& nodes = lam::plan(trigger).nodes;
    for (std::size_t i = 1; i < nodes.size(); ++i)
        CHECK(nodes[i].inputs[0] == i - 1);
}
