// SPDX-License-Identifier: MIT
// Starting values: how far they spread by each rule, and the gains of activations.

#include "support/catch.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <array>
#include <bit>
#include <cmath>

namespace lam = laminate;

namespace {

struct wide : lam::network<lam::input<80> | lam::dense<120>> {};

template <class Model, std::size_t Layer = 0>
double variance(const Model& m) {
    const auto w = m.template layer<Layer>().weights;
    double sum = 0.0;
    for (std::size_t o = 0; o < w.outputs(); ++o)
        for (std::size_t i = 0; i < w.inputs(); ++i)
            sum += double{w(o, i)} * double{w(o, i)};
    return sum / static_cast<double>(w.outputs() * w.inputs());
}
template <class Rule>
double variance_of_rule() {
    lam::model<wide> m;
    lam::initialise<Rule>(m, 3);
    return variance(m);
}
bool about(double a, double b, double share = 0.06) { return std::fabs(a / b - 1.0) < share; }

// The variance that initialise_auto gives dense<150> over 100 inputs before an activation.
template <auto Activation>
double variance_before() {
    using layers = std::remove_const_t<decltype(Activation)>;
    struct net : lam::network<lam::input<100> | lam::dense<150> | layers{} | lam::dense<1>> {};
    lam::model<net> m;
    lam::initialise_auto(m, 5);
    return variance(m);
}

} // namespace

TEST_CASE("initialise: each rule's variance", "[train]") {
    CHECK(about(variance_of_rule<lam::he_uniform>(), 2.0 / 80));
    CHECK(about(variance_of_rule<lam::he_normal>(), 2.0 / 80));
    CHECK(about(variance_of_rule<lam::glorot_uniform>(), 2.0 / 200));
    CHECK(about(variance_of_rule<lam::glorot_normal>(), 2.0 / 200));
    CHECK(about(variance_of_rule<lam::lecun_uniform>(), 1.0 / 80));
    CHECK(about(variance_of_rule<lam::lecun_normal>(), 1.0 / 80));
    CHECK(about(variance_of_rule<lam::uniform_weights<0.3f>>(), 0.03));
    CHECK(about(variance_of_rule<lam::normal_weights<0.3f>>(), 0.09));
    CHECK(variance_of_rule<lam::constant_weights<0.5f>>() == 0.25);
}

TEST_CASE("initialise: auto gives each layer the rule of its activation", "[train]") {
    CHECK(about(variance_before<lam::relu>(), 2.0 / 100));
    CHECK(about(variance_before<lam::leaky_relu(lam::negative_slope<0.5f>)>(), 1.6 / 100));
    CHECK(about(variance_before<lam::prelu>(), 2.0 / (1.0625 * 100)));
    CHECK(about(variance_before<lam::elu>(), 1.5505 / 100));
    CHECK(about(variance_before<lam::maxout<5>>(), 1.0 / (1.80002 * 100)));
    CHECK(about(variance_before<(lam::dropout<0.5f> | lam::relu)>(), 2.0 / 100));
    CHECK(about(variance_before<lam::tanh>(), 2.0 / 250));
    CHECK(about(variance_before<lam::sigmoid>(), 2.0 / 250));
    CHECK(about(variance_before<lam::linear>(), 2.0 / 250));
}

// What reads a layer's value, also where that is a part of a concat or is read again.
TEST_CASE("initialise: auto follows values to who reads them", "[train]") {
    struct parts : lam::network<lam::input<4> | lam::concat(lam::dense<5>, lam::dense<6>) |
                                lam::dropout<0.5f> | lam::relu | lam::dense<2>> {};
    struct blocks
        : lam::network<lam::input<4> | lam::dense<8> |
                       lam::residual(lam::elu | lam::dense<8> | lam::relu | lam::dense<8>) |
                       lam::dense<3>> {};
    constexpr auto of_parts = lam::plan(parts{}).nodes;
    constexpr auto of_blocks = lam::plan(blocks{}).nodes;
    const auto after = [](const auto& nodes, std::size_t dense) {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].kind == lam::ir::op::dense && dense-- == 0)
                return lam::detail::activation_after(nodes, i).kind;
        return lam::ir::op::input;
    };
    CHECK(after(of_parts, 0) == lam::ir::op::relu);
    CHECK(after(of_parts, 1) == lam::ir::op::relu);
    CHECK(after(of_parts, 2) == lam::ir::op::linear);
    CHECK(after(of_blocks, 0) == lam::ir::op::elu);
    CHECK(after(of_blocks, 1) == lam::ir::op::relu);
    CHECK(after(of_blocks, 2) == lam::ir::op::add);
    CHECK(after(of_blocks, 3) == lam::ir::op::linear);
}

