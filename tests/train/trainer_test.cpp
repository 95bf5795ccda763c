// SPDX-License-Identifier: MIT
// The trainer: threads, resuming, dropout, what it shows of a step, and steps that aren't finite.

#include "support/compare.hpp"
#include "support/training.hpp"

#include <laminate/train/steps/initialise.hpp>

#include <array>
#include <limits>

namespace lam = laminate;

namespace {

struct dropping : lam::network<lam::input<12> | lam::dropout<0.25f> | lam::dense<40> | lam::relu |
                               lam::dropout<0.5f> | lam::dense<30> | lam::dropout<0.5f> |
                               lam::maxout<3> | lam::dense<4> | lam::softmax> {};
struct plain
    : lam::network<lam::input<12> | lam::dense<300> | lam::relu | lam::dense<4> | lam::softmax> {};

std::vector<int> labels(std::size_t rows) {
    std::vector<int> all(rows);
    for (std::size_t r = 0; r < rows; ++r)
        all[r] = static_cast<int>(r * 7 % 4);
    return all;
}

template <class Network>
lam::model<Network> trained(std::size_t threads, std::uint64_t seed, std::size_t rows) {
    lam::model<Network> model;
    lam::initialise(model, 1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{.learning_rate = 0.01f},
                         {.seed = seed, .threads = threads});
    const std::vector<float> in = lam::test::random_rows<Network>(rows, 2);
    for (int t = 0; t < 5; ++t)
        trainer.step(in, labels(rows));
    return model;
}

} // namespace

TEST_CASE("trainer: the same bits with any number of threads", "[train]") {
    for (const std::size_t rows : {1U, 50U, 200U}) {
        const auto one = trained<dropping>(1, 7, rows);
        CHECK(one == trained<dropping>(2, 7, rows));
        CHECK(one == trained<dropping>(5, 7, rows));
        CHECK(one != trained<dropping>(1, 8, rows)); // other masks
        CHECK(trained<plain>(1, 7, rows) == trained<plain>(3, 7, rows));
    }
}

TEST_CASE("trainer: learns", "[train]") {
    lam::model<plain> model;
    lam::initialise(model, 1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{.learning_rate = 0.01f});
    const std::vector<float> in = lam::test::random_rows<plain>(40, 2);
    const double before = trainer.loss(in, labels(40));
    for (int t = 0; t < 100; ++t)
        trainer.step(in, labels(40));
    CHECK(before > 1.0);
    CHECK(trainer.loss(in, labels(40)) < 0.1);
}

TEST_CASE("trainer: goes on from a state as if it had never stopped", "[train]") {
    const std::vector<float> in = lam::test::random_rows<dropping>(20, 2);
    const auto run = [&](auto& trainer, int steps) {
        for (int t = 0; t < steps; ++t)
            trainer.step(in, labels(20));
    };
    lam::model<dropping> model;
    lam::initialise(model, 1);
    lam::trainer whole(model, lam::softmax_cross_entropy{}, lam::adamw{}, {.seed = 5});
    run(whole, 3);
    whole.set_learning_rate(0.02f);
    auto copy = model;
    lam::trainer_state state = whole.state();
    std::vector<float> first(state.first_moments.begin(), state.first_moments.end());
    std::vector<float> second(state.second_moments.begin(), state.second_moments.end());
    state.first_moments = first;
    state.second_moments = second;
    run(whole, 4);

    lam::trainer resumed(copy, lam::softmax_cross_entropy{}, lam::adamw{}, {.seed = 99});
    resumed.restore(state);
    CHECK(resumed.learning_rate() == 0.02f);
    CHECK(resumed.state().steps == 3);
    run(resumed, 4);
    CHECK(model == copy);
}

