// SPDX-License-Identifier: MIT
// What takes several operators and is one layer: maxima of neighbours, a Mul and an Add, functions
// of one value however they are spelt; and that what is nearly one is refused.

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

using names = std::vector<std::string>;

// A function of x. Each call adds a node, or a number, and gives its name.
class spelling {
public:
    explicit spelling(std::int64_t opset = 13) : model(opset) { model.input({"N", "3"}).output(); }

    std::string operator()(const std::string& kind, const names& in) {
        const std::string made = kind + std::to_string(count_++);
        model.node(kind, in, {made}).named(made);
        return made;
    }
    std::string operator()(float number) {
        const std::string made = "number" + std::to_string(count_++);
        model.floats(made, {}, {number});
        return made;
    }
    std::string cast(const std::string& x, int to) {
        const std::string made = (*this)("Cast", {x});
        model.with("to", std::int64_t{to});
        return made;
    }
    small_model& of(const std::string& y) { return model.node("Identity", {y}); }

    small_model model;

private:
    int count_ = 0;
};

constexpr int boolean = ::onnx::TensorProto::BOOL;
constexpr int number = ::onnx::TensorProto::FLOAT;

// x (1 + tanh(slope (x + cubic x x x))) / 2, as PyTorch exports it.
std::string gelu_tanh(spelling& s, float slope, float cubic, float half = 0.5f) {
    const std::string cube = s("Mul", {"x", s("Mul", {"x", "x"})});
    const std::string inner = s("Add", {"x", s("Mul", {s(cubic), cube})});
    const std::string gate = s("Add", {s(1), s("Tanh", {s("Mul", {s(slope), inner})})});
    return s("Mul", {s(half), s("Mul", {"x", gate})});
}

// x (1 + erf(x / root)) half
std::string gelu(spelling& s, float root, float half = 0.5f) {
    const std::string gate = s("Add", {s("Erf", {s("Div", {"x", s(root)})}), s(1)});
    return s("Mul", {s("Mul", {"x", gate}), s(half)});
}

// Where(x > high or x < low, x, 0), as PyTorch exports Hardshrink.
std::string hard_shrink(spelling& s, float low, float high) {
    const std::string above = s.cast(s("Greater", {"x", s(high)}), boolean);
    const std::string below = s.cast(s("Less", {"x", s(low)}), boolean);
    return s("Where", {s("Or", {above, below}), "x", s(0)});
}

// Where(x > lambd, x - lambd, 0) + Where(x < -lambd, x + shift, 0), as it exports Softshrink.
std::string soft_shrink(spelling& s, float lambd, float shift) {
    const std::string above = s("Greater", {"x", s(lambd)});
    const std::string upper = s("Where", {above, s("Sub", {"x", s(lambd)}), s(0)});
    const std::string below = s("Less", {"x", s(-lambd)});
    return s("Add", {upper, s("Where", {below, s("Add", {"x", s(shift)}), s(0)})});
}

// Where(x < corner, (x - from) slope, x)
std::string leaky(spelling& s, float corner, float from, float slope, const char* kind = "Less") {
    const std::string line = s("Mul", {s("Sub", {"x", s(from)}), s(slope)});
    return s("Where", {s(kind, {"x", s(corner)}), line, "x"});
}

// x clip(x + 3, 0, most) / 6
std::string hard_swish(spelling& s, float most, float by) {
    const std::string gate = s("Clip", {s("Add", {"x", s(3)}), s(0), s(most)});
    return s("Div", {s("Mul", {"x", gate}), s(by)});
}

struct spelt_layer {
    const char* text;
    std::string (*spell)(spelling&);
    ir::node layer;
};