TEST_CASE("initialise: biases as asked", "[train]") {
    lam::model<wide> m;
    lam::initialise(m, 1, {.bias = 0.1f});
    CHECK(m.layer<0>().bias[119] == 0.1f);
    lam::initialise_auto(m, 1, {.bias = 0.2f});
    CHECK(m.layer<0>().bias[0] == 0.2f);
    lam::initialise(m, 1);
    CHECK(m.layer<0>().bias[7] == 0.0f);
    for (const float wrong : {std::nanf(""), HUGE_VALF, -HUGE_VALF}) {
        CHECK_THROWS_AS(lam::initialise(m, 1, {.bias = wrong}), lam::exception);
        CHECK_THROWS_AS(lam::initialise_auto(m, 1, {.bias = wrong}), lam::exception);
    }
}

TEST_CASE("initialise: a signal keeps its size through rectifiers", "[train]") {
    // The gains' definition, tried: E[f(x)^2] of a hundred thousand normal numbers.
    lam::random_source random(2);
    const auto moment = [&random](auto f) {
        double sum = 0.0;
        for (int i = 0; i < 100'000; ++i) {
            const double y = f(lam::normal(random));
            sum += y * y;
        }
        return sum / 100'000;
    };
    const auto squared = [](lam::ir::node n) { return lam::relu_gain(n) * lam::relu_gain(n); };
    using lam::ir::op;
    CHECK(about(squared({.kind = op::relu}), 1.0 / moment([](double x) { return x > 0 ? x : 0; }),
                0.02));
    CHECK(about(squared({.kind = op::elu, .alpha = 0.7f}),
                1.0 / moment([](double x) { return x > 0 ? x : 0.7 * std::expm1(x); }), 0.02));
}

TEST_CASE("initialise: orthogonal rows, or columns", "[train]") {
    const auto check = [](auto network) {
        lam::model<decltype(network)> m;
        lam::initialise<lam::orthogonal>(m, 1);
        const auto w = m.template layer<0>().weights;
        const bool rows = w.outputs() <= w.inputs();
        const std::size_t count = rows ? w.outputs() : w.inputs();
        const std::size_t length = rows ? w.inputs() : w.outputs();
        double worst = 0.0;
        for (std::size_t a = 0; a < count; ++a) {
            for (std::size_t b = 0; b <= a; ++b) {
                double dot = a == b ? -1.0 : 0.0;
                for (std::size_t i = 0; i < length; ++i)
                    dot += rows ? double{w(a, i)} * double{w(b, i)}
                                : double{w(i, a)} * double{w(i, b)};
                worst = std::fmax(worst, std::fabs(dot));
            }
        }
        CHECK(worst < 1e-6);
    };
    check(lam::input<30> | lam::dense<20>);
    check(lam::input<20> | lam::dense<30>);
    check(lam::input<17> | lam::dense<17>);
}

TEST_CASE("initialise: a seed names the bits for ever", "[train]") {
    const auto hash = []<class Rule>(Rule) {
        lam::model<wide> m;
        lam::initialise<Rule>(m, 42);
        std::uint64_t h = 0xcbf29ce484222325U; // FNV-1a
        const auto w = m.layer<0>().weights;
        for (std::size_t o = 0; o < w.outputs(); ++o)
            for (std::size_t i = 0; i < w.inputs(); ++i)
                h = (h ^ std::bit_cast<std::uint32_t>(w(o, i))) * 0x100000001b3U;
        return h;
    };
    CHECK(hash(lam::he_uniform{}) == 0x66068f50c54911edU);
    CHECK(hash(lam::glorot_normal{}) == 0x41f8dd4633437fb4U);
    CHECK(hash(lam::orthogonal{}) == 0x2dc148b39bb2b6b7U);
}