TEST_CASE("dropout: drops as many as asked, scales the others, and gradients follow", "[train]") {
    auto model = lam::test::random_model<dropping>(1);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::test::standstill, {.seed = 3});
    const std::size_t rows = 600;
    std::vector<float> in = lam::test::random_rows<dropping>(rows, 2);
    for (float& f : in)
        f = f == 0.0f ? 1.0f : f;
    std::vector<float> targets(rows * 4);
    lam::test::fill(targets, 3);
    REQUIRE(trainer.step(in, targets).finite);

    // Masks, as what a unit was multiplied with; where its value was 0 both are possible and equal.
    std::vector<std::vector<lam::test::numbers>> masks(lam::plan(dropping{}).nodes.size());
    const auto read = [&](std::size_t node, const auto& before, const lam::row_view& after,
                          float scale) {
        std::size_t dropped = 0;
        std::size_t seen = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            masks[node].emplace_back();
            for (std::size_t u = 0; u < after.units(); ++u) {
                const float x = before(r, u);
                const bool kept = after(r, u) != 0.0f;
                REQUIRE(lam::test::same_bits(after(r, u), x * (kept ? scale : 0.0f)));
                masks[node].back().push_back(kept ? static_cast<double>(scale) : 0.0);
                if (x == 0.0f) continue;
                ++seen;
                dropped += kept ? 0U : 1U;
            }
        }
        // Five standard deviations.
        const double rate = 1.0 - 1.0 / static_cast<double>(scale);
        const auto n = static_cast<double>(seen);
        CHECK(std::abs(static_cast<double>(dropped) - rate * n) <
              5.0 * std::sqrt(rate * (1.0 - rate) * n));
    };
    read(
        1, [&](std::size_t r, std::size_t u) { return in[r * 12 + u]; }, trainer.values<0>(),
        static_cast<float>(1.0 / 0.75));
    read(4, trainer.values<2>(), trainer.values<3>(), 2.0f);
    read(6, trainer.values<4>(), trainer.values<5>(), 2.0f);
    // Rows and layers have masks of their own.
    CHECK(masks[4][0] != masks[4][1]);
    CHECK(lam::test::numbers(masks[4][0].begin(), masks[4][0].begin() + 30) != masks[6][0]);

    const auto truth = lam::test::back_propagate(
        lam::plan(dropping{}).nodes, lam::codegen::parameters_of(model), in,
        lam::test::by_number(targets, {rows, {}, 4.0}, lam::test::exact_squared), masks);
    CHECK(lam::test::worst_difference(trainer.gradients(), truth) < 2e-5);
    CHECK(trainer.loss(in, targets) != laminate::test::approx(truth.loss)); // which drops nothing
}

TEST_CASE("trainer: shows values of layers, and gradients by them", "[train]") {
    auto model = lam::test::random_model<plain>(1);
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::test::standstill);
    const std::vector<float> in = lam::test::random_rows<plain>(3, 2);
    CHECK(trainer.values<1>().rows() == 0);
    trainer.step(in, labels(3));
    CHECK(trainer.values<0>().rows() == 0); // computed together with relu
    REQUIRE(trainer.values<1>().rows() == 3);
    CHECK(trainer.values<1>().units() == 300);
    const auto p = model(std::span(in).subspan<12, 12>());
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(trainer.values<3>()(1, k) == p[k]);
        const float t = labels(3)[1] == static_cast<int>(k) ? 1.0f : 0.0f;
        CHECK(trainer.value_gradients<2>()(1, k) == laminate::test::approx((p[k] - t) / 3.0f));
    }
}

TEST_CASE("trainer: a step that isn't finite changes nothing and is explained", "[train]") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    auto model = lam::test::random_model<plain>(1);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adam{});
    std::vector<float> in = lam::test::random_rows<plain>(5, 2);
    const std::vector<float> targets(20);
    CHECK(trainer.step(in, targets).finite);
    CHECK(!trainer.first_divergence());

    const auto before = model;
    std::vector<float> wrong = targets;
    wrong[7] = inf;
    CHECK(!trainer.step(in, wrong).finite);
    CHECK(trainer.first_divergence().what == lam::divergence_kind::loss);
    in[2 * 12] = inf;
    CHECK(!trainer.step(in, targets).finite);
    CHECK(trainer.first_divergence().what == lam::divergence_kind::value);
    CHECK(trainer.first_divergence().layer == 0);
    CHECK(trainer.first_divergence().row == 2);
    CHECK(model == before);
    CHECK(trainer.state().steps == 1);

    in[2 * 12] = 0.0f;
    model.layer<2>().weights(3, 77) = inf;
    CHECK(!trainer.step(in, targets).finite);
    const lam::divergence d = trainer.first_divergence();
    CHECK(d.what == lam::divergence_kind::parameter);
    CHECK(d.layer == 2);
    CHECK(std::string(name(d.what)) == "parameter");
    model.layer<2>().weights(3, 77) = 0.0f;
    CHECK(trainer.step(in, targets).finite);

    // A loss that is finite, whose gradient's square isn't.
    auto steep = lam::test::random_model<plain>(1);
    lam::trainer far(steep, lam::huber{.delta = 1e30f}, lam::sgd{});
    std::vector<float> distant(20, 1e25f);
    CHECK(!far.step(in, distant).finite);
    CHECK(far.first_divergence().what != lam::divergence_kind::none);
}
