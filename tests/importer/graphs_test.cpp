// SPDX-License-Identifier: MIT
// Models with branches, several inputs and several outputs: what they become, and that reference,
// kernels and generated sources compute what the file says.

#include "../support/catch.hpp"
#include "../support/random.hpp"
#include "interpret.hpp"
#include "models.hpp"

#include "../../codegen/tool/compiled.hpp"
#include "../../codegen/tool/difference.hpp"

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/onnx/write/write_onnx.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

using namespace laminate;
using namespace laminate::test;
using codegen::onnx::import_options;
namespace tool = codegen::tool;

namespace {

using row = std::vector<double>;
using names = std::vector<std::string>;
using ops = std::vector<ir::op>;

ops kinds(const codegen::graph& g) {
    ops all;
    for (const ir::node& n : g.nodes)
        all.push_back(n.kind);
    return all;
}

std::string refusal_of(const small_model& m, const import_options& options = {}) {
    const auto network = m.import(options);
    return network ? "accepted" : network.error().message;
}

// Models that are written beside what they compute.
class net {
public:
    net() : random_(3) {}

    small_model model;

    // Adds y = w x + b with weights of its own; what it computes.
    std::function<row(const row&)> dense(const std::string& x, const std::string& y,
                                         std::size_t inputs, std::size_t units) {
        const auto w = floats(inputs * units);
        const auto b = floats(units);
        const auto extent = [](std::size_t n) { return static_cast<std::int64_t>(n); };
        model.floats(y + "_w", {extent(units), extent(inputs)}, w)
            .floats(y + "_b", {extent(units)}, b);
        model.node("Gemm", {x, y + "_w", y + "_b"}, {y}).with("transB", std::int64_t{1});
        return [=](const row& in) {
            row out;
            for (std::size_t u = 0; u < units; ++u) {
                double sum = static_cast<double>(b[u]);
                for (std::size_t i = 0; i < inputs; ++i)
                    sum += static_cast<double>(w[u * inputs + i]) * in.at(i);
                out.push_back(sum);
            }
            return out;
        };
    }

private:
    std::vector<float> floats(std::size_t count) {
        std::vector<float> all(count);
        for (float& number : all)
            number = random_.uniform(1.0f);
        return all;
    }

    test::random random_;
};

row each(row x, double (*f)(double)) {
    std::transform(x.begin(), x.end(), x.begin(), f);
    return x;
}
double relu(double x) { return std::max(x, 0.0); }
double exp_of(double x) { return std::exp(x); }
double tanh_of(double x) { return std::tanh(x); }

row plus(row a, const row& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] += b.at(b.size() == 1 ? 0 : i);
    return a;
}
row followed_by(row a, const row& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
row part(const row& x, std::size_t begin, std::size_t units) {
    const auto first = x.begin() + static_cast<std::ptrdiff_t>(begin);
    return {first, first + static_cast<std::ptrdiff_t>(units)};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    });
}

enum class source { left_out, compiled };

// Rows through the file's meaning, in double; the reference; kernels, fused and not; the source;
// and the network written as ONNX and read back.
void check(const codegen::graph& network, const std::function<row(const row&)>& meaning,
           source with = source::left_out) {
    const std::size_t rows = 40;
    std::vector<float> in(rows * network.inputs());
    test::random numbers(11);
    for (float& x : in)
        x = numbers.uniform(2.0f);
    const codegen::planned fused = codegen::plan_graph(network).value();
    const std::vector<float> kernels = codegen::evaluate(fused, in);
    const auto unfused = codegen::plan_graph(network, ir::fusion::off).value();
    CHECK(same_bits(codegen::evaluate(unfused, in), kernels));
    const auto reference = tool::evaluate_reference(network, in, {});
    REQUIRE(reference.size() == kernels.size());
    const std::size_t wide = network.outputs();
    for (std::size_t r = 0; r < rows; ++r) {
        const row x(in.begin() + static_cast<std::ptrdiff_t>(r * network.inputs()),
                    in.begin() + static_cast<std::ptrdiff_t>((r + 1) * network.inputs()));
        const row expected = meaning(x);
        REQUIRE(expected.size() == wide);
        for (std::size_t u = 0; u < wide; ++u) {
            const auto& of_unit = reference[r * wide + u];
            CHECK(std::abs(of_unit.value - expected[u]) <= 1e-9 + 1e-9 * std::abs(expected[u]));
            CHECK(std::abs(static_cast<double>(kernels[r * wide + u]) - expected[u]) <=
                  of_unit.bound + 1e-9);
            CHECK(of_unit.bound < 1e-3 * (1.0 + std::abs(expected[u])));
        }
    }
    if (with == source::compiled) CHECK(same_bits(tool::run_compiled(network, fused, in), kernels));

    const std::string bytes = codegen::onnx_bytes(network).value();
    const auto back = codegen::onnx::import_model_bytes(bytes, "saved.onnx").value();
    CHECK(back.batch_is_free);
    CHECK(back.network.input_names == network.input_names);
    const auto is_input = [&network](const std::string& name) {
        return std::count(network.input_names.begin(), network.input_names.end(), name) != 0;
    };
    for (std::size_t k = 0; k < network.output_names.size(); ++k)
        CHECK(back.network.output_names.at(k) ==
              network.output_names[k] + (is_input(network.output_names[k]) ? "_" : ""));
    CHECK(back.network.input_shapes == network.input_shapes);
    CHECK(back.network.output_shapes == network.output_shapes);
    const auto again = tool::evaluate_reference(back.network, in, {});
    REQUIRE(again.size() == reference.size());
    for (std::size_t i = 0; i < again.size(); ++i)
        CHECK(std::abs(again[i].value - reference[i].value) <=
              1e-5 * (1.0 + std::abs(reference[i].value)));
}

} // namespace

