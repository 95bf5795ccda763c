// SPDX-License-Identifier: MIT
// Every loss, at every end that fits it, with and without weights, against itself in double, and
// that against finite differences.

#include "support/stopped.hpp"
#include "support/training.hpp"

#include <array>
#include <cstdint>

namespace lam = laminate;
using lam::test::value_and_slope;

namespace {

struct logits : lam::network<lam::input<5> | lam::dense<19>> {};
struct softmaxed : lam::network<lam::input<5> | lam::dense<19> | lam::softmax> {};
struct logarithms : lam::network<lam::input<5> | lam::dense<19> | lam::log_softmax> {};
struct squashed : lam::network<lam::input<5> | lam::dense<19> | lam::sigmoid> {};
struct rectified : lam::network<lam::input<5> | lam::dense<19> | lam::relu> {};
struct one : lam::network<lam::input<5> | lam::dense<1> | lam::sigmoid> {};

constexpr std::size_t rows = 37;
constexpr std::size_t wide = 19;

std::vector<float> numbers_in(std::size_t count, std::uint64_t seed, float low, float high) {
    std::vector<float> all(count);
    lam::test::fill(all, seed, 1.0f);
    for (float& f : all)
        f = low + (f + 1.0f) / 2.0f * (high - low);
    return all;
}

// Trains a step on Network; the loss and the gradients must be those of `exact`, a function of the
// network's values. `scale` makes outputs large, where losses saturate.
template <class Network, class Loss, class Targets>
void check(const Loss& loss, const Targets& targets, std::span<const float> weights,
           const lam::test::loss_function& exact, float scale = 1.0f) {
    auto model = lam::test::random_model<Network>(5);
    for (float& w : model.packed())
        w *= scale;
    const std::vector<float> in = lam::test::random_rows<Network>(rows, 6);
    lam::trainer trainer(model, loss, lam::test::standstill);
    const lam::step_result r = trainer.step(in, targets, weights);
    const auto nodes = lam::plan(Network{}).nodes;
    const auto parameters = lam::codegen::parameters_of(model);
    const auto truth = lam::test::back_propagate(nodes, parameters, in, exact);
    const auto few = std::span(in).first(4 * lam::model<Network>::inputs);
    CHECK(lam::test::worst_of_differences(nodes, parameters, few, exact) < 1e-4);
    CHECK(r.finite);
    CHECK(r.loss == laminate::test::approx(truth.loss).epsilon(3e-6 * static_cast<double>(scale)));
    CHECK(trainer.loss(in, targets, weights) == r.loss);
    CHECK(lam::test::worst_difference(trainer.gradients(), truth) <
          5e-6 * static_cast<double>(scale));
}

// The losses of numbers, at any end.
template <class Network, class Loss, class Function>
void check_numbers(const Loss& loss, const Function& f) {
    const std::vector<float> targets = numbers_in(rows * wide, 8, -2.0f, 2.0f);
    const std::vector<float> weights = numbers_in(rows, 9, 0.0f, 3.0f);
    for (const std::span<const float> given : {std::span<const float>{}, std::span(weights)})
        check<Network>(loss, targets, given, lam::test::by_number(targets, {rows, given, wide}, f));
}

double softplus(double x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0); }

// From the value p at the end of a network, or from logits; both must be the same loss.
value_and_slope exact_logistic(double x, double t, double positive) {
    const double p = 1.0 / (1.0 + std::exp(-x));
    return {positive * t * softplus(-x) + (1.0 - t) * softplus(x),
            (1.0 - t) * p - positive * t * (1.0 - p)};
}

} // namespace

TEST_CASE("losses: of numbers", "[train]") {
    const auto absolute = [](double y, double t, std::size_t) {
        return value_and_slope{std::abs(y - t), y > t ? 1.0 : -1.0};
    };
    const auto huber = [](double y, double t, std::size_t) {
        const double e = y - t;
        if (std::abs(e) <= 0.75) return value_and_slope{e * e / 2.0, e};
        return value_and_slope{0.75 * (std::abs(e) - 0.375), e > 0.0 ? 0.75 : -0.75};
    };
    check_numbers<logits>(lam::mean_squared_error{}, lam::test::exact_squared);
    check_numbers<squashed>(lam::mean_squared_error{}, lam::test::exact_squared);
    check_numbers<softmaxed>(lam::mean_squared_error{}, lam::test::exact_squared);
    check_numbers<rectified>(lam::mean_absolute_error{}, absolute);
    check_numbers<logits>(lam::huber{.delta = 0.75f}, huber);
}

