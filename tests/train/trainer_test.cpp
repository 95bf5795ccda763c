// SPDX-License-Identifier: MIT
// The trainer: threads, resuming, dropout, what it shows of a step, and steps that aren't finite.

#include "support/compare.hpp"
#include "support/training.hpp"

#include <laminate/train/steps/initialise.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace lam = laminate;

namespace {

struct dropping : lam::network<lam::input<12> | lam::dropout<0.25f> | lam::dense<40> | lam::relu |
                               lam::dropout<0.5f> | lam::dense<30> | lam::dropout<0.5f> |
                               lam::maxout<3> | lam::dense<4> | lam::softmax> {};
struct plain
    : lam::network<lam::input<12> | lam::dense<300> | lam::relu | lam::dense<4> | lam::softmax> {};

// With a layer, and a value, that several read.
struct named
    : lam::network<lam::input<12> |
                   lam::name<"back">(lam::dense<20> | lam::tanh | lam::layer_norm | lam::prelu) |
                   lam::name<"middle">(lam::residual(lam::shared<"twin">(lam::dense<20>) |
                                                     lam::relu |
                                                     lam::shared<"twin">(lam::dense<20>))) |
                   lam::dense<20> | lam::add(lam::gelu, lam::name<"backup">(lam::dense<20>)) |
                   lam::dense<4> | lam::softmax> {};

bool starts_with_one_of(const std::vector<std::string>& names, const std::string& layer) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return layer == name || layer.starts_with(name + ".");
    });
}

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

TEST_CASE("trainer: frozen layers stay, and all else has the bits it has without", "[train]") {
    constexpr const auto& plan = lam::detail::plan_of<named, lam::ir::fusion::on>;
    const std::vector<float> in = lam::test::random_rows<named>(30, 2);
    lam::model<named> start;
    lam::initialise(start, 1);
    for (std::size_t i = 0; i < 20; ++i)
        start.layer<"back.2">().shift[i] = 0.25f; // not the 0 that no decay would change
    const lam::adam decaying = {.learning_rate = 0.01f, .weight_decay = 0.1f};
    const lam::train_options options = {.l2 = 0.01f, .max_norm = 0.5f, .clip_value = 0.01f};
    for (const std::vector<std::string>& names : {std::vector<std::string>{"back"},
                                                  {"back", "middle"},
                                                  {"middle.twin", "8"},
                                                  {"backup", "12"}}) {
        lam::train_options frozen = options;
        frozen.frozen = names;
        lam::model<named> model = start;
        lam::model<named> same = start; // in which frozen numbers are written back
        lam::trainer trainer(model, lam::softmax_cross_entropy{}, decaying, frozen);
        lam::trainer without(same, lam::softmax_cross_entropy{}, decaying, options);
        for (int t = 0; t < 4; ++t) {
            trainer.step(in, labels(30));
            without.step(in, labels(30));
            std::size_t still = 0;
            for (const lam::ir::tensor& tensor : plan.tensors) {
                if (tensor.shared) continue;
                const std::string layer =
                    lam::ir::name_in_files(plan.names[tensor.node], tensor.node);
                const bool is_frozen = starts_with_one_of(names, layer);
                still += is_frozen ? 1 : 0;
                for (std::size_t i = tensor.begin; i < tensor.begin + tensor.floats; ++i) {
                    if (is_frozen) same.packed()[i] = start.packed()[i];
                    CHECK(trainer.gradient()[i] == (is_frozen ? 0.0f : without.gradient()[i]));
                }
            }
            CHECK(still >= 3);
            CHECK(model == same);
        }
        CHECK((trainer.value_gradients<0>().rows() == 0) == (names[0] == "back"));
    }
    lam::model<named> model = start;
    const auto refused = [&model](std::vector<std::string> names) {
        lam::train_options frozen;
        frozen.frozen = std::move(names);
        try {
            const lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::sgd{}, frozen);
        } catch (const lam::exception& why) {
            return std::string(why.what());
        }
        return std::string();
    };
    using lam::test::contains;
    CHECK_THAT(refused({"back", "bac"}), contains("names of layers that learn, back.0, back.2, "));
    CHECK_THAT(refused({"back", "bac"}), contains(", found 'bac'"));
    CHECK_THAT(refused({"back", "middle", "8", "backup", "12"}), contains("all of them frozen"));
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