TEST_CASE("actor and critic are two outputs of one tower") {
    net n;
    n.model.input({"N", "5"}, "obs").output("action").output("deviation").output("value");
    const auto tower = n.dense("obs", "t", 5, 16);
    n.model.node("Tanh", {"t"}, {"h"});
    const auto actor = n.dense("h", "action", 16, 3);
    const auto deviation = n.dense("h", "log_std", 16, 3);
    n.model.floats("low", {}, {-1}).floats("high", {}, {0.5});
    n.model.node("Clip", {"log_std", "low", "high"}, {"clipped"})
        .node("Exp", {"clipped"}, {"deviation"});
    const auto critic = n.dense("h", "value", 16, 1);
    const auto network = n.model.import().value();
    CHECK(network.batch_is_free);
    CHECK(network.network.output_names == names{"action", "deviation", "value"});
    CHECK(network.network.output_shapes == std::vector<std::vector<std::size_t>>{{3}, {3}, {1}});
    check(
        network.network,
        [&](const row& x) {
            const row h = each(tower(x), tanh_of);
            const row std =
                each(deviation(h), [](double s) { return std::exp(std::clamp(s, -1.0, 0.5)); });
            return followed_by(followed_by(actor(h), std), critic(h));
        },
        source::compiled);
    import_options chosen;
    chosen.output = "value";
    const auto one = n.model.import(chosen).value().network;
    CHECK(one.output_names == names{"value"});
    CHECK(kinds(one) == ops{ir::op::input, ir::op::dense, ir::op::tanh, ir::op::dense});
}

TEST_CASE("a residual block adds what it reads") {
    net n;
    n.model.input({"N", "6"}).output();
    const auto first = n.dense("x", "a", 6, 6);
    n.model.node("Relu", {"a"}, {"h"});
    const auto second = n.dense("h", "b", 6, 6);
    n.model.node("Add", {"h", "b"}, {"s"}).node("Relu", {"s"}, {"r"});
    const auto last = n.dense("r", "y", 6, 2);
    const auto network = n.model.import().value().network;
    // b is linear in h, and so is h + b.
    CHECK(kinds(network) == ops{ir::op::input, ir::op::dense, ir::op::relu, ir::op::dense,
                                ir::op::relu, ir::op::dense});

    net deep;
    deep.model.input({"N", "6"}).output();
    const auto one = deep.dense("x", "a", 6, 8);
    deep.model.node("Relu", {"a"}, {"h"});
    const auto two = deep.dense("h", "b", 8, 6);
    deep.model.node("Add", {"x", "b"}, {"s"}).node("Relu", {"s"}, {"y"});
    const auto residual = deep.model.import().value().network;
    CHECK(kinds(residual) == ops{ir::op::input, ir::op::dense, ir::op::relu, ir::op::dense,
                                 ir::op::add, ir::op::relu});
    check(
        residual, [&](const row& x) { return each(plus(x, two(each(one(x), relu))), relu); },
        source::compiled);
}

TEST_CASE("two inputs are concatenated") {
    net n;
    n.model.input({"N", "3"}, "a").input({"N", "4"}, "b").output();
    n.model.node("Concat", {"b", "a"}, {"c"}).with("axis", std::int64_t{1});
    const auto first = n.dense("c", "d", 7, 5);
    n.model.node("Tanh", {"d"}, {"h"});
    const auto second = n.dense("h", "y", 5, 2);
    const auto network = n.model.import().value().network;
    CHECK(network.input_names == names{"a", "b"});
    CHECK(kinds(network) == ops{ir::op::input, ir::op::input, ir::op::concat, ir::op::dense,
                                ir::op::tanh, ir::op::dense});
    check(
        network,
        [&](const row& x) {
            return second(each(first(followed_by(part(x, 3, 4), part(x, 0, 3))), tanh_of));
        },
        source::compiled);
}