TEST_CASE("losses: binary cross-entropy, of logits and behind a sigmoid", "[train]") {
    const std::vector<float> targets = numbers_in(rows * wide, 8, 0.0f, 1.0f);
    const std::vector<float> weights = numbers_in(rows, 9, 0.0f, 3.0f);
    const std::vector<float> positive = numbers_in(wide, 10, 0.5f, 4.0f);
    for (const std::vector<float>& c : {std::vector<float>{}, positive})
        for (const std::span<const float> given : {std::span<const float>{}, std::span(weights)})
            for (const float scale : {1.0f, 40.0f}) {
                const auto exact = lam::test::by_number(
                    targets, {rows, given, wide}, [&](double x, double t, std::size_t i) {
                        return exact_logistic(x, t, c.empty() ? 1.0 : static_cast<double>(c[i]));
                    });
                const lam::binary_cross_entropy loss{.positive_weights = c};
                check<logits>(loss, targets, given, exact, scale);
                // The same loss of the same logits: the truth is that of the network without the
                // sigmoid, whose parameters are the same.
                auto model = lam::test::random_model<squashed>(5);
                auto bare = lam::test::random_model<logits>(5);
                const std::vector<float> in = lam::test::random_rows<logits>(rows, 6);
                lam::trainer a(model, loss, lam::test::standstill);
                lam::trainer b(bare, loss, lam::test::standstill);
                CHECK(a.step(in, targets, given).loss == b.step(in, targets, given).loss);
                CHECK(std::ranges::equal(a.gradient(), b.gradient()));
            }
}

TEST_CASE("losses: binary cross-entropy takes integers, one for each output", "[train]") {
    auto model = lam::test::random_model<one>(5);
    const std::vector<float> in = lam::test::random_rows<one>(rows, 6);
    std::vector<float> numbers(rows);
    std::vector<std::uint8_t> labels(rows);
    for (std::size_t r = 0; r < rows; ++r)
        numbers[r] = labels[r] = r % 3 == 0 ? 1 : 0;
    lam::trainer trainer(model, lam::binary_cross_entropy{}, lam::test::standstill);
    const double loss = trainer.step(in, labels).loss;
    CHECK(loss == trainer.step(in, numbers).loss);
    CHECK(loss > 0.0);
}

TEST_CASE("losses: softmax cross-entropy, of classes and of probabilities", "[train]") {
    std::vector<int> labels(rows);
    for (std::size_t r = 0; r < rows; ++r)
        labels[r] = static_cast<int>(r * 7 % wide);
    std::vector<float> probabilities = numbers_in(rows * wide, 8, 0.0f, 2.0f / wide);
    const std::vector<float> weights = numbers_in(rows, 9, 0.0f, 3.0f);
    const std::vector<float> classes = numbers_in(wide, 10, 0.5f, 4.0f);
    for (const bool hard : {true, false})
        for (const std::vector<float>& c : {std::vector<float>{}, classes})
            for (const std::span<const float> given :
                 {std::span<const float>{}, std::span(weights)})
                for (const float scale : {1.0f, 40.0f}) {
                    const auto t = [&](std::size_t r, std::size_t k) {
                        const double of_class = c.empty() ? 1.0 : static_cast<double>(c[k]);
                        return of_class *
                               (hard ? (static_cast<std::size_t>(labels[r]) == k ? 1.0 : 0.0)
                                     : static_cast<double>(probabilities[r * wide + k]));
                    };
                    double sum = 0.0;
                    for (std::size_t r = 0; r < rows; ++r) {
                        const double w = given.empty() ? 1.0 : static_cast<double>(given[r]);
                        double all = c.empty() ? 1.0 : 0.0;
                        for (std::size_t k = 0; k < wide && !c.empty(); ++k)
                            all += t(r, k);
                        sum += w * all;
                    }
                    const auto exact = [&](const lam::test::numbers& x, std::size_t r) {
                        const double w =
                            (given.empty() ? 1.0 : static_cast<double>(given[r])) / sum;
                        const double highest = *std::max_element(x.begin(), x.end());
                        double total = 0.0;
                        double all = 0.0;
                        for (const double v : x)
                            total += std::exp(v - highest);
                        lam::test::row_loss l;
                        for (std::size_t k = 0; k < wide; ++k) {
                            all += t(r, k);
                            l.value += w * t(r, k) * (highest - x[k] + std::log(total));
                        }
                        for (std::size_t k = 0; k < wide; ++k)
                            l.gradient.push_back(
                                w * (all * std::exp(x[k] - highest) / total - t(r, k)));
                        return l;
                    };
                    const lam::softmax_cross_entropy loss{.class_weights = c};
                    if (hard) {
                        check<logits>(loss, labels, given, exact, scale);
                        check<logarithms>(loss, labels, given, exact, scale);
                    } else
                        check<logits>(loss, probabilities, given, exact, scale);
                    auto model = lam::test::random_model<softmaxed>(5);
                    auto bare = lam::test::random_model<logits>(5);
                    const std::vector<float> in = lam::test::random_rows<logits>(rows, 6);
                    lam::trainer a(model, loss, lam::test::standstill);
                    lam::trainer b(bare, loss, lam::test::standstill);
                    CHECK(a.step(in, labels, given).loss == b.step(in, labels, given).loss);
                    CHECK(std::ranges::equal(a.gradient(), b.gradient()));
                }
}