const spelt_layer spelt_layers[] = {
    {"gelu, tanh",
     [](spelling& s) { return gelu_tanh(s, 0.7978845608f, 0.044715f); },
     {.kind = ir::op::gelu_tanh}},
    {"gelu, tanh by Pow",
     [](spelling& s) {
         const std::string cube = s("Mul", {s(0.044715f), s("Pow", {"x", s(3)})});
         const std::string inner = s("Mul", {s(0.7978845608f), s("Add", {"x", cube})});
         const std::string gate = s("Add", {s(1), s("Tanh", {inner})});
         return s("Mul", {s("Mul", {s(0.5f), "x"}), gate});
     },
     {.kind = ir::op::gelu_tanh}},
    {"gelu, sigmoid for tanh",
     [](spelling& s) {
         const std::string cube = s("Mul", {s(0.0713548162726f), s("Pow", {"x", s(3)})});
         const std::string inner = s("Add", {s("Mul", {s(1.59576912161f), "x"}), cube});
         return s("Mul", {"x", s("Sigmoid", {inner})});
     },
     {.kind = ir::op::gelu_tanh}},
    {"gelu", [](spelling& s) { return gelu(s, 1.41421356f); }, {.kind = ir::op::gelu}},
    {"gelu, half inside",
     [](spelling& s) {
         const std::string erf = s("Erf", {s("Mul", {"x", s(0.70710678f)})});
         return s("Mul", {"x", s("Mul", {s(0.5f), s("Add", {s(1), erf})})});
     },
     {.kind = ir::op::gelu}},
    {"softsign",
     [](spelling& s) {
         return s("Div", {"x", s("Add", {s("Abs", {"x"}), s(1)})});
     },
     {.kind = ir::op::softsign}},
    {"hard shrink",
     [](spelling& s) { return hard_shrink(s, -0.37f, 0.37f); },
     {.kind = ir::op::shrink, .threshold = 0.37f}},
    {"soft shrink",
     [](spelling& s) { return soft_shrink(s, 0.37f, 0.37f); },
     {.kind = ir::op::shrink, .beta = 0.37f, .threshold = 0.37f}},
    {"soft shrink by signs",
     [](spelling& s) {
         const std::string size = s("Relu", {s("Sub", {s("Abs", {"x"}), s(0.25f)})});
         return s("Mul", {s("Sign", {"x"}), size});
     },
     {.kind = ir::op::shrink, .beta = 0.25f, .threshold = 0.25f}},
    {"hard swish", [](spelling& s) { return hard_swish(s, 6, 6); }, {.kind = ir::op::hard_swish}},
    {"hard swish by a hard sigmoid",
     [](spelling& s) {
         const std::string gate = s("HardSigmoid", {"x"});
         s.model.with("alpha", 1.0f / 6.0f);
         return s("Mul", {"x", gate});
     },
     {.kind = ir::op::hard_swish}},
    {"silu by a division",
     [](spelling& s) {
         return s("Div", {"x", s("Add", {s(1), s("Exp", {s("Neg", {"x"})})})});
     },
     {.kind = ir::op::swish, .alpha = 1.0f}},
    {"swish",
     [](spelling& s) {
         return s("Mul", {"x", s("Sigmoid", {s("Mul", {"x", s(1.702f)})})});
     },
     {.kind = ir::op::swish, .alpha = 1.702f}},
    {"mish",
     [](spelling& s) {
         const std::string soft = s("Log", {s("Add", {s(1), s("Exp", {"x"})})});
         return s("Mul", {"x", s("Tanh", {soft})});
     },
     {.kind = ir::op::mish}},
    {"softplus beyond 20",
     [](spelling& s) {
         const std::string soft = s("Log", {s("Add", {s(1), s("Exp", {"x"})})});
         return s("Where", {s("Greater", {"x", s(20)}), "x", soft});
     },
     {.kind = ir::op::softplus}},
    {"tanh",
     [](spelling& s) {
         const std::string up = s("Exp", {"x"});
         const std::string down = s("Exp", {s("Neg", {"x"})});
         return s("Div", {s("Sub", {up, down}), s("Add", {up, down})});
     },
     {.kind = ir::op::tanh}},
    {"leaky relu",
     [](spelling& s) { return leaky(s, 0, 0, 0.1f); },
     {.kind = ir::op::leaky_relu, .alpha = 0.1f}},
    {"leaky relu by a maximum",
     [](spelling& s) {
         return s("Max", {"x", s("Mul", {s(0.2f), "x"})});
     },
     {.kind = ir::op::leaky_relu, .alpha = 0.2f}},
    {"leaky relu by halves",
     [](spelling& s) {
         const std::string below = s("Mul", {s(0.3f), s("Relu", {s("Neg", {"x"})})});
         return s("Sub", {s("Relu", {"x"}), below});
     },
     {.kind = ir::op::leaky_relu, .alpha = 0.3f}},
    {"relu with a threshold",
     [](spelling& s) { return leaky(s, 0.5f, 0.5f, 0.25f); },
     {.kind = ir::op::relu, .alpha = 0.25f, .threshold = 0.5f}},
    {"relu by a mask",
     [](spelling& s) {
         return s("Mul", {"x", s.cast(s("Greater", {"x", s(0)}), number)});
     },
     {.kind = ir::op::relu}},
    {"thresholded relu",
     [](spelling& s) {
         return s("Where", {s("Greater", {"x", s(0.7f)}), "x", s(0)});
     },
     {.kind = ir::op::thresholded_relu, .alpha = 0.7f}},
    {"elu",
     [](spelling& s) {
         const std::string low = s("Mul", {s(0.7f), s("Sub", {s("Exp", {"x"}), s(1)})});
         return s("Where", {s("Less", {"x", s(0)}), low, "x"});
     },
     {.kind = ir::op::elu, .alpha = 0.7f}},
    {"abs",
     [](spelling& s) {
         return s("Where", {s("Less", {"x", s(0)}), s("Neg", {"x"}), "x"});
     },
     {.kind = ir::op::abs}},
    {"clip",
     [](spelling& s) {
         const std::string high = s("Where", {s("Greater", {"x", s(2)}), s(2), "x"});
         return s("Where", {s("Not", {s("LessOrEqual", {s(-1), "x"})}), s(-1), high});
     },
     {.kind = ir::op::clip, .min_value = -1.0f, .max_value = 2.0f}},
    {"square",
     [](spelling& s) {
         return s("Mul", {"x", "x"});
     },
     {.kind = ir::op::square}},
};