TEST_CASE("more than four parts are concatenated, with numbers among them") {
    net n;
    n.model.input({"N", "2"}, "a").input({"N", "3"}, "b").output().floats("k", {1, 2}, {0.5f, -3});
    n.model.node("Sigmoid", {"a"}, {"s"}).node("Exp", {"b"}, {"e"}).node("Mul", {"a", "s"}, {"w"});
    n.model.node("Concat", {"a", "e", "k", "s", "b", "w"}, {"y"}).with("axis", std::int64_t{-1});
    check(n.model.import().value().network, [](const row& x) {
        const row a = part(x, 0, 2);
        const row s = each(a, [](double v) { return 1.0 / (1.0 + std::exp(-v)); });
        const row w = {a[0] * s[0], a[1] * s[1]};
        row y = followed_by(a, each(part(x, 2, 3), exp_of));
        y = followed_by(followed_by(y, {0.5, -3.0}), s);
        return followed_by(followed_by(y, part(x, 2, 3)), w);
    });
}

TEST_CASE("a dueling network adds the value and the advantages less their mean") {
    net n;
    n.model.input({"N", "4"}).output("q");
    const auto tower = n.dense("x", "t", 4, 8);
    n.model.node("Relu", {"t"}, {"h"});
    const auto v1 = n.dense("h", "v1", 8, 6);
    const auto a1 = n.dense("h", "a1", 8, 6);
    n.model.node("Relu", {"v1"}, {"vh"}).node("Relu", {"a1"}, {"ah"});
    const auto v2 = n.dense("vh", "v", 6, 1);
    const auto a2 = n.dense("ah", "a", 6, 3);
    n.model.node("ReduceMean", {"a"}, {"m"}).with("axes", std::vector<std::int64_t>{1});
    n.model.node("Sub", {"a", "m"}, {"d"}).node("Add", {"v", "d"}, {"q"});
    const auto network = n.model.import().value().network;
    check(
        network,
        [&](const row& x) {
            const row h = each(tower(x), relu);
            const row a = a2(each(a1(h), relu));
            const double mean = std::accumulate(a.begin(), a.end(), 0.0) / 3.0;
            return plus(plus(a, {-mean}), v2(each(v1(h), relu)));
        },
        source::compiled);
}

TEST_CASE("one value may be two outputs, and an input one") {
    small_model m;
    m.input({"N", "3"}).output("y").output("x").output("z").output("t");
    m.node("Tanh", {"x"}, {"y"}).node("Identity", {"y"}, {"z"}).node("Exp", {"y"}, {"t"});
    const auto network = m.import().value().network;
    CHECK(network.output_names == names{"y", "x", "z", "t"});
    check(
        network,
        [](const row& x) {
            const row y = each(x, tanh_of);
            return followed_by(followed_by(followed_by(y, x), y), each(y, exp_of));
        },
        source::compiled);
}

TEST_CASE("gates of halves, and of one number for all") {
    net n;
    n.model.input({"N", "4"}).output();
    const auto gates = n.dense("x", "g", 4, 6);
    n.model.node("Split", {"g"}, {"u", "v"}).with("axis", std::int64_t{1});
    n.model.node("Sigmoid", {"v"}, {"s"}).node("Mul", {"u", "s"}, {"p"}); // GLU
    n.model.node("ReduceMax", {"x"}, {"m"}).with("axes", std::vector<std::int64_t>{1});
    n.model.node("Div", {"p", "m"}, {"q"})
        .node("Max", {"q", "u"}, {"r"})
        .node("Min", {"r", "v"}, {"w"});
    n.model.node("Mean", {"w", "s"}, {"y"});
    const auto network = n.model.import().value().network;
    const auto found = kinds(network);
    CHECK(std::count(found.begin(), found.end(), ir::op::slice) > 0);
    CHECK(std::count(found.begin(), found.end(), ir::op::dense) == 1);
    // Bounds of a division by what may be 0 are none, so rows whose largest number is near 0 are.
    const auto computed = [&](const row& x) {
        const row g = gates(x);
        const double m = *std::max_element(x.begin(), x.end());
        row y;
        for (std::size_t i = 0; i < 3; ++i) {
            const double s = 1.0 / (1.0 + std::exp(-g[i + 3]));
            y.push_back(0.5 * (std::min(std::max(g[i] * s / m, g[i]), g[i + 3]) + s));
        }
        return y;
    };
    const row x = {1.5, -0.5, 0.25, 0.75};
    const row found_row = interpret(network, x);
    const row expected = computed(x);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(std::abs(found_row.at(i) - expected[i]) < 1e-12);
}

