// SPDX-License-Identifier: MIT
// Gradients of graphs against the chain rule in double, and that against finite differences; the
// same bits with any number of threads.

#include "support/compare.hpp"
#include "support/training.hpp"

#include <laminate/train/look/layer_values.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace lam = laminate;
using lam::ir::op;

namespace {

// Nodes one behind the other; each call says what it reads and returns its number.
template <std::size_t N>
struct drawn {
    std::array<lam::ir::node, N> nodes = {};
    std::size_t count = 0;

    constexpr std::size_t add(lam::ir::node n, std::initializer_list<std::size_t> reads) {
        std::size_t k = 0;
        for (const std::size_t from : reads)
            n.inputs[k++] = from;
        nodes[count] = n;
        return count++;
    }
    constexpr std::size_t input(std::size_t units) {
        return add({.kind = op::input, .output = lam::vector_shape(units)}, {});
    }
    constexpr std::size_t dense(std::size_t from, std::size_t units) {
        return add({.kind = op::dense, .units = units}, {from});
    }
    constexpr std::size_t dense(std::size_t from, std::size_t units, op function) {
        return of(function, {dense(from, units)});
    }
    constexpr std::size_t of(op kind, std::initializer_list<std::size_t> reads) {
        return add({.kind = kind}, reads);
    }
    constexpr std::size_t slice(std::size_t from, std::size_t begin, std::size_t units) {
        return add({.kind = op::slice, .units = units, .begin = begin}, {from});
    }
};

// A network whose nodes Draw gives.
template <class Draw>
struct graph : lam::network_base {};

template <class Draw>
constexpr auto drawn_nodes() {
    drawn<40> all;
    Draw::draw(all);
    return all;
}

} // namespace

template <class Draw>
struct lam::detail::checked<graph<Draw>> {
    static constexpr auto nodes = [] {
        constexpr auto all = drawn_nodes<Draw>();
        std::array<lam::ir::node, all.count> found = {};
        std::copy_n(all.nodes.begin(), found.size(), found.begin());
        lam::ir::infer(found);
        return found;
    }();
    static constexpr std::array<std::string_view, 0> names = {};
    static_assert(lam::ir::check(nodes).kind == lam::ir::mistake_kind::accepted);
};

