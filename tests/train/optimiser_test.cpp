// SPDX-License-Identifier: MIT
// Optimisers, penalties and clipping against the textbook's recurrences in double.

#include "support/training.hpp"

namespace lam = laminate;

namespace {

struct net : lam::network<lam::input<5> | lam::dense<7> | lam::prelu | lam::dense<20>> {};

constexpr std::size_t rows = 9;
constexpr int steps = 12;

// One parameter, its moments, and how an optimiser changes them by gradient g at step t.
struct weight {
    double w = 0.0;
    double m = 0.0;
    double v = 0.0;
};

// Trains with float and recurrences side by side: the recurrence gets the trainer's own gradient of
// each step, so that only the update is compared. The largest difference of any parameter.
template <class Optimiser, class Rule>
double worst_difference(const Optimiser& optimiser, const lam::train_options& options,
                        const Rule& rule) {
    auto model = lam::test::random_model<net>(3);
    lam::trainer trainer(model, lam::mean_squared_error{}, optimiser, options);
    const std::vector<float> in = lam::test::random_rows<net>(rows, 4);
    std::vector<float> targets(rows * 20);
    lam::test::fill(targets, 5);
    std::vector<weight> exact(model.packed().size());
    for (std::size_t i = 0; i < exact.size(); ++i)
        exact[i].w = static_cast<double>(model.packed()[i]);
    double worst = 0.0;
    for (int t = 1; t <= steps; ++t) {
        // Where each parameter of the float model decays is for this test to know.
        const lam::step_result r = trainer.step(in, targets);
        REQUIRE(r.finite);
        constexpr auto& plan = lam::plan(net{});
        for (std::size_t i = 0; i < exact.size(); ++i) {
            bool decays = false;
            for (const lam::ir::tensor& tensor : plan.tensors)
                decays = decays || (tensor.name == std::string_view("weights") &&
                                    i >= tensor.begin && i < tensor.begin + tensor.floats);
            double g = static_cast<double>(trainer.gradient()[i]);
            if (options.clip_norm > 0.0f)
                g *= std::min(1.0, static_cast<double>(options.clip_norm) / r.gradient_norm);
            if (options.clip_value > 0.0f)
                g = std::clamp(g, -static_cast<double>(options.clip_value),
                               static_cast<double>(options.clip_value));
            weight& p = exact[i];
            if (decays) {
                g += static_cast<double>(options.l2) * p.w;
                g += static_cast<double>(options.l1) * (p.w > 0.0 ? 1.0 : p.w < 0.0 ? -1.0 : 0.0);
                p.w -= static_cast<double>(optimiser.learning_rate) *
                       static_cast<double>(optimiser.weight_decay) * p.w;
            }
            rule(p, g, t);
            worst = lam::test::worse(worst, std::abs(p.w - static_cast<double>(model.packed()[i])));
            // What follows from a rounding is not this step's: the next starts from the float.
            p.w = static_cast<double>(model.packed()[i]);
        }
    }
    return worst;
}

constexpr double tolerance = 1e-6;

} // namespace

TEST_CASE("sgd: plain, with momentum, looking ahead", "[train]") {
    const lam::sgd plain = {.learning_rate = 0.1f};
    CHECK(worst_difference(plain, {}, [](weight& p, double g, int) { p.w -= 0.1 * g; }) <
          tolerance);
    const lam::sgd heavy = {.learning_rate = 0.1f, .momentum = 0.9f};
    CHECK(worst_difference(heavy, {}, [](weight& p, double g, int) {
              p.m = 0.9 * p.m + g;
              p.w -= 0.1 * p.m;
          }) < tolerance);
    const lam::sgd ahead = {.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true};
    CHECK(worst_difference(ahead, {}, [](weight& p, double g, int) {
              p.m = 0.9 * p.m + g;
              p.w -= 0.1 * (g + 0.9 * p.m);
          }) < tolerance);
}

TEST_CASE("rmsprop, adam and adamw: as published", "[train]") {
    const lam::rmsprop rms = {.learning_rate = 0.01f, .decay = 0.9f, .epsilon = 1e-6f};
    CHECK(worst_difference(rms, {}, [](weight& p, double g, int) {
              p.m = 0.9 * p.m + 0.1 * g * g;
              p.w -= 0.01 * g / (std::sqrt(p.m) + 1e-6);
          }) < tolerance);
    const auto exact_adam = [](weight& p, double g, int t) {
        p.m = 0.9 * p.m + 0.1 * g;
        p.v = 0.999 * p.v + 0.001 * g * g;
        const double first = p.m / (1.0 - std::pow(0.9, t));
        const double second = p.v / (1.0 - std::pow(0.999, t));
        p.w -= 0.01 * first / (std::sqrt(second) + 1e-8);
    };
    CHECK(worst_difference(lam::adam{.learning_rate = 0.01f}, {}, exact_adam) < tolerance);
    CHECK(worst_difference(lam::adamw{.learning_rate = 0.01f, .weight_decay = 0.1f}, {},
                           exact_adam) < tolerance);
}