TEST_CASE("towers over parts of an input read those parts") {
    net n;
    n.model.input({"N", "9"}).output();
    n.model.node("Split", {"x"}, {"p", "q", "r"}).with("axis", std::int64_t{1});
    const auto left = n.dense("p", "a", 3, 4);
    n.model.node("Relu", {"a"}, {"f"});
    const auto right = n.dense("r", "b", 3, 4);
    n.model.node("Tanh", {"b"}, {"g"}).node("Mul", {"f", "g"});
    const auto network = n.model.import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::slice, ir::op::dense, ir::op::relu,
                                ir::op::slice, ir::op::dense, ir::op::tanh, ir::op::multiply});
    check(
        network,
        [&](const row& x) {
            row y = each(left(part(x, 0, 3)), relu);
            const row g = each(right(part(x, 6, 3)), tanh_of);
            for (std::size_t i = 0; i < 4; ++i)
                y[i] *= g[i];
            return y;
        },
        source::compiled);
}

TEST_CASE("a constant condition chooses elements of two values") {
    small_model m;
    m.input({"N", "3"}, "a").input({"N", "3"}, "b").output().floats("f", {3}, {1, 0, 1});
    m.node("Cast", {"f"}, {"c"}).with("to", std::int64_t{9});
    m.node("Tanh", {"b"}, {"t"}).node("Where", {"c", "a", "t"});
    const auto network = m.import().value().network;
    CHECK(interpret(network, {1, 2, 3, 4, 5, 6}) == row{1, std::tanh(5.0), 3});
}

TEST_CASE("softmax, the largest and the smallest are over values of several nodes") {
    small_model m;
    m.input({"N", "2"}, "a").input({"N", "2"}, "b").output("s").output("l").output("t");
    m.node("Exp", {"b"}, {"e"}).node("Concat", {"a", "e"}, {"c"}).with("axis", std::int64_t{1});
    m.node("Softmax", {"c"}, {"s"});
    m.node("ReduceMax", {"c"}, {"l"}).with("axes", std::vector<std::int64_t>{1});
    m.node("ReduceMin", {"c"}, {"t"}).with("axes", std::vector<std::int64_t>{1});
    check(m.import().value().network, [](const row& x) {
        const row c = followed_by(part(x, 0, 2), each(part(x, 2, 2), exp_of));
        row s = each(c, exp_of);
        const double total = std::accumulate(s.begin(), s.end(), 0.0);
        for (double& one : s)
            one /= total;
        return followed_by(
            s, {*std::max_element(c.begin(), c.end()), *std::min_element(c.begin(), c.end())});
    });
}

TEST_CASE("inputs have the free batch in common, or none has") {
    const auto two = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
        small_model m;
        m.input(a, "a").input(b, "b").output().node("Mul", {"a", "b"});
        return m;
    };
    const std::string expected =
        "expected the free batch 'N' of input 'a' as the leading extent of "
        "all inputs, found ";
    CHECK_THAT(refusal_of(two({"N", "2"}, {"2"})),
               contains(expected + "2 of 'b'. Fix it: --batch 1, or "
                                   "bind 'b' to a constant"));
    CHECK_THAT(refusal_of(two({"N", "2"}, {})), contains(expected + "none of 'b'"));
    CHECK_THAT(refusal_of(two({"N", "2"}, {"1", "2"})), contains(expected + "1 of 'b'"));
    import_options one;
    one.batch = 1;
    CHECK_FALSE(two({"N", "2"}, {"2"}).import(one).value().batch_is_free);
    CHECK(two({"N", "2"}, {"1", "2"}).import(one).value().batch_is_free);
    CHECK(two({"1", "2"}, {"1", "2"}).import().value().batch_is_free);
    const auto named = two({"N", "2"}, {"M", "2"}).import().value();
    CHECK(named.batch_is_free);
    REQUIRE(named.notes.size() == 1);
    CHECK_THAT(named.notes[0], contains("the leading extent 'M' of input 'b' is taken to be 'N'"));

    small_model mixed; // one output's rows mix
    mixed.input({"N", "2"}, "a").output("y").output("z").node("Tanh", {"a"}, {"y"});
    mixed.node("ReduceSum", {"a"}, {"z"}).with("keepdims", std::int64_t{0});
    CHECK_THAT(refusal_of(mixed),
               contains("ReduceSum of 'z' mixes the rows of the free batch 'N'"));
}