namespace {

// Two residual blocks; the second adds to the sum of the first.
struct residual {
    static constexpr void draw(auto& g) {
        std::size_t x = g.dense(g.input(5), 19, op::relu);
        for (int block = 0; block < 2; ++block) {
            const std::size_t inside = g.dense(g.dense(x, 21, op::relu), 19);
            x = g.of(op::relu, {g.of(op::add, {inside, x})});
        }
        g.dense(x, 3);
    }
};

// Every function of two values over branches of W units, each with a unit of its own too; values
// that two, three and more read, as sums of which they are and as functions in a line.
template <std::size_t W>
struct gates {
    static constexpr void draw(auto& g) {
        const std::size_t in = g.input(6);
        const std::size_t a = g.dense(in, W, op::tanh);
        const std::size_t b = g.dense(in, W, op::gelu);
        const std::size_t one = g.dense(in, 1, op::softplus);
        const std::size_t above = g.of(op::softplus, {b});
        const std::size_t product = g.of(op::multiply, {a, b});
        const std::size_t quotient = g.of(op::divide, {product, above});
        const std::size_t scaled = g.of(op::multiply, {one, quotient});
        const std::size_t inverse = g.of(op::divide, {a, one});
        const std::size_t over = g.of(op::divide, {one, above});
        const std::size_t most = g.of(op::maximum, {scaled, inverse});
        const std::size_t least = g.of(op::minimum, {over, a});
        const std::size_t clipped = g.of(op::minimum, {most, one});
        const std::size_t raised = g.of(op::maximum, {one, least});
        const std::size_t difference = g.of(op::subtract, {clipped, raised});
        const std::size_t shifted = g.of(op::subtract, {difference, one});
        const std::size_t from_one = g.of(op::subtract, {one, shifted});
        const std::size_t square = g.of(op::multiply, {from_one, from_one});
        const std::size_t is_less = g.of(op::less, {one, b});
        const std::size_t kept = g.of(op::when, {is_less, a});
        const std::size_t chosen = g.of(op::add, {kept, g.of(op::unless, {is_less, above})});
        const std::size_t powers = g.of(op::multiply, {chosen, g.of(op::power, {above, a})});
        g.dense(g.of(op::add, {g.of(op::add, {one, square}), powers}), 2);
    }
};

// Values of 16, 3, W and 6 units one behind the other, an input among them, cut up again: parts
// that overlap, begin anywhere, are read together with the whole, or by a concat of their own.
template <std::size_t W>
struct parts {
    static constexpr void draw(auto& g) {
        const std::size_t in = g.input(6);
        const std::size_t a = g.dense(in, 3, op::tanh);
        const std::size_t b = g.of(op::gelu, {g.dense(in, W)});
        const std::size_t line = g.dense(in, 16);
        const std::size_t all = g.of(op::concat, {line, a, b, in});
        const std::size_t first = g.slice(all, 0, W + 2);
        const std::size_t second = g.slice(all, 5, W + 2);
        const std::size_t product = g.of(op::multiply, {first, second});
        const std::size_t again = g.of(op::concat, {product, a, g.slice(product, W, 2), all});
        const std::size_t fused = g.slice(g.dense(in, 20, op::tanh), 3, 9);
        const std::size_t function = g.slice(g.of(op::gelu, {g.dense(in, 6)}), 1, 4);
        const std::size_t end =
            g.of(op::concat, {g.of(op::tanh, {again}), fused, function, g.dense(in, 5)});
        g.dense(g.dense(end, 4, op::relu), 2);
    }
};

// What softmax, maxout, slopes and functions give to values that others read, too.
struct readers {
    static constexpr void draw(auto& g) {
        const std::size_t in = g.of(op::affine, {g.input(8)});
        const std::size_t x = g.dense(in, 24, op::elu);
        const std::size_t shares = g.add({.kind = op::softmax, .groups = 4}, {x});
        const std::size_t log_shares = g.add({.kind = op::log_softmax, .groups = 3}, {x});
        const std::size_t largest = g.add({.kind = op::maxout, .pieces = 3}, {x});
        const std::size_t slope = g.of(op::prelu, {x});
        const std::size_t both = g.of(op::add, {shares, log_shares});
        const std::size_t silu = g.add({.kind = op::swish, .alpha = 1.0f}, {x});
        const std::size_t product = g.of(op::multiply, {both, g.of(op::tanh, {silu})});
        const std::size_t sum = g.of(op::subtract, {product, slope});
        const std::size_t whole = g.of(op::softmax, {sum});
        const std::size_t next =
            g.add({.kind = op::maxout, .pieces = 2}, {g.of(op::concat, {largest, whole, sum, in})});
        g.of(op::sigmoid, {g.dense(next, 5)});
    }
};

// What one unit of a row is, read beside the row: normalised by hand, and twice of the same values.
struct normalised {
    static constexpr void draw(auto& g) {
        const std::size_t x = g.dense(g.input(5), 19, op::tanh);
        const std::size_t centred = g.of(op::subtract, {x, g.of(op::mean, {x})});
        const std::size_t spread =
            g.add({.kind = op::rsqrt, .alpha = 0.125f}, {g.of(op::mean_square, {centred})});
        const std::size_t whole = g.of(op::sum, {g.of(op::multiply, {centred, spread})});
        const std::size_t y = g.dense(g.of(op::multiply, {spread, g.of(op::add, {x, whole})}), 17);
        g.of(op::concat, {g.of(op::mean_square, {y}), g.of(op::sum, {y}), g.of(op::mean, {y})});
    }
};

// Norms of inputs, of parts and of what others read, too.
struct norms {
    static constexpr lam::ir::node of_groups(op kind, std::size_t groups) {
        return {.kind = kind, .groups = groups, .alpha = 0.01f};
    }
    static constexpr void draw(auto& g) {
        const std::size_t in = g.add(of_groups(op::layer_norm, 1), {g.input(9)});
        std::size_t x = g.dense(in, 21, op::relu);
        const std::size_t first = g.add(of_groups(op::layer_norm, 3), {x});
        const std::size_t second = g.add(of_groups(op::rms_norm, 1), {x});
        x = g.dense(g.of(op::add, {g.of(op::tanh, {first}), second}), 20);
        x = g.add(of_groups(op::rms_norm, 5), {g.of(op::elu, {x})});
        g.add(of_groups(op::layer_norm, 1), {g.dense(g.of(op::gelu, {x}), 4)});
    }
};

// Dueling networks: the value of a state, beside how much better each action is than the best.
struct dueling {
    static constexpr void draw(auto& g) {
        const std::size_t x = g.dense(g.input(4), 16, op::relu);
        const std::size_t better = g.dense(g.dense(x, 17, op::relu), 6);
        const std::size_t best = g.add({.kind = op::maxout, .pieces = 6}, {better});
        const std::size_t state = g.dense(g.dense(x, 7, op::relu), 1);
        g.of(op::add, {state, g.of(op::subtract, {better, best})});
    }
};

// Shared blocks of all that learns: two towers on parts of the input (wide enough for several parts
// of weights), and narrow layers three times in a row, once in front of a maxout that would have
// others ordered; one place of a dense layer computes the function behind it, another doesn't.
struct towers
    : lam::network<lam::input<80> |
                   lam::add(
                       lam::slice<0, 40> |
                           lam::shared<"tower">(lam::dense<150> | lam::layer_norm | lam::prelu),
                       lam::slice<40, 80> |
                           lam::shared<"tower">(lam::dense<150> | lam::layer_norm | lam::prelu)) |
                   lam::dense<6> |
                   lam::repeat<2>(lam::shared<"narrow">(lam::dense<6> | lam::affine) | lam::tanh) |
                   lam::shared<"one">(lam::dense<6>(lam::no_bias)) | lam::sigmoid |
                   lam::shared<"one">(lam::dense<6>(lam::no_bias)) |
                   lam::shared<"narrow">(lam::dense<6> | lam::affine) | lam::maxout<3>> {};

// Rows of several axes: all that learns at each position, wide and narrow; moves of all kinds, of
// values that others read too; products of two values, of which one is a product with itself.
struct axes
    : lam::network<lam::input<5, 3, 4> | lam::dense<17> | lam::relu | lam::dense<9> |
                   lam::as<"map"> | lam::layer_norm | lam::prelu | lam::dropout<0.0f> |
                   lam::subtract(lam::linear, lam::mean) | lam::transpose<2, 0, 1> |
                   lam::pad<1, 0, 0, 2, 2, 0>(lam::value<0.5f>) | lam::tanh | lam::slice<1, 10, 0> |
                   lam::slice<1, 5, 2> | lam::concat<1>(lam::linear, lam::slice<1, 4, 1>) |
                   lam::concat(lam::dense<5>, lam::linear) | lam::maxout<3> |
                   lam::residual(lam::affine | lam::softmax) | lam::reshape<9, 30> |
                   lam::as<"rows"> |
                   lam::concat(lam::matmul<0.25f>(lam::linear, lam::transpose<1, 0>),
                               lam::matmul(lam::from<"map"> | lam::reshape<9, 15>,
                                           lam::from<"rows"> | lam::as_strided<0, 15, 9, 4, 1>)) |
                   lam::dense<3> | lam::flatten | lam::dense<4>> {};
struct attention
    : lam::network<lam::input<6, 8> | lam::residual(lam::layer_norm | lam::self_attention<2>) |
                   lam::residual(lam::rms_norm | lam::dense<20> | lam::gelu | lam::dense<8>) |
                   lam::flatten | lam::dense<5>> {};

using all = std::tuple<graph<residual>, graph<gates<1>>, graph<gates<16>>, graph<gates<17>>,
                       graph<parts<13>>, graph<parts<16>>, graph<readers>, graph<normalised>,
                       graph<norms>, graph<dueling>, towers, axes, attention>;

} // namespace