TEST_CASE("penalties and clipping: on weights, not on biases and slopes", "[train]") {
    const auto exact_sgd = [](weight& p, double g, int) { p.w -= 0.1 * g; };
    const lam::sgd sgd = {.learning_rate = 0.1f, .weight_decay = 0.2f};
    CHECK(worst_difference(sgd, {.l1 = 0.05f, .l2 = 0.3f}, exact_sgd) < tolerance);
    CHECK(worst_difference(sgd, {.clip_norm = 0.1f}, exact_sgd) < tolerance);
    CHECK(worst_difference(sgd, {.clip_value = 0.01f}, exact_sgd) < tolerance);
    CHECK(worst_difference(sgd, {.l2 = 0.1f, .clip_norm = 0.2f, .clip_value = 0.02f}, exact_sgd) <
          tolerance);
}

TEST_CASE("max_norm: bounds the weights that reach a unit, narrow layers too", "[train]") {
    struct narrow : lam::network<lam::input<11> | lam::dense<150> | lam::relu | lam::dense<3>> {};
    auto model = lam::test::random_model<narrow>(3);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::sgd{.learning_rate = 1e-4f},
                         {.max_norm = 0.75f});
    const auto before = model;
    trainer.step(lam::test::random_rows<narrow>(4, 4), std::vector<float>(12));
    std::size_t scaled = 0;
    const auto check = [&scaled](const auto& now, const auto& then) {
        for (std::size_t o = 0; o < now.weights.outputs(); ++o) {
            double norm = 0.0;
            double old = 0.0;
            for (std::size_t i = 0; i < now.weights.inputs(); ++i) {
                norm += std::pow(static_cast<double>(now.weights(o, i)), 2.0);
                old += std::pow(static_cast<double>(then.weights(o, i)), 2.0);
            }
            CHECK(std::sqrt(norm) < 0.75 * (1.0 + 1e-5));
            if (std::sqrt(old) < 0.74) CHECK(norm == laminate::test::approx(old).epsilon(1e-2));
            scaled += std::sqrt(old) > 0.76 ? 1U : 0U;
        }
    };
    check(model.layer<0>(), before.layer<0>());
    check(model.layer<2>(), before.layer<2>());
    CHECK(scaled > 10);
}

TEST_CASE("optimisers: padding stays 0", "[train]") {
    lam::model<net> model;
    for (std::size_t o = 0; o < 7; ++o)
        model.layer<0>().weights(o, o % 5) = 0.5f;
    model.layer<2>().weights(0, 0) = 1.0f;
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adamw{}, {.l1 = 0.1f});
    const std::vector<float> in = lam::test::random_rows<net>(rows, 4);
    for (int t = 0; t < 5; ++t)
        trainer.step(in, std::vector<float>(rows * 20, 1.0f));
    std::size_t zeros = 0;
    for (const float f : model.packed())
        zeros += std::bit_cast<std::uint32_t>(f) == 0 ? 1U : 0U;
    CHECK(zeros >= model.packed().size() - lam::plan(net{}).parameters);
}

TEST_CASE("trainer: numbers of the optimiser and the options that can't be are refused",
          "[train]") {
    lam::model<net> model;
    const auto refused = [&model](auto optimiser, lam::train_options options = {}) {
        try {
            const lam::trainer trainer(model, lam::mean_squared_error{}, optimiser, options);
        } catch (const lam::exception& why) {
            return std::string(why.what());
        }
        return std::string();
    };
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float inf = std::numeric_limits<float>::infinity();
    using lam::test::contains;
    CHECK(refused(lam::adam{}).empty());
    CHECK(refused(lam::sgd{.learning_rate = 0.0f}, {.max_norm = inf, .clip_norm = inf}).empty());
    CHECK_THAT(refused(lam::sgd{.learning_rate = nan}),
               contains("sgd::learning_rate: expected a finite number of 0 or more, found nan"));
    CHECK_THAT(refused(lam::sgd{.momentum = 1.0f}), contains("sgd::momentum: expected a number of "
                                                             "0 or more and below 1, found 1"));
    CHECK_THAT(refused(lam::rmsprop{.epsilon = 0.0f}),
               contains("rmsprop::epsilon: expected a finite number above 0, found 0"));
    CHECK_THAT(refused(lam::rmsprop{.decay = -0.5f}), contains("rmsprop::decay"));
    CHECK_THAT(refused(lam::adam{.learning_rate = inf}), contains("adam::learning_rate"));
    CHECK_THAT(refused(lam::adam{.beta2 = 1.0f}), contains("adam::beta2"));
    CHECK_THAT(refused(lam::adamw{.beta1 = nan}), contains("adamw::beta1"));
    CHECK_THAT(refused(lam::adamw{.weight_decay = -1.0f}), contains("adamw::weight_decay"));
    CHECK_THAT(refused(lam::adam{}, {.l2 = nan}), contains("train_options::l2"));
    CHECK_THAT(refused(lam::adam{}, {.l1 = inf}), contains("train_options::l1"));
    CHECK_THAT(refused(lam::adam{}, {.max_norm = -1.0f}), contains("train_options::max_norm"));
    CHECK_THAT(refused(lam::adam{}, {.clip_norm = nan}), contains("train_options::clip_norm"));
    CHECK_THAT(refused(lam::adam{}, {.clip_value = -1.0f}), contains("train_options::clip_value"));

    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adam{});
    CHECK_THROWS_AS(trainer.set_learning_rate(nan), lam::exception);
    CHECK_THROWS_AS(trainer.set_learning_rate(-1.0f), lam::exception);
    CHECK(trainer.learning_rate() == lam::adam{}.learning_rate);
}