TEST_CASE("a constant among the outputs is the same for each row") {
    small_model m;
    m.input({"N", "2"}).output("y").output("k").floats("k0", {3}, {1, 2, -3});
    m.node("Tanh", {"x"}, {"y"}).node("Identity", {"k0"}, {"k"});
    const auto network = m.import().value();
    CHECK(network.batch_is_free);
    REQUIRE(network.notes.size() == 1);
    CHECK_THAT(network.notes[0], contains("output 'k' is constant: the same for each row"));
    check(network.network, [](const row& x) {
        return followed_by(each(x, tanh_of), {1.0, 2.0, -3.0});
    });
    import_options only;
    only.output = "k";
    CHECK_THAT(refusal_of(m, only),
               contains("output 'k' doesn't depend on the rows of the free batch 'N'. Fix it: "
                        "--batch 1"));
    // Then there is a network of them alone, whatever the input.
    only.batch = 1;
    const auto alone = m.import(only).value().network;
    CHECK(codegen::evaluate(codegen::plan_graph(alone).value(),
                            std::array{std::numeric_limits<float>::infinity(), 0.0f}) ==
          std::vector<float>{1.0f, 2.0f, -3.0f});
}

TEST_CASE("normalisations, pads and sums of functions are made of layers") {
    small_model m(18);
    m.input({"N", "6"}).output("l").output("p").output("e").output("s");
    m.floats("scale", {6}, {1, 2, 3, -1, 0.5f, 1}).floats("bias", {6}, {0, 1, 0, 1, 0, 1});
    m.node("LayerNormalization", {"x", "scale", "bias"}, {"l"});
    m.integers("pads", {0, 2, 0, -1}).floats("seven", {}, {7});
    m.node("Pad", {"x", "pads", "seven"}, {"p"});
    m.integers("axes", {1});
    m.node("ReduceLogSumExp", {"x", "axes"}, {"e"}).node("ReduceL2", {"x", "axes"}, {"s"});
    const auto network = m.import().value();
    CHECK(network.batch_is_free);
    check(network.network, [](const row& x) {
        const double mean = std::accumulate(x.begin(), x.end(), 0.0) / 6.0;
        double square = 0.0, sum = 0.0, total = 0.0;
        for (double v : x) {
            square += (v - mean) * (v - mean) / 6.0;
            sum += v * v;
            total += std::exp(v);
        }
        const row scale = {1, 2, 3, -1, 0.5, 1}, bias = {0, 1, 0, 1, 0, 1};
        row y;
        for (std::size_t i = 0; i < 6; ++i)
            y.push_back((x[i] - mean) / std::sqrt(square + static_cast<double>(1e-5f)) * scale[i] +
                        bias[i]);
        y = followed_by(y, {7, 7, x[0], x[1], x[2], x[3], x[4]});
        return followed_by(y, {std::log(total), std::sqrt(sum)});
    });
}

TEST_CASE("pads of any size are refused or done") {
    small_model m(18);
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    m.input({"N", "2"}).output().integers("pads", {0, least, 0, 0}).node("Pad", {"x", "pads"});
    CHECK_THAT(refusal_of(m), contains("expected pads of at most 16777216, found -9223372036854"));
}

TEST_CASE("graphs may have 16 inputs and outputs") {
    small_model m;
    std::vector<std::string> all;
    for (int i = 0; i < 17; ++i) {
        all.push_back("x" + std::to_string(i));
        m.input({"N", "2"}, all.back());
    }
    m.output().node("Sum", all);
    CHECK_THAT(refusal_of(m), contains("expected at most 16 inputs, found 17 ('x0', 'x1', "));
    small_model outputs;
    outputs.input({"N", "2"});
    for (int i = 0; i < 17; ++i)
        outputs.output("y" + std::to_string(i)).node("Tanh", {"x"}, {"y" + std::to_string(i)});
    CHECK_THAT(refusal_of(outputs), contains("expected at most 16 outputs, found 17"));
}

namespace {

// What the kernels make of a row.
std::vector<float> computed(const small_model& m, const std::vector<float>& x) {
    const auto network = m.import().value().network;
    return codegen::evaluate(codegen::plan_graph(network).value(), x);
}

constexpr int of_int = ::onnx::TensorProto::INT64;
constexpr int of_bool = ::onnx::TensorProto::BOOL;

} // namespace

TEST_CASE("indices of the largest and the least, the first or the last of equal ones") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    small_model m; // [2, 3], along both axes
    m.input({"1", "2", "3"}).output("most").output("least").output("last").output("hard");
    m.node("ArgMax", {"x"}, {"most"}).with("axis", std::int64_t{2});
    m.node("ArgMin", {"x"}, {"least"}).with("axis", std::int64_t{1});
    m.with("keepdims", std::int64_t{0});
    m.node("ArgMax", {"x"}, {"last"}).with("axis", std::int64_t{-1});
    m.with("select_last_index", std::int64_t{1});
    m.node("Hardmax", {"x"}, {"hard"}).with("axis", std::int64_t{2});
    CHECK(m.import().value().batch_is_free);
    CHECK(computed(m, {1, 4, 4, -2, -1, -2}) ==
          std::vector<float>{1, 1, 1, 1, 1, 2, 1, 0, 1, 0, 0, 1, 0});
    CHECK(computed(m, {7, 7, 7, 0, -0.0f, 0}) ==
          std::vector<float>{0, 0, 1, 1, 1, 2, 2, 1, 0, 0, 1, 0, 0});
    CHECK(computed(m, {nan, 1, 2, 0, 0, 1})[0] == 0.0f);
}