TEMPLATE_LIST_TEST_CASE("graphs: gradients as the chain rule has them in double", "[train]", all) {
    // One row, fewer and more than a tile, and more than are taken together.
    lam::test::check_gradients<TestType>({1, 3, 70}, 4e-5);
}

TEMPLATE_LIST_TEST_CASE("graphs: the reference agrees with finite differences", "[train]", all) {
    lam::test::check_reference<TestType>(2);
}

// Some of these will do: another optimiser is another trainer, and other stages another pass.
using several = std::tuple<graph<parts<13>>, graph<readers>, graph<normalised>, towers, axes>;
TEMPLATE_LIST_TEST_CASE("graphs: the same bits with any number of threads", "[train]", several) {
    auto one = lam::test::random_model<TestType>(3);
    auto three = lam::test::random_model<TestType>(3);
    lam::trainer alone(one, lam::mean_squared_error{}, lam::adam{});
    lam::trainer shared(three, lam::mean_squared_error{}, lam::adam{}, {.threads = 3});
    const std::vector<float> in = lam::test::random_rows<TestType>(50, 5);
    const std::vector<float> targets = lam::test::targets_of<TestType>(50);
    for (int step = 0; step < 3; ++step) {
        CHECK(alone.step(in, targets).loss == shared.step(in, targets).loss);
        CHECK(lam::test::same_bits(one.packed(), three.packed()));
    }
}