struct near_miss {
    const char* text;
    std::string (*spell)(spelling&);
};

const near_miss near_misses[] = {
    {"another cubic", [](spelling& s) { return gelu_tanh(s, 0.7978845608f, 0.044f); }},
    {"a cubic cut short", [](spelling& s) { return gelu_tanh(s, 0.7978845608f, 0.04471f); }},
    {"a cubic 7e-6 off", [](spelling& s) { return gelu_tanh(s, 0.7978845608f, 0.0447153f); }},
    {"another slope", [](spelling& s) { return gelu_tanh(s, 0.79788f, 0.044715f); }},
    {"a root cut short", [](spelling& s) { return gelu(s, 1.4142f); }},
    {"a root 5e-6 off", [](spelling& s) { return gelu(s, 1.41422f); }},
    {"shrink lopsided", [](spelling& s) { return hard_shrink(s, -0.37f, 0.38f); }},
    {"shrink lopsided by a float",
     [](spelling& s) { return hard_shrink(s, -0.37f, std::nextafter(0.37f, 1.0f)); }},
    {"shrink shifted lopsided", [](spelling& s) { return soft_shrink(s, 0.37f, 0.36f); }},
    {"hard swish to 5.99", [](spelling& s) { return hard_swish(s, 5.99f, 6); }},
    {"a jump", [](spelling& s) { return leaky(s, 0.5f, 0.25f, 0.25f); }},
    {"a kink near 0", [](spelling& s) { return leaky(s, 0.001f, 0, 0.1f); }},
    {"a slope near 1", [](spelling& s) { return leaky(s, 0.5f, 0, 1.00001f); }},
    {"the corner on the other side",
     [](spelling& s) { return leaky(s, 0.5f, 0.5f, 0.25f, "LessOrEqual"); }},
    {"1.01 for softsign's 1",
     [](spelling& s) {
         return s("Div", {"x", s("Add", {s("Abs", {"x"}), s(1.01f)})});
     }},
    {"x - tanh(x)",
     [](spelling& s) {
         return s("Sub", {"x", s("Tanh", {"x"})});
     }},
    {"a cube",
     [](spelling& s) {
         return s("Pow", {"x", s(3)});
     }},
    {"a truth",
     [](spelling& s) {
         return s("Less", {"x", s(0.5f)});
     }},
    {"gelu but for one place",
     [](spelling& s) {
         const std::string far = s("Abs", {s("Sub", {"x", s(0.625f)})});
         return s("Where", {s("Less", {far, s(0.001f)}), s(0), gelu(s, 1.41421356f)});
     }},
};

} // namespace

