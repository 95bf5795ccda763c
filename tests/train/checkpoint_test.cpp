// SPDX-License-Identifier: MIT
// Checkpoints: of which runs they are taken, and what else is refused.

#include "support/fit_runs.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

namespace lam = laminate;
using namespace lam::test;

TEST_CASE("checkpoint: of another run, network or format, it is refused", "[train]") {
    lam::fit_options options = quiet(1);
    options.checkpoint = scratch("refused.safetensors");
    std::filesystem::remove(options.checkpoint);
    (void)train(options);
    lam::model<net> model;
    trainer t(model, {}, {});
    const auto refused = [&](const lam::fit_options& o) {
        return lam::try_fit(t, train_rows, test_rows, o).error().message;
    };
    lam::fit_options other = options;
    other.seed = 9;
    CHECK_THAT(refused(other), contains("expected a run of seed 9") && contains("found seed 1"));
    other = options;
    other.batch = 64;
    CHECK_THAT(refused(other), contains("batches of 64") && contains("Delete the file"));

    lam::save(model, options.checkpoint);
    CHECK_THAT(refused(options), contains("found another file"));
    CHECK(model == lam::model<net>());

    struct twin : lam::network<lam::input<2> | lam::dense<20> | lam::tanh | lam::dropout<0.1f> |
                               lam::dense<2> | lam::softmax> {};
    lam::run_state run;
    CHECK(!lam::save_checkpoint(options.checkpoint, t, run));
    lam::model<twin> other_model;
    lam::trainer u(other_model, lam::softmax_cross_entropy{}, lam::adam{});
    CHECK_THAT(lam::load_checkpoint(options.checkpoint, u, run)->message,
               contains("dense<20> | tanh") && contains("dense<20> | relu"));
    lam::trainer v(model, lam::softmax_cross_entropy{}, lam::sgd{});
    CHECK_THAT(lam::load_checkpoint(options.checkpoint, v, run)->message,
               contains("expected the moments of sgd, found those of 'adam'"));
    CHECK(!lam::load_checkpoint(options.checkpoint, t, run));

    // Format 1 had the moments of narrow layers in another order, 2 no hash of its data.
    for (const char* const format : {"laminate checkpoint 1", "laminate checkpoint 2"}) {
        std::string older = content(options.checkpoint);
        older.replace(older.find("laminate checkpoint"), lam::detail::checkpoint_format.size(),
                      format);
        std::ofstream(options.checkpoint, std::ios::binary) << older;
        CHECK_THAT(lam::load_checkpoint(options.checkpoint, t, run)->message,
                   contains("expected a checkpoint of format 'laminate checkpoint 3', found") &&
                       contains(lam::quote(format)));
    }

    // Numbers that no run has.
    const float nan = std::nanf("");
    const auto refuses = [&](const lam::run_state& wrong) {
        REQUIRE(!lam::save_checkpoint(options.checkpoint, t, wrong));
        const auto why = lam::load_checkpoint(options.checkpoint, t, run);
        REQUIRE(why.has_value());
        return why->message;
    };
    lam::run_state wrong;
    wrong.base_rate = nan;
    CHECK_THAT(refuses(wrong), contains("numbers of a run, found some that can't be"));
    wrong = {};
    wrong.epoch = 2; // without reports
    CHECK_THAT(refuses(wrong), contains("can't be"));
    wrong = {};
    wrong.best.assign(model.packed().size(), nan);
    CHECK_THAT(refuses(wrong), contains("tensor 'best': expected finite numbers"));
    t.state().second_moments[3] = nan;
    CHECK_THAT(refuses({}), contains("tensor 'moments.second': expected finite numbers"));
}

TEST_CASE("checkpoint: a new learning rate is taken, and said", "[train]") {
    lam::fit_options options = quiet(2);
    options.checkpoint = scratch("rate.safetensors");
    std::filesystem::remove(options.checkpoint);
    (void)train(options, 0.01f);
    options.epochs = 3;
    const lam::history h = train(options, 0.005f).history; // which checks the trainer's own
    CHECK(h.epochs[1].rate == double{0.01f});
    CHECK(h.epochs[2].rate == double{0.005f});
    CHECK_THAT(h.resumed, contains("goes on after epoch 2 of 3") &&
                              contains("the learning rate is now 0.005, was 0.01"));
    options.epochs = 4;
    CHECK_THAT(train(options, 0.005f).history.resumed, !contains("learning rate"));
}

TEST_CASE("checkpoint: of other data it is refused, unless any will do", "[train]") {
    lam::fit_options options = quiet(4);
    options.stopping.emplace();
    options.checkpoint = scratch("data.safetensors");
    std::filesystem::remove(options.checkpoint);
    std::size_t steps = 0;
    options.on_batch = [&](const lam::step_report&) { return ++steps < 10; };
    (void)train(options);
    options.on_batch = {};

    lam::model<net> model;
    trainer t(model, {}, {.learning_rate = 0.01f});
    const auto refused = [&](const lam::dataset& rows, const lam::dataset& judges) {
        return lam::try_fit(t, rows, judges, options).error().message;
    };
    // A number, a label, the order of rows, a weight.
    std::vector<lam::dataset> others(4, train_rows);
    others[0].x[399] = std::nextafter(others[0].x[399], 2.0f);
    others[1].labels[7] ^= 1U;
    std::swap_ranges(others[2].x.begin(), others[2].x.begin() + 2, others[2].x.begin() + 2);
    others[3].weights.assign(200, 1.0f);
    for (const lam::dataset& other : others)
        CHECK_THAT(refused(other, test_rows),
                   contains("data.safetensors: expected a run on this data, found one on other "
                            "training rows. Delete the file") &&
                       contains("any_data"));
    CHECK_THAT(refused(train_rows, quadrants(100, 3)), contains("other validation rows"));
    CHECK_THAT(refused(train_rows, {}), contains("other validation rows"));
    CHECK_THAT(refused(quadrants(300, 1), test_rows),
               contains("other training rows (200 instead of 300)"));
    CHECK(model == lam::model<net>());
    CHECK(t.learning_rate() == 0.01f);

    // More rows: the epochs before are kept, the one that had begun begins anew.
    options.any_data = true;
    const lam::history h = lam::fit(t, quadrants(300, 1), test_rows, options);
    CHECK_THAT(h.resumed, contains("goes on after epoch 1 of 4; the data is another"));
    CHECK(h.epochs.size() == 4);
    CHECK(h.best_epoch > 1);
    // And then it is a run on these.
    options.any_data = false;
    CHECK_THAT(refused(train_rows, test_rows), contains("(300 instead of 200)"));
    CHECK_THAT(lam::fit(t, quadrants(300, 1), test_rows, options).resumed,
               contains("nothing is left to do"));
}

TEST_CASE("checkpoint: one that can't be opened isn't taken for none", "[train]") {
    lam::fit_options options = quiet(1);
    options.checkpoint = scratch("loop.safetensors");
    std::filesystem::remove(options.checkpoint);
    std::filesystem::create_symlink(options.checkpoint, options.checkpoint);
    lam::model<net> model;
    trainer t(model, {}, {});
    CHECK_THAT(lam::try_fit(t, train_rows, test_rows, options).error().message,
               contains("loop.safetensors: can't be opened"));
    std::filesystem::remove(options.checkpoint);
}