TEMPLATE_LIST_TEST_CASE("graphs: values are those of the model", "[train]", several) {
    const auto model = lam::test::random_model<TestType>(3);
    constexpr std::size_t outputs = lam::model<TestType>::outputs;
    const std::vector<float> in = lam::test::random_rows<TestType>(9, 5);
    std::vector<float> out(9 * outputs);
    model.batch(in, out);
    lam::layer_values<TestType> values(9);
    values.run(model, in);
    const lam::row_view last = values(lam::layer_values<TestType>::count - 1);
    bool same = true;
    for (std::size_t row = 0; row < 9; ++row)
        for (std::size_t unit = 0; unit < outputs; ++unit)
            same = same && lam::test::same_bits(last(row, unit), out[row * outputs + unit]);
    CHECK(same);
}

namespace {

struct actor_critic : lam::network<lam::input<7> | lam::dense<20> | lam::relu |
                                   lam::outputs(lam::dense<4> | lam::softmax,
                                                lam::dense<9> | lam::tanh | lam::dense<1>)> {};
// An output that goes on, two of the same logits, and one of no dense layer.
struct heads
    : lam::network<lam::input<6> | lam::dense<18> | lam::tanh | lam::as<"shared"> | lam::dense<5> |
                   lam::as<"logits"> |
                   lam::outputs(lam::softmax, lam::from<"logits">, lam::dense<2> | lam::sigmoid,
                                lam::from<"shared"> | lam::slice<3, 7>)> {};
struct sensors : lam::network<lam::concat(lam::input<5> | lam::dense<9> | lam::tanh, lam::input<3>,
                                          lam::input<4> | lam::gelu) |
                              lam::dense<2>> {};

// Squared errors of part of the outputs.
lam::test::row_loss squares(const lam::test::numbers& y, std::size_t first, std::size_t count,
                            const float* targets, double share) {
    lam::test::row_loss l = {0.0, lam::test::numbers(y.size(), 0.0)};
    for (std::size_t i = 0; i < count; ++i) {
        const double e = y[first + i] - static_cast<double>(targets[i]);
        l.value += share * e * e / static_cast<double>(count);
        l.gradient[first + i] = share * 2.0 * e / static_cast<double>(count);
    }
    return l;
}
// -ln y[label], of probabilities y.
lam::test::row_loss entropy(const lam::test::numbers& y, std::size_t first, std::size_t label,
                            double share) {
    lam::test::row_loss l = {0.0, lam::test::numbers(y.size(), 0.0)};
    l.value = -share * std::log(y[first + label]);
    l.gradient[first + label] = -share / y[first + label];
    return l;
}
// The same of logits.
lam::test::row_loss logit_entropy(const lam::test::numbers& y, std::size_t first, std::size_t count,
                                  std::size_t label, double share) {
    lam::test::row_loss l = {0.0, lam::test::numbers(y.size(), 0.0)};
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i)
        sum += std::exp(y[first + i]);
    l.value = share * (std::log(sum) - y[first + label]);
    for (std::size_t i = 0; i < count; ++i)
        l.gradient[first + i] = share * (std::exp(y[first + i]) / sum - (i == label ? 1.0 : 0.0));
    return l;
}
lam::test::row_loss sum_of(std::initializer_list<lam::test::row_loss> losses) {
    lam::test::row_loss sum = *losses.begin();
    for (const lam::test::row_loss* l = losses.begin() + 1; l != losses.end(); ++l) {
        sum.value += l->value;
        for (std::size_t i = 0; i < sum.gradient.size(); ++i)
            sum.gradient[i] += l->gradient[i];
    }
    return sum;
}

} // namespace