TEST_CASE("the largest of neighbours is a maxout; of others, after a choice of units") {
    const auto last = largest(2).import().value();
    CHECK(kinds(last.network) == ops{ir::op::input, ir::op::maxout});
    CHECK(last.network.nodes[1].pieces == 3);
    CHECK(last.network.output_shapes.at(0) == std::vector<std::size_t>{2});
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
    CHECK(network.parameters[1].scale() == std::vector<double>{2, 3});
    CHECK(network.parameters[1].bias() == std::vector<double>{4, 5});
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

TEST_CASE("a function of one value is the layer that it is, however it is spelt") {
    for (const spelt_layer& one : spelt_layers) {
        CAPTURE(one.text);
        spelling s;
        const auto network = s.of(one.spell(s)).import();
        REQUIRE((network ? "" : network.error().message) == "");
        REQUIRE(kinds(network->network) == ops{ir::op::input, one.layer.kind});
        const ir::node& found = network->network.nodes[1];
        CHECK(found.alpha == one.layer.alpha);
        CHECK(found.beta == one.layer.beta);
        CHECK(found.min_value == one.layer.min_value);
        CHECK(found.threshold == one.layer.threshold);
        CHECK(found.max_value == one.layer.max_value);
        CHECK(network->batch_is_free);
    }
}

TEST_CASE("a function that is nearly a layer is its steps") {
    for (const near_miss& one : near_misses) {
        CAPTURE(one.text);
        spelling s;
        const auto network = s.of(one.spell(s)).import();
        REQUIRE((network ? "" : network.error().message) == "");
        CHECK(network->network.nodes.size() > 2);
    }
    spelling s; // f(x) = 1 where x < tanh(x), else 0
    const std::string is_less = s("Less", {"x", s("Tanh", {"x"})});
    const auto network = s.of(s("Where", {is_less, s(1), s(0)})).import().value().network;
    CHECK(interpret(network, {-2, 0, 2}) == std::vector<double>{1, 0, 0});
}

TEST_CASE("a function that no layer computes is computed step by step") {
    const auto check = [](double (*f)(double), auto spell) {
        spelling s;
        const auto network = s.of(spell(s)).import().value().network;
        const std::vector<double> x = {2.0, -1.0, 0.5};
        const std::vector<double> y = interpret(network, x);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(std::abs(y.at(i) - f(x[i])) < 1e-6);
    };
    check([](double x) { return x - std::tanh(x); },
          [](spelling& s) {
              return s("Sub", {"x", s("Tanh", {"x"})});
          });
    check([](double x) { return std::floor(std::sin(x) + 0.25) - std::round(2.0 * x); },
          [](spelling& s) {
              return s("Sub", {s("Floor", {s("Add", {s("Sin", {"x"}), s(0.25f)})}),
                               s("Round", {s("Mul", {s(2), "x"})})});
          });
    check([](double x) { return x - std::tanh(x) > 0.0 ? 1.0 : -1.0; },
          [](spelling& s) {
              return s("Sign", {s("Sub", {"x", s("Tanh", {"x"})})});
          });
    check([](double x) { return x * x * x; }, [](spelling& s) { return s("Pow", {"x", s(3)}); });
    check([](double x) { return 1.0 / (x * x * x * x * x); },
          [](spelling& s) {
              return s("Pow", {"x", s(-5)});
          });
    check([](double x) { return std::max(std::exp(x), x * x) / (1.0 + std::abs(x)); },
          [](spelling& s) {
              return s("Div", {s("Max", {s("Exp", {"x"}), s("Mul", {"x", "x"})}),
                               s("Add", {s("Abs", {"x"}), s(1)})});
          });
    check([](double x) { return std::tanh(x) * std::tanh(x) - std::min(x, std::exp(x)); },
          [](spelling& s) {
              const std::string t = s("Tanh", {"x"});
              return s("Sub", {s("Mul", {t, t}), s("Min", {"x", s("Exp", {"x"})})});
          });
}

TEST_CASE("a scale or a sign that is left around a function is a layer of its own") {
    const auto computed = [](spelling& s, const std::string& y) {
        return interpret(s.of(y).import().value().network, {2.0, -1.0, 0.5});
    };
    const auto check = [](const std::vector<double>& y, const std::vector<double>& expected) {
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(std::abs(y[i] - expected[i]) < 1e-6);
    };
    spelling six; // 6 gelu(x), then a tanh of it
    check(computed(six, six("Tanh", {gelu(six, 1.41421356f, 3.0f)})),
          {1.0000000, -0.7406562, 0.9689230});
    spelling minus; // x sigmoid(-x)
    check(computed(minus, minus("Mul", {"x", minus("Sigmoid", {minus("Neg", {"x"})})})),
          {0.238406, -0.731059, 0.188770});
    spelling skip; // x + relu(x)
    check(computed(skip, skip("Add", {"x", skip("Relu", {"x"})})), {4.0, -1.0, 1.0});
    spelling nothing; // relu(x) - relu(-x)
    check(computed(nothing, nothing("Sub", {nothing("Relu", {"x"}),
                                            nothing("Relu", {nothing("Neg", {"x"})})})),
          {2.0, -1.0, 0.5});
}

TEST_CASE("a slope per unit is a prelu") {
    spelling s;
    s.model.floats("slopes", {3}, {0.1f, 0.2f, 0.3f});
    const std::string below = s("Mul", {"x", "slopes"});
    const auto network =
        s.of(s("Where", {s("Less", {"x", s(0)}), below, "x"})).import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::prelu});
    const std::vector<double> y = interpret(network, {-1, -1, 5});
    CHECK(std::abs(y[0] + 0.1) < 1e-7);
    CHECK(std::abs(y[1] + 0.2) < 1e-7);
    CHECK(y[2] == 5.0);
    spelling other; // no other function may differ from unit to unit
    other.model.floats("corners", {3}, {0.1f, 0.2f, 0.3f});
    const auto choice = other.of(other("Where", {other("Less", {"x", "corners"}), other(0), "x"}))
                            .import()
                            .value()
                            .network;
    CHECK(interpret(choice, {0.05, 0.25, 0.25}) == std::vector<double>{0.0, 0.25, 0.0});
}

