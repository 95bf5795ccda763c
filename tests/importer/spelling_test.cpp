// SPDX-License-Identifier: MIT
// What takes several operators and is one layer: maxima of neighbours, a Mul and an Add, choices;
// and that parts of these alone are refused.

#include "../support/catch.hpp"
#include "interpret.hpp"
#include "models.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace laminate;
using namespace laminate::test;

namespace {

using ops = std::vector<ir::op>;

ops kinds(const codegen::graph& g) {
    ops all;
    for (const ir::node& n : g.nodes)
        all.push_back(n.kind);
    return all;
}

std::string refusal_of(const small_model& m) {
    const auto network = m.import();
    return network ? "accepted" : network.error().message;
}

// The largest along an axis of x, [N, 2, 3].
small_model largest(std::int64_t axis) {
    small_model m;
    m.input({"N", "2", "3"}).output().node("ReduceMax", {"x"}).with("keepdims", std::int64_t{0});
    auto& axes = *m.graph().mutable_node(0)->add_attribute();
    axes.set_name("axes");
    axes.set_type(::onnx::AttributeProto::INTS);
    axes.add_ints(axis);
    return m;
}

// relu with a threshold of 0.5 and a slope of 0.25 below it, with a constant of another value.
small_model choice(float threshold, const char* otherwise = "x") {
    small_model m;
    m.input({"N", "2"}).output().floats("t", {}, {0.5f}).floats("slope", {}, {0.25f});
    m.floats("u", {}, {threshold}).node("Less", {"x", "u"}, {"c"}).named("cmp");
    m.node("Sub", {"x", "t"}, {"d"}).node("Mul", {"d", "slope"}, {"e"}).node("Exp", {"x"}, {"z"});
    m.node("Where", {"c", "e", otherwise}).named("pick");
    return m;
}

// x (a + b x x), and its tanh, with which x / 2 (1 + tanh) is a gelu for the right a and b.
small_model cubic(float b) {
    small_model m;
    m.input({"N", "2"}).output().floats("b", {}, {b}).floats("a", {}, {0.797884561f});
    m.floats("half", {}, {0.5f}).floats("one", {}, {1.0f});
    m.node("Mul", {"x", "x"}, {"s"}).node("Mul", {"b", "s"}, {"t"}).node("Add", {"a", "t"}, {"u"});
    m.node("Mul", {"u", "x"}, {"inner"}).named("cube");
    m.node("Tanh", {"inner"}, {"g"}).node("Add", {"g", "one"}, {"h"});
    m.node("Mul", {"x", "half"}, {"k"}).node("Mul", {"h", "k"}).named("gate");
    return m;
}

constexpr float gelu_cubic = 0.0356774081f;

} // namespace

TEST_CASE("the largest of neighbours is a maxout; of others, after a choice of units") {
    const auto last = largest(2).import().value();
    CHECK(kinds(last.network) == ops{ir::op::input, ir::op::maxout});
    CHECK(last.network.nodes[1].units == 3);
    CHECK(last.network.output_shape == std::vector<std::size_t>{2});
    CHECK(last.batch_is_free);

    const auto middle = largest(1).import().value();
    CHECK(kinds(middle.network) == ops{ir::op::input, ir::op::dense, ir::op::maxout});
    CHECK(interpret(middle.network, {1, 5, 3, 4, 2, 6}) == std::vector<double>{4, 5, 6});
    CHECK_THAT(refusal_of(largest(0)), contains("mixes the rows of the free batch"));
}

TEST_CASE("a Mul and the Add behind it are one affine layer") {
    small_model m;
    m.input({"N", "2"}).output().floats("a", {2}, {2, 3}).floats("b", {2}, {4, 5});
    m.node("Mul", {"x", "a"}, {"p"}).named("scale").node("Add", {"p", "b"}).named("shift");
    const auto network = m.import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::affine});
    CHECK(network.parameters[1].slope == std::vector<double>{2, 3});
    CHECK(network.parameters[1].bias == std::vector<double>{4, 5});
    CHECK(network.origins[1] == "Mul 'scale' + Add 'shift'");

    // Not where something else lies between them.
    small_model apart;
    apart.input({"N", "2"}).output().floats("a", {2}, {2, 3}).floats("b", {2}, {4, 5});
    apart.node("Mul", {"x", "a"}, {"p"}).node("Relu", {"p"}, {"r"}).node("Add", {"r", "b"});
    CHECK(kinds(apart.import().value().network) ==
          ops{ir::op::input, ir::op::affine, ir::op::relu, ir::op::affine});

    // What was scaled alone stays so for its other readers.
    small_model both;
    both.input({"N", "2"}).output().floats("a", {2}, {2, 3}).floats("b", {2}, {4, 5});
    both.node("Mul", {"x", "a"}, {"p"}).node("Add", {"p", "b"}, {"q"}).node("Sub", {"q", "p"});
    CHECK(interpret(both.import().value().network, {7, 8}) == std::vector<double>{4, 5});
}

TEST_CASE("a choice is a relu with a slope below its threshold, or refused") {
    const auto relu = choice(0.5f).import().value().network;
    CHECK(kinds(relu) == ops{ir::op::input, ir::op::relu});
    CHECK(relu.nodes[1].threshold == 0.5f);
    CHECK(relu.nodes[1].alpha == 0.25f);
    CHECK_THAT(refusal_of(choice(0.75f)), contains("Where 'pick': branches: it chooses"));
    CHECK_THAT(refusal_of(choice(0.5f, "z")), contains("Where 'pick': branches: it chooses"));
    small_model alone = choice(0.5f);
    alone.graph().mutable_output(0)->set_name("c");
    CHECK_THAT(refusal_of(alone), contains("Less 'cmp': branches: it combines"));
}

TEST_CASE("gelu's cubic is read under its tanh, or refused") {
    CHECK(kinds(cubic(gelu_cubic).import().value().network) ==
          ops{ir::op::input, ir::op::gelu_tanh});
    CHECK_THAT(refusal_of(cubic(0.04f)), contains("Mul 'gate': branches: it multiplies"));
    small_model alone = cubic(gelu_cubic);
    alone.graph().mutable_output(0)->set_name("inner");
    CHECK_THAT(refusal_of(alone), contains("Mul 'cube': branches: it combines"));
    alone.graph().mutable_output(0)->set_name("g");
    CHECK_THAT(refusal_of(alone), contains("Mul 'cube': branches: it combines"));
}