TEST_CASE("products, running sums, triangles and what is no number") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float inf = std::numeric_limits<float>::infinity();
    small_model m(17);
    m.input({"1", "2", "3"}).output("p").output("c").output("t").output("n").output("i");
    m.integers("axis", {2}).integers("k", {1});
    m.node("ReduceProd", {"x"}, {"p"}).with("axes", std::vector<std::int64_t>{1});
    m.node("CumSum", {"x", "axis"}, {"c"}).with("reverse", std::int64_t{1});
    m.with("exclusive", std::int64_t{1});
    m.node("Trilu", {"x", "k"}, {"t"});
    m.node("IsNaN", {"x"}, {"n"});
    m.node("IsInf", {"x"}, {"i"}).with("detect_positive", std::int64_t{0});
    CHECK(computed(m, {1, 2, 3, 4, 5, 6}) == std::vector<float>{4, 10, 18, 5, 3, 0, 11, 6, 0,
                                                                0, 2,  3,  0, 0, 6, 0,  0, 0,
                                                                0, 0,  0,  0, 0, 0, 0,  0, 0});
    const std::vector<float> y = computed(m, {nan, -inf, inf, 0, 1, 2});
    CHECK(std::vector<float>(y.end() - 12, y.end()) ==
          std::vector<float>{1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("integers and truths select, index and are compared") {
    small_model m;
    m.input({"1", "3"}, "at", of_int).input({"1", "3"}, "choice", of_bool);
    m.output("g").output("w").output("p").output("b").output("s");
    m.floats("table", {3, 2}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f});
    m.floats("high", {3}, {10, std::numeric_limits<float>::infinity(), 30}).floats("low", {}, {-1});
    m.integers("two", {2}).integers("limits", {1, -1, 5});
    m.node("Gather", {"table", "at"}, {"g"}); // of 2, -3 and 1
    m.node("Where", {"choice", "high", "low"}, {"w"});
    m.node("Pow", {"at", "two"}, {"p"});
    m.node("Less", {"at", "limits"}, {"is_less"}).node("Xor", {"is_less", "choice"}, {"b"});
    m.node("Max", {"at", "limits"}, {"s"});
    const auto network = m.import().value();
    CHECK(network.notes[0] == "input 'at' is INT64: computed in float, exact up to 2^24");
    CHECK(computed(m, {2, -3, 1, 1, 0, 1}) == std::vector<float>{0.5f, 0.6f, 0.1f, 0.2f, 0.3f, 0.4f,
                                                                 10, -1, 30, 4, 9, 1, 1, 1, 0, 2,
                                                                 -1, 5});
    small_model quotient;
    quotient.input({"1", "3"}, "x", of_int).output().node("Div", {"x", "x"});
    CHECK_THAT(refusal_of(quotient), contains("divides integers that depend on the network's"));
    small_model cut;
    cut.input({"1", "6"}).output().node("Cast", {"x"}).with("to", std::int64_t{of_int});
    const std::vector<float> whole = computed(cut, {1.75f, -1.75f, 0.5f, -0.5f, 3, -16777216});
    CHECK(same_bits(whole, {1, -1, 0, 0, 3, -16777216}));
    small_model shorter;
    shorter.input({"1", "3"}).output().node("Cast", {"x"});
    shorter.with("to", std::int64_t{::onnx::TensorProto::INT8});
    CHECK_THAT(refusal_of(shorter), contains("to INT8, which isn't supported: what doesn't fit"));
    small_model bits;
    bits.input({"1", "3"}, "x", of_int).output().node("BitwiseAnd", {"x", "x"});
    CHECK_THAT(refusal_of(bits), contains("bits of integers, which are computed as floats"));
    small_model root;
    root.input({"1", "3"}, "x", of_int).output().floats("half", {}, {0.5f});
    root.node("Pow", {"x", "half"});
    CHECK_THAT(refusal_of(root), contains("expected whole exponents of INT64"));
}

TEST_CASE("powers of what flows") {
    small_model m;
    m.input({"N", "3"}).output("a").output("b").output("c");
    m.floats("by", {3}, {1.5f, -2, 0}).floats("number", {}, {2});
    m.node("Exp", {"x"}, {"e"}).node("Pow", {"e", "by"}, {"a"});
    m.node("Pow", {"number", "x"}, {"b"});
    m.node("Softmax", {"x"}, {"s"}).node("Pow", {"e", "s"}, {"c"});
    check(m.import().value().network, [](const row& x) {
        const double total = std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2]);
        row y = {std::exp(1.5 * x[0]), std::exp(-2.0 * x[1]), 1.0};
        for (const double each : x)
            y.push_back(std::exp2(each));
        for (const double each : x)
            y.push_back(std::exp(each * std::exp(each) / total));
        return y;
    });
}