TEST_CASE("functions of different values are products and the like") {
    spelling product;
    const auto network =
        product.of(product("Mul", {"x", product("Softmax", {"x"})})).import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::softmax, ir::op::multiply});
    spelling s;
    CHECK(kinds(s.of(s("Less", {"x", s("Softmax", {"x"})})).import().value().network) ==
          ops{ir::op::input, ir::op::softmax, ir::op::less});
    // What isn't chosen may be anything.
    spelling of_three;
    const std::string share = of_three("Softmax", {"x"});
    const auto chosen = of_three
                            .of(of_three("Where", {of_three("LessOrEqual", {"x", share}), share,
                                                   of_three("Log", {"x"})}))
                            .import()
                            .value()
                            .network;
    CHECK(kinds(chosen) == ops{ir::op::input, ir::op::softmax, ir::op::less_equal, ir::op::log,
                               ir::op::when, ir::op::unless, ir::op::add});
    const std::vector<double> z = interpret(chosen, {-1.0, 0.0, 3.0});
    CHECK(std::abs(z[0] - std::exp(-4.0) / (1.0 + std::exp(-3.0) + std::exp(-4.0))) < 1e-7);
    CHECK(std::abs(z[2] - std::log(3.0)) < 1e-7);
    spelling chain; // of too many steps to be a layer
    std::string y = chain("Sub", {"x", chain("Tanh", {"x"})});
    for (int i = 0; i < 100; ++i)
        y = chain("Mul", {y, chain("Tanh", {y})});
    CHECK(chain.of(y).import().value().network.nodes.size() == 203);
}

TEST_CASE("what comes before a function stays what it is") {
    spelling s; // gelu of a relu of a scale
    s.model.floats("scale", {3}, {2, 3, 4});
    const std::string x = s("Relu", {s("Mul", {"x", "scale"})});
    const std::string gate = s("Add", {s("Erf", {s("Div", {x, s(1.41421356f)})}), s(1)});
    const auto network = s.of(s("Mul", {s("Mul", {x, s(0.5f)}), gate})).import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::affine, ir::op::relu, ir::op::gelu});
}