TEST_CASE("losses: stay finite where probabilities underflow", "[train]") {
    auto model = lam::test::random_model<softmaxed>(5);
    for (float& w : model.packed())
        w *= 200.0f;
    const std::vector<float> in = lam::test::random_rows<softmaxed>(rows, 6);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::test::standstill);
    const lam::step_result r = trainer.step(in, std::vector<int>(rows, 3));
    CHECK(r.finite);
    CHECK(r.loss > 104.0); // -ln of the smallest float
}

TEST_CASE("losses: rows of weight 0 take no part", "[train]") {
    auto model = lam::test::random_model<softmaxed>(5);
    std::vector<float> in = lam::test::random_rows<softmaxed>(4, 6);
    const std::vector<int> labels = {1, 2, 3, 4};
    const std::vector<float> weights = {1.0f, 0.0f, 1.0f, 0.0f};
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::test::standstill);
    const double loss = trainer.loss(in, labels, weights);
    std::vector<float> fewer(in.begin(), in.begin() + 5);
    fewer.insert(fewer.end(), in.begin() + 10, in.begin() + 15);
    CHECK(loss ==
          laminate::test::approx(trainer.loss(fewer, std::vector<int>{1, 3})).epsilon(1e-6));
    CHECK(trainer.loss(in, labels, std::vector<float>(4, 0.0f)) == 0.0);
}

TEST_CASE("losses: weights that don't fit are refused", "[train]") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float inf = std::numeric_limits<float>::infinity();
    using lam::test::contains;
    auto model = lam::test::random_model<logits>(5);
    const auto refused = [&model](auto loss) {
        try {
            const lam::trainer trainer(model, std::move(loss), lam::test::standstill);
        } catch (const lam::exception& why) {
            return std::string(why.what());
        }
        return std::string();
    };
    const auto ones_but = [](std::size_t count, float last) {
        std::vector<float> all(count, 1.0f);
        all.back() = last;
        return all;
    };
    const auto classes = [&](std::size_t count, float last) {
        return refused(lam::softmax_cross_entropy{.class_weights = ones_but(count, last)});
    };
    const auto positives = [&](std::size_t count, float last) {
        return refused(lam::binary_cross_entropy{.positive_weights = ones_but(count, last)});
    };
    CHECK(classes(wide, 0.0f).empty());
    CHECK(positives(wide, 0.0f).empty());
    for (const std::size_t wrong : {std::size_t{1}, wide - 1, wide + 1}) {
        CHECK_THAT(classes(wrong, 1.0f),
                   contains("softmax_cross_entropy::class_weights: expected 19 weights") &&
                       contains(lam::sentence("found ", wrong)));
        CHECK_THAT(positives(wrong, 1.0f),
                   contains("binary_cross_entropy::positive_weights: expected 19 weights") &&
                       contains(lam::sentence("found ", wrong)));
    }
    for (const float wrong : {nan, inf, -1.0f}) {
        CHECK_THAT(classes(wide, wrong),
                   contains("finite weights of 0 or more") && contains(" at position 18"));
        CHECK_THAT(positives(wide, wrong), contains(lam::detail::text_of(wrong)));
    }
    CHECK_THAT(refused(lam::softmax_cross_entropy{.class_weights = std::vector<float>(wide, 0.0f)}),
               contains("expected a weight above 0, found none"));
    CHECK_THAT(refused(lam::huber{.delta = nan}), contains("huber::delta") && contains("nan"));
    CHECK_THAT(refused(lam::huber{.delta = 0.0f}), contains("expected more than 0, found 0"));
}

TEST_CASE("losses: weights of rows, classes and flags that can't be stop the program", "[train]") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    using lam::test::contains;
    using lam::test::stopped;
    auto model = lam::test::random_model<one>(5);
    auto wider = lam::test::random_model<logits>(5);
    const std::vector<float> in = lam::test::random_rows<one>(3, 6);
    lam::trainer trainer(model, lam::binary_cross_entropy{}, lam::test::standstill);
    lam::trainer classes(wider, lam::softmax_cross_entropy{}, lam::test::standstill);
    const std::vector<int> flags = {0, 1, 1};
    for (const float wrong : {std::nanf(""), inf, -1.0f}) {
        const std::vector<float> weights = {1.0f, wrong, 1.0f};
        CHECK_THAT(stopped([&] { trainer.step(in, flags, weights); }),
                   contains("finite weights of rows, of 0 or more; found ") &&
                       contains(" at row 1 of the batch"));
        CHECK_THAT(stopped([&] { (void)trainer.loss(in, flags, weights); }),
                   contains(" at row 1 of the batch"));
        CHECK_THAT(stopped([&] { classes.step(in, flags, weights); }),
                   contains(" at row 1 of the batch"));
    }
    CHECK_THAT(stopped([&] {
                   trainer.step(in, std::vector<int>{0, 2, 1});
               }),
               contains("targets that are 0 or 1; found 2 at row 1 of the batch"));
    for (const int wrong : {19, -1})
        CHECK_THAT(
            stopped([&] {
                classes.step(in, std::vector<int>{0, wrong, 1});
            }),
            contains(lam::sentence("classes from 0 to 18, as the network has outputs; found ",
                                   wrong, " at row 1 of the batch")));
}