TEST_CASE("graphs: a loss for each output, with a weight", "[train]") {
    auto model = lam::test::random_model<actor_critic>(7);
    lam::trainer trainer(
        model,
        lam::losses(lam::softmax_cross_entropy{}, lam::weighted{lam::mean_squared_error{}, 0.25f}),
        lam::test::standstill);
    const std::vector<float> in = lam::test::random_rows<actor_critic>(70, 5);
    const auto [classes, values] = [] {
        std::vector<int> labels(70);
        for (std::size_t r = 0; r < labels.size(); ++r)
            labels[r] = static_cast<int>(r % 4);
        std::vector<float> numbers(70);
        lam::test::fill(numbers, 3);
        return std::pair(labels, numbers);
    }();
    const lam::step_result r = trainer.step(in, std::tie(classes, values));
    const auto truth = lam::test::back_propagate(
        lam::plan(actor_critic{}).nodes, lam::codegen::parameters_of(model), in,
        [](const lam::test::numbers& y, std::size_t row) {
            std::vector<float> numbers(70);
            lam::test::fill(numbers, 3);
            return sum_of(
                {entropy(y, 0, row % 4, 1.0 / 70.0), squares(y, 4, 1, &numbers[row], 0.25 / 70.0)});
        });
    CHECK(r.finite);
    CHECK(r.loss == lam::test::approx(truth.loss).epsilon(1e-5));
    CHECK(trainer.loss(in, std::tie(classes, values)) == r.loss);
    CHECK(trainer.loss_of<0>() + trainer.loss_of<1>() == r.loss);
    CHECK(lam::test::worst_difference(trainer.gradients(), truth) < 4e-5);
}

TEST_CASE("graphs: outputs that others read, and several losses of one value", "[train]") {
    auto model = lam::test::random_model<heads>(7);
    lam::trainer trainer(model,
                         lam::losses(lam::softmax_cross_entropy{},
                                     lam::weighted{lam::softmax_cross_entropy{}, 0.5f},
                                     lam::mean_squared_error{}, lam::mean_squared_error{}),
                         lam::test::standstill);
    const std::vector<float> in = lam::test::random_rows<heads>(9, 5);
    const std::vector<int> labels = {0, 1, 2, 3, 4, 0, 1, 2, 3};
    const std::vector<int> others = {4, 4, 3, 3, 2, 2, 1, 1, 0};
    std::vector<float> pairs(18);
    std::vector<float> parts(36);
    lam::test::fill(pairs, 3);
    lam::test::fill(parts, 4);
    const lam::step_result r = trainer.step(in, std::tie(labels, others, pairs, parts));
    const auto truth = lam::test::back_propagate(
        lam::plan(heads{}).nodes, lam::codegen::parameters_of(model), in,
        [&](const lam::test::numbers& y, std::size_t row) {
            return sum_of({entropy(y, 0, static_cast<std::size_t>(labels[row]), 1.0 / 9.0),
                           logit_entropy(y, 5, 5, static_cast<std::size_t>(others[row]), 0.5 / 9.0),
                           squares(y, 10, 2, &pairs[2 * row], 1.0 / 9.0),
                           squares(y, 12, 4, &parts[4 * row], 1.0 / 9.0)});
        });
    CHECK(r.finite);
    CHECK(r.loss == lam::test::approx(truth.loss).epsilon(1e-5));
    CHECK(lam::test::worst_difference(trainer.gradients(), truth) < 4e-5);
}

TEST_CASE("graphs: rows of several inputs", "[train]") {
    auto model = lam::test::random_model<sensors>(7);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::test::standstill);
    const std::vector<float> in = lam::test::random_rows<sensors>(9, 5);
    std::vector<float> five;
    std::vector<std::array<float, 3>> three;
    std::vector<float> four;
    for (std::size_t row = 0; row < 9; ++row) {
        const float* const x = &in[row * 12];
        five.insert(five.end(), x, x + 5);
        three.push_back({x[5], x[6], x[7]});
        four.insert(four.end(), x + 8, x + 12);
    }
    const std::vector<float> targets = lam::test::targets_of<sensors>(9);
    const lam::step_result r = trainer.step(std::tie(five, three, four), targets);
    const auto truth = lam::test::back_propagate(
        lam::plan(sensors{}).nodes, lam::codegen::parameters_of(model), in,
        lam::test::by_number(targets, {9, {}, 2.0}, lam::test::exact_squared));
    CHECK(r.finite);
    CHECK(r.loss == lam::test::approx(truth.loss).epsilon(1e-5));
    CHECK(lam::test::worst_difference(trainer.gradients(), truth) < 4e-5);
}