namespace {

// x less its mean, over the root of its mean square, as exporters spell it before opset 17.
struct spelt_norm {
    std::vector<std::string> shape;
    std::vector<std::int64_t> axes;
    bool is_centred = true;
    bool by_inverse = false; // times the inverse of the root
    bool by_product = false; // squares as products
    float share = 1.0f;      // of the mean square

    std::size_t extent(std::size_t axis) const { return std::stoul(shape[axis]); }

    small_model model() const {
        small_model m(11);
        std::vector<std::int64_t> inner;
        for (std::size_t i = 1; i < shape.size(); ++i)
            inner.push_back(static_cast<std::int64_t>(extent(i)));
        const std::size_t last = extent(shape.size() - 1);
        std::vector<float> scale(last), shift(last);
        for (std::size_t i = 0; i < last; ++i) {
            scale[i] = scale_of(i);
            shift[i] = shift_of(i);
        }
        m.input(shape).output().floats("two", {}, {2}).floats("e", {}, {0.01f});
        m.floats("scale", {inner.back()}, scale).floats("shift", {inner.back()}, shift);
        m.floats("share", {}, {share});
        m.node("Tanh", {"x"}, {"h"});
        m.node("ReduceMean", {"h"}, {"m"}).with("axes", axes).node("Sub", {"h", "m"}, {"d"});
        const std::string d = is_centred ? "d" : "h";
        if (by_product)
            m.node("Mul", {d, d}, {"s"});
        else
            m.node("Pow", {d, "two"}, {"s"});
        m.node("ReduceMean", {"s"}, {"v0"}).with("axes", axes);
        m.node(share == 1.0f ? "Identity" : "Mul",
               share == 1.0f ? names{"v0"} : names{"v0", "share"}, {"v"});
        m.node("Add", {"v", "e"}, {"a"}).node("Sqrt", {"a"}, {"r"});
        if (by_inverse)
            m.node("Reciprocal", {"r"}, {"i"}).node("Mul", {"i", d}, {"n"});
        else
            m.node("Div", {d, "r"}, {"n"});
        m.node("Mul", {"n", "scale"}, {"o"});
        m.node(is_centred ? "Add" : "Identity", is_centred ? names{"o", "shift"} : names{"o"});
        return m;
    }

    static float scale_of(std::size_t i) { return 0.5f + 0.25f * static_cast<float>(i % 5); }
    static float shift_of(std::size_t i) { return 0.125f * static_cast<float>(i % 7); }

    // Rows of one or two axes, along either.
    row meaning(const row& x) const {
        const row h = each(x, tanh_of);
        const bool is_flat = shape.size() == 2;
        const std::size_t last = extent(shape.size() - 1), first = is_flat ? 1 : extent(1);
        const bool along_last = axes[0] == -1;
        row y(x.size());
        for (std::size_t part = 0; part < (along_last ? first : last); ++part) {
            const std::size_t wide = along_last ? last : first;
            const auto at = [&](std::size_t i) {
                return along_last ? part * last + i : i * last + part;
            };
            double mean = 0.0, square = 0.0;
            for (std::size_t i = 0; i < wide && is_centred; ++i)
                mean += h[at(i)] / static_cast<double>(wide);
            for (std::size_t i = 0; i < wide; ++i)
                square += (h[at(i)] - mean) * (h[at(i)] - mean) / static_cast<double>(wide);
            square *= static_cast<double>(share);
            for (std::size_t i = 0; i < wide; ++i) {
                const std::size_t k = at(i) % last;
                y[at(i)] = (h[at(i)] - mean) / std::sqrt(square + static_cast<double>(0.01f)) *
                               static_cast<double>(scale_of(k)) +
                           (is_centred ? static_cast<double>(shift_of(k)) : 0.0);
            }
        }
        return y;
    }
};

} // namespace

TEST_CASE("layer_norm and rms_norm are known however they are spelt") {
    for (const auto& shape : {names{"N", "20"}, names{"N", "12", "16"}, names{"N", "4", "6"}})
        for (const bool is_centred : {true, false})
            for (const bool other : {false, true}) {
                const spelt_norm one{shape, {-1}, is_centred, other, other};
                const auto network = one.model().import().value();
                INFO(shape.size() << " axes, " << (is_centred ? "centred, " : "") << other);
                CHECK(network.batch_is_free);
                CHECK(kinds(network.network) ==
                      ops{ir::op::input, ir::op::tanh,
                          is_centred ? ir::op::layer_norm : ir::op::rms_norm});
                check(network.network, [&](const row& x) { return one.meaning(x); });
            }
}

TEST_CASE("a norm across positions is one between walks") {
    const spelt_norm one{{"N", "12", "16"}, {1}};
    const auto network = one.model().import().value().network;
    const ops found = kinds(network);
    CHECK(std::count(found.begin(), found.end(), ir::op::layer_norm) == 1);
    CHECK(std::count(found.begin(), found.end(), ir::op::dense) == 0);
    check(network, [&](const row& x) { return one.meaning(x); });
}

TEST_CASE("what is nearly a norm is none") {
    for (const auto& shape : {names{"N", "20"}, names{"N", "12", "16"}}) {
        spelt_norm one{shape, {-1}}; // Bessel's correction
        one.share = 1.0625f;
        const auto network = one.model().import().value().network;
        const ops found = kinds(network);
        CHECK(std::count(found.begin(), found.end(), ir::op::layer_norm) == 0);
        check(network, [&](const row& x) { return one.meaning(x); });
    }
}

TEST_CASE("a norm of other parts than the means is none of what was before these") {
    small_model m(11);
    m.input({"N", "3", "4"}).output().floats("two", {}, {2}).floats("e", {}, {0.01f});
    const auto mean = [&m](const std::string& of, const std::string& to, std::int64_t axis) {
        m.node("ReduceMean", {of}, {to}).with("axes", std::vector<std::int64_t>{axis});
    };
    m.node("Tanh", {"x"}, {"h"});
    mean("h", "m", 2);
    m.node("Sub", {"h", "m"}, {"d"}).node("Pow", {"d", "two"}, {"s"});
    mean("s", "v", 1);
    m.node("Add", {"v", "e"}, {"a"}).node("Sqrt", {"a"}, {"r"}).node("Div", {"d", "r"});
    const auto network = m.import().value().network;
    const ops found = kinds(network);
    CHECK(std::count(found.begin(), found.end(), ir::op::layer_norm) == 0);
    check(network, [](const row& x) {
        row d = each(x, tanh_of), y(12);
        for (std::size_t r = 0; r < 12; r += 4) {
            const double of_row = (d[r] + d[r + 1] + d[r + 2] + d[r + 3]) / 4.0;
            for (std::size_t k = 0; k < 4; ++k)
                d[r + k] -= of_row;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            const double square = (d[k] * d[k] + d[4 + k] * d[4 + k] + d[8 + k] * d[8 + k]) / 3.0;
            for (std::size_t r = 0; r < 12; r += 4)
                y[r + k] = d[r + k] / std::sqrt(square + static_cast<double>(0.01f));
        }
        return y;
    });
}

TEST_CASE("gathers without a stride are few walks where a dense layer would be more work") {
    const auto gathered = [](std::int64_t axis, const std::vector<std::int64_t>& at) {
        small_model m;
        m.input({"N", "28", "16"}).output().integers("at", at).node("Tanh", {"x"}, {"h"});
        m.node("Gather", {"h", "at"}, {"g"}).with("axis", axis);
        m.node("Softmax", {"g"}).with("axis", std::int64_t{2});
        return m.import().value().network;
    };
    const auto softmax_of = [](std::size_t wide, const row& x) {
        row y;
        for (std::size_t start = 0; start < x.size(); start += wide) {
            double total = 0.0;
            for (std::size_t i = start; i < start + wide; ++i)
                total += std::exp(x[i]);
            for (std::size_t i = start; i < start + wide; ++i)
                y.push_back(std::exp(x[i]) / total);
        }
        return y;
    };
    const std::vector<std::int64_t> columns = {3, 1, 7, 7, 15}, rows = {20, 3, 4, 9, 0};
    const auto across = gathered(2, columns), along = gathered(1, rows);
    for (const codegen::graph* const network : {&across, &along}) {
        const ops found = kinds(*network);
        CHECK(std::count(found.begin(), found.end(), ir::op::dense) == 0);
        CHECK(std::count(found.begin(), found.end(), ir::op::concat) > 0);
    }
    check(
        across,
        [&](const row& x) {
            row chosen;
            for (std::size_t r = 0; r < 28; ++r)
                for (const std::int64_t k : columns)
                    chosen.push_back(std::tanh(x[r * 16 + static_cast<std::size_t>(k)]));
            return softmax_of(5, chosen);
        },
        source::compiled);
    check(along, [&](const row& x) {
        row chosen;
        for (const std::int64_t r : rows)
            for (std::size_t k = 0; k < 16; ++k)
                chosen.push_back(std::tanh(x[static_cast<std::size_t>(r) * 16 + k]));
        return softmax_of(16, chosen);
    });
}
