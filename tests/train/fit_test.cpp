// SPDX-License-Identifier: MIT
// Whole runs: they learn, stop, are interrupted and go on with the same bits.

#include "support/fit_runs.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>

namespace lam = laminate;
using namespace lam::test;

TEST_CASE("fit: learns, the same for the same seed", "[train]") {
    const outcome a = train(quiet(30));
    REQUIRE(a.history.epochs.size() == 30);
    CHECK(a.history.stopped == lam::stop_reason::finished);
    CHECK(a.history.epochs.back().metric > 0.9);
    CHECK(a.history.epochs.back().loss < a.history.epochs.front().loss / 2);
    const outcome b = train(quiet(30));
    CHECK(a.model == b.model);
    CHECK(same_numbers(a.history, b.history));
    lam::fit_options other = quiet(30);
    other.seed = 2;
    CHECK(train(other).model != a.model);
}

TEST_CASE("fit: a seed names the bits for ever, with any compiler and vector unit", "[train]") {
    lam::fit_options options = quiet(4);
    options.rate = lam::warm_up(1.0, lam::cosine(4.0));
    const outcome o = train(options);
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    const auto add = [&hash](std::uint64_t bits) { hash = (hash ^ bits) * 0x100000001b3U; };
    boost::hana::for_each(o.model.layers(), [&](const auto& layer) {
        lam::detail::each_parameter(layer, [&](float x) { add(std::bit_cast<std::uint32_t>(x)); });
    });
    for (const lam::epoch_report& r : o.history.epochs)
        for (const double x : {r.loss, r.validation_loss, r.metric, r.rate})
            add(std::bit_cast<std::uint64_t>(x));
    CHECK(hash == 0x1468448978a73a9bU);
}

TEST_CASE("fit: interrupted anywhere and gone on with, the bits are the same", "[train]") {
    lam::fit_options options = quiet(10);
    options.rate = lam::warm_up(2.0, lam::cosine(10.0));
    options.plateau.emplace().patience = 1;
    options.plateau->by = 0.5;
    options.stopping.emplace().patience = 20;
    options.augment = [](std::span<float> row, lam::random_source& random) {
        row[0] += random.uniform(0.01f);
    };
    const outcome whole = train(options);
    options.checkpoint = scratch("resumed.safetensors");

    for (const std::size_t at : std::array<std::size_t, 8>{1, 3, 4, 7, 21, 35, 36, 69}) {
        std::filesystem::remove(options.checkpoint);
        std::size_t steps = 0;
        lam::fit_options first = options;
        const bool by_signal = at % 2 == 1;
        first.on_batch = [&](const lam::step_report&) {
            if (++steps == at && by_signal) std::raise(at % 3 == 0 ? SIGTERM : SIGINT);
            return by_signal || steps < at;
        };
        const outcome part = train(first);
        CHECK(part.history.stopped ==
              (by_signal ? lam::stop_reason::interrupted : lam::stop_reason::callback));
        CHECK(steps == at);
        const outcome rest = train(options);
        CHECK_THAT(rest.history.resumed,
                   at % 7 == 0 ? contains(lam::sentence("goes on after epoch ", at / 7, " of 10"))
                               : contains(lam::sentence("goes on in epoch ", at / 7 + 1,
                                                        " of 10, after step ", at % 7, " of 7")));
        CHECK(rest.history.stopped == lam::stop_reason::finished);
        CHECK(rest.model == whole.model);
        CHECK(same_numbers(rest.history, whole.history));
        CHECK(rest.history.best_epoch == whole.history.best_epoch);
    }
    // A finished run that is called again does nothing but say so, and has the same result.
    const outcome again = train(options);
    CHECK(again.model == whole.model);
    CHECK(again.history.best_epoch == whole.history.best_epoch);
    CHECK_THAT(
        again.history.resumed,
        contains("resumed.safetensors: nothing is left to do, since the run ended after epoch "
                 "10 of 10. Raise the number of epochs to go on"));
    // A file of a checkpoint is one of parameters. (Those of the last epoch, not the best.)
    CHECK(lam::try_load(net{}, options.checkpoint).has_value());
}

TEST_CASE("fit: five epochs and five more are ten", "[train]") {
    lam::fit_options options = quiet(5);
    options.checkpoint = scratch("five.safetensors");
    std::filesystem::remove(options.checkpoint);
    (void)train(options);
    options.epochs = 10;
    const outcome ten = train(options);
    CHECK(ten.model == train(quiet(10)).model);
    CHECK(ten.history.epochs.size() == 10);
}

TEST_CASE("fit: signal handlers are back afterwards, and only installed if asked", "[train]") {
    static int noted = 0;
    const auto note = +[](int) { ++noted; };
    auto* const before = std::signal(SIGINT, note);
    (void)train(quiet(1));
    std::raise(SIGINT);
    CHECK(noted == 1);
    std::signal(SIGINT, note);
    lam::fit_options options = quiet(2);
    options.catch_signals = false;
    std::size_t steps = 0;
    options.on_batch = [&](const lam::step_report&) {
        if (++steps == 1) std::raise(SIGINT);
        return true;
    };
    CHECK(train(options).history.stopped == lam::stop_reason::finished);
    CHECK(noted == 2);
    std::signal(SIGINT, before);
}

TEST_CASE("fit: stops early, with the best parameters", "[train]") {
    lam::fit_options options = quiet(500);
    options.stopping.emplace().patience = 3;
    options.stopping->by = 0.002;
    std::vector<lam::model<net>> after;
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {.learning_rate = 0.03f});
    options.on_epoch = [&](const lam::epoch_report&) {
        after.push_back(model);
        return true;
    };
    const lam::history h = lam::fit(t, train_rows, test_rows, options);
    CHECK(h.stopped == lam::stop_reason::early);
    CHECK(h.epochs.size() == h.best_epoch + 4);
    CHECK(h.best == h.epochs[h.best_epoch - 1].validation_loss);
    CHECK(model == after[h.best_epoch - 1]);
    CHECK(model != after.back());
    CHECK(h.restored);
}

TEST_CASE("fit: a run that has stopped early says so when it is started again", "[train]") {
    lam::fit_options options = quiet(500);
    options.stopping.emplace().patience = 3;
    options.stopping->by = 0.01;
    options.checkpoint = scratch("early.safetensors");
    options.checkpoint_every = 1000; // it is written when the run stops all the same
    std::filesystem::remove(options.checkpoint);
    const outcome first = train(options);
    REQUIRE(first.history.stopped == lam::stop_reason::early);
    CHECK(first.history.resumed.empty());

    const std::string path = scratch("early.txt");
    options.show = lam::show::lines;
    options.stream = std::fopen(path.c_str(), "wb");
    const outcome second = train(options);
    std::fclose(options.stream);
    const std::size_t epochs = first.history.epochs.size();
    CHECK(second.history.stopped == lam::stop_reason::early);
    CHECK(second.model == first.model);
    CHECK(same_numbers(second.history, first.history));
    CHECK_THAT(content(path),
               contains(lam::sentence("early.safetensors: nothing is left to do, since the run "
                                      "stopped early after epoch ",
                                      epochs,
                                      " of 500. Raise the patience of early stopping to go "
                                      "on, or delete the file to begin anew; best so far: "
                                      "epoch ",
                                      epochs - 4, "\n")) &&
                   contains(lam::sentence("best: epoch ", epochs - 4, " of ", epochs,
                                          ", validation loss 0.")) &&
                   contains(", which the model has now\n"));

    options.show = lam::show::nothing;
    options.stopping->patience = 5;
    CHECK(train(options).history.epochs.size() > epochs);
}

TEST_CASE("fit: names its best epoch, whether or not it may stop early", "[train]") {
    const lam::history h = train(quiet(8)).history;
    const auto least = std::ranges::min_element(h.epochs, {}, &lam::epoch_report::validation_loss);
    CHECK(h.best_epoch == least->epoch);
    CHECK(h.best == least->validation_loss);
    CHECK(!h.restored);
}

TEST_CASE("fit: early stopping can watch the metric", "[train]") {
    lam::fit_options options = quiet(30);
    options.stopping.emplace().watch_metric = true;
    options.stopping->patience = 100;
    const lam::history h = train(options).history;
    double most = 0.0;
    for (const auto& r : h.epochs)
        most = std::fmax(most, r.metric);
    CHECK(h.best == most);
    CHECK(h.epochs[h.best_epoch - 1].metric == most);
}

TEST_CASE("fit: a run that diverges stops, and says where; its last checkpoint stands", "[train]") {
    lam::fit_options options = quiet(10);
    options.checkpoint = scratch("diverged.safetensors");
    std::filesystem::remove(options.checkpoint);
    std::string good;
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {});
    options.on_batch = [&](const lam::step_report& r) {
        if (r.epoch == 3 && r.batch == 2) {
            good = content(options.checkpoint);
            model.layer<3>().weights(0, 0) = std::numeric_limits<float>::infinity();
        }
        return true;
    };
    const lam::history h = lam::fit(t, train_rows, test_rows, options);
    CHECK(h.stopped == lam::stop_reason::diverged);
    CHECK_THAT(h.message,
               contains("epoch 3, step 17: a parameter of layer 3, dense<2> is infinite or NaN"));
    CHECK(h.epochs.size() == 2);
    CHECK(content(options.checkpoint) == good);
    CHECK(lam::load(net{}, options.checkpoint) != model);
}

TEST_CASE("fit: parameters that leave the finite numbers at an epoch's last step", "[train]") {
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {});
    lam::fit_options options = quiet(10);
    options.on_batch = [&](const lam::step_report& r) {
        if (r.batch == r.batches) model.layer<0>().bias[1] = std::nanf("");
        return true;
    };
    const lam::history h = lam::fit(t, train_rows, test_rows, options);
    CHECK(h.stopped == lam::stop_reason::diverged);
    CHECK_THAT(h.message, contains("a parameter of layer 0, dense<20>"));
    CHECK(h.epochs.empty());
}

TEST_CASE("fit: callbacks see every step and epoch, and can stop", "[train]") {
    lam::fit_options options = quiet(5);
    std::size_t steps = 0;
    options.on_batch = [&](const lam::step_report& r) {
        CHECK(r.batches == 7);
        CHECK(r.batch == steps % 7 + 1);
        ++steps;
        return true;
    };
    options.on_epoch = [&](const lam::epoch_report& r) { return r.epoch < 3; };
    const lam::history h = train(options).history;
    CHECK(h.stopped == lam::stop_reason::callback);
    CHECK(h.epochs.size() == 3);
    CHECK(steps == 21);
}

TEST_CASE("fit: logs have a line per epoch, also of a run gone on with", "[train]") {
    lam::fit_options options = quiet(2);
    options.csv_log = scratch("log.csv");
    options.json_log = scratch("log.json");
    options.checkpoint = scratch("log.safetensors");
    std::filesystem::remove(options.checkpoint);
    (void)train(options);
    options.epochs = 4;
    (void)train(options);
    const std::string csv = content(options.csv_log);
    CHECK_THAT(csv, contains("epoch,loss,validation_loss,accuracy,rate,seconds\n1,1."));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
    const std::string json = content(options.json_log);
    CHECK_THAT(json, contains("{\"epoch\":4,\"loss\":0.") && contains(",\"accuracy\":"));
    CHECK(std::count(json.begin(), json.end(), '\n') == 4);
}

TEST_CASE("fit: shows lines where there is no terminal, and a bar if asked", "[train]") {
    const std::string path = scratch("shown.txt");
    const auto shown = [&](lam::show what) {
        lam::fit_options options = quiet(3);
        options.show = what;
        options.stream = std::fopen(path.c_str(), "wb");
        (void)train(options);
        std::fclose(options.stream);
        return content(path);
    };
    const std::string lines = shown(lam::show::automatic);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
    CHECK_THAT(lines,
               contains("epoch 3/3  loss 0.") && contains("  accuracy 0.") && contains("rows/s"));
    const std::string bar = shown(lam::show::bar);
    CHECK(std::count(bar.begin(), bar.end(), '\n') == 2);
    CHECK_THAT(bar,
               contains("\repoch 3/3 [====================] loss 0.") && contains("0:00 left"));
    for (const std::string& text : {lines, bar})
        CHECK_THAT(text,
                   contains("\nbest: epoch 3 of 3, validation loss 0.") && !contains("model"));
    CHECK(shown(lam::show::nothing).empty());
}

TEST_CASE("fit: a plateau lowers the rate", "[train]") {
    lam::fit_options options = quiet(6);
    options.plateau.emplace().patience = 0;
    options.plateau->by = 0.99; // nothing is an improvement
    options.plateau->factor = 0.5;
    const lam::history h = train(options).history;
    CHECK(h.epochs[1].rate == double{0.01f});
    CHECK(h.epochs[2].rate == double{0.01f} / 2);
    CHECK(h.epochs[5].rate == double{0.01f} / 16);
}

TEST_CASE("fit: rows of targets, their weights, and what doesn't fit", "[train]") {
    struct line : lam::network<lam::input<2> | lam::dense<1>> {};
    lam::dataset data;
    data.inputs = 2;
    data.outputs = 1;
    lam::random_source random(3);
    for (int row = 0; row < 64; ++row) {
        const float a = random.uniform(1.0f);
        const float b = random.uniform(1.0f);
        data.x.insert(data.x.end(), {a, b});
        data.targets.push_back(row % 2 == 0 ? 2.0f * a - b + 0.5f : 100.0f);
        data.weights.push_back(row % 2 == 0 ? 1.0f : 0.0f);
    }
    lam::model<line> model;
    lam::trainer t(model, lam::mean_squared_error{}, lam::adam{.learning_rate = 0.05f});
    const lam::history h = lam::fit(t, data, {}, quiet(300));
    CHECK(std::fabs(model.layer<0>().weights(0, 0) - 2.0f) < 1e-2f);
    CHECK(std::fabs(model.layer<0>().bias[0] - 0.5f) < 1e-2f);
    CHECK(std::isnan(h.epochs.back().validation_loss));
    CHECK(!std::isnan(h.epochs.back().metric));

    const auto refused = [&](lam::dataset d, const lam::fit_options& options = quiet(1)) {
        return lam::try_fit(t, d, {}, options).error().message;
    };
    lam::dataset wrong = data;
    wrong.weights.pop_back();
    CHECK_THAT(refused(wrong), contains("a weight for each of 64 rows"));
    wrong = data;
    wrong.outputs = 2;
    wrong.targets.resize(128);
    CHECK_THAT(refused(wrong), contains("expected 1 targets for each row") && contains("found 2"));
    wrong.outputs = 0;
    wrong.targets.clear();
    CHECK_THAT(refused(wrong), contains("targets or labels, found neither"));
    wrong.classes = 3;
    wrong.labels.resize(64);
    CHECK_THAT(refused(wrong), contains("at most 2 classes and one output"));
    wrong = quadrants(4, 1);
    wrong.inputs = 1;
    wrong.labels.resize(8);
    CHECK_THAT(refused(wrong), contains("rows of 2 inputs, as the network has, found 1"));
    lam::fit_options options = quiet(1);
    options.batch = 0;
    CHECK_THAT(refused(data, options), contains("at least 1, found 0"));
    wrong = data;
    wrong.x.clear();
    wrong.targets.clear();
    wrong.weights.clear();
    CHECK_THAT(refused(wrong), contains("at least one row"));
    options = quiet(1);
    options.csv_log = "/no/such/folder/log.csv";
    CHECK_THAT(refused(data, options), contains("/no/such/folder/log.csv: can't be opened"));
}

TEST_CASE("fit: losses are the trainer's where rows and classes have weights", "[train]") {
    struct plain : lam::network<lam::input<2> | lam::dense<2> | lam::softmax> {};
    lam::model<plain> model;
    lam::initialise_auto(model, 5);
    const auto near = [](double a, double b) { return std::fabs(a - b) < 1e-6 * b; };
    const auto weighted = [](std::size_t rows, std::uint64_t seed) {
        lam::dataset data = quadrants(rows, seed);
        for (std::size_t row = 0; row < rows; ++row) // parts of data differ in weight, and in loss
            data.weights.push_back(row < rows / 2 ? 0.01f : 1.0f + static_cast<float>(row % 3));
        for (std::size_t row = 0; row < rows / 2; ++row)
            data.labels[row] ^= 1U;
        return data;
    };
    const lam::dataset rows = weighted(90, 1);
    const lam::dataset judges = weighted(700, 2);
    for (const std::vector<float>& classes :
         {std::vector<float>{}, std::vector<float>{1.0f, 5.0f}}) {
        lam::trainer t(model, lam::softmax_cross_entropy{.class_weights = classes},
                       lam::sgd{.learning_rate = 0.0f});
        const lam::epoch_report r = lam::fit(t, rows, judges, quiet(1)).epochs[0];
        CHECK(near(r.validation_loss, t.loss(judges.x, judges.labels, judges.weights)));
        CHECK(near(r.loss, t.loss(rows.x, rows.labels, rows.weights)));
        CHECK(t.loss_weight() > 0.0);
    }
    // By class alone, and the number of rows where there is no weight at all.
    lam::dataset bare = judges;
    bare.weights.clear();
    lam::trainer t(model, lam::softmax_cross_entropy{.class_weights = {1.0f, 5.0f}},
                   lam::sgd{.learning_rate = 0.0f});
    const double by_class = lam::fit(t, rows, bare, quiet(1)).epochs[0].validation_loss;
    CHECK(near(by_class, t.loss(bare.x, bare.labels)));
    lam::trainer u(model, lam::softmax_cross_entropy{}, lam::sgd{});
    (void)u.loss(bare.x, bare.labels);
    CHECK(u.loss_weight() == 700.0);
}

TEST_CASE("fit: no rows, and rows that can't be learned", "[train]") {
    lam::model<net> model;
    trainer t(model, {}, {});
    const auto refused = [&](const lam::dataset& rows, const lam::dataset& judges = {},
                             const lam::fit_options& options = quiet(1)) {
        return lam::try_fit(t, rows, judges, options).error().message;
    };
    lam::dataset none;
    CHECK_THAT(refused(none), contains("fit: expected at least one row, found none"));
    none.inputs = 2;
    none.classes = 2;
    CHECK_THAT(refused(none), contains("fit: expected at least one row, found none"));
    CHECK(lam::try_fit(t, train_rows, none, quiet(1)).has_value());
    CHECK(std::isnan(lam::accuracy_metric().of({}, none)));
    CHECK(std::isnan(lam::r2_metric().of({}, none)));
    lam::dataset forgotten = test_rows;
    forgotten.inputs = 0;
    CHECK_THAT(refused(train_rows, forgotten), contains("at least one input, found none"));
    CHECK_THAT(refused(forgotten), contains("at least one input, found none"));

    lam::dataset wrong = train_rows;
    for (const float weight : {std::nanf(""), -1.0f, std::numeric_limits<float>::infinity()}) {
        wrong.weights.assign(200, 1.0f);
        wrong.weights[17] = weight;
        CHECK_THAT(refused(wrong), contains("finite weights of 0 or more") && contains("row 17"));
        CHECK_THAT(refused(train_rows, wrong), contains("row 17"));
    }
    wrong.weights.assign(200, 0.0f);
    CHECK_THAT(refused(wrong), contains("expected a row of a weight above 0, found none"));
    CHECK_THAT(refused(train_rows, wrong), contains("a weight above 0, found none"));

    lam::dataset shares = train_rows;
    shares.outputs = 2;
    for (const std::uint32_t label : shares.labels) {
        shares.targets.push_back(label == 0 ? 1.0f : -1e-7f); // a rounding
        shares.targets.push_back(label == 0 ? 0.0f : 1.0f);
    }
    CHECK(lam::try_fit(t, shares, {}, quiet(1)).has_value());
    CHECK_THAT(refused(shares, test_rows), contains("expected validation rows of 2 targets"));
    shares.targets[5] = 255.0f;
    CHECK_THAT(refused(shares), contains("from 0 to 1") && contains("255 at row 2, target 1"));

    lam::dataset named = train_rows;
    named.class_name = {"no", "yes"};
    lam::dataset others = test_rows;
    others.class_name = {"yes", "no"};
    CHECK_THAT(refused(named, others), contains("expected the classes of the training rows, found "
                                                "'yes' for number 0"));
    others.class_name = named.class_name;
    CHECK(lam::try_fit(t, named, others, quiet(1)).has_value());
    for (const auto& [train, validation] :
         {std::pair(named, test_rows), std::pair(train_rows, named)})
        CHECK_THAT(refused(train, validation), contains("of neither, found none of the"));
    others.classes = 3;
    others.class_name.push_back("perhaps");
    others.labels[0] = 2;
    CHECK_THAT(refused(named, others), contains("3 classes"));
    CHECK_THAT(lam::detail::not_alike(named, others)->message, contains("found 'perhaps'"));
    others.labels.assign(others.rows(), 1);
    others.labels[0] = 2;
    CHECK_THAT(refused(others), contains("found 3 classes and 2 outputs. Labels count from 0, and "
                                         "the least of these is 1: subtract 1 from each"));
}

TEST_CASE("fit: options that can't be", "[train]") {
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {});
    const auto refused = [&](const lam::fit_options& options) {
        return lam::try_fit(t, train_rows, {}, options).error().message;
    };
    lam::fit_options options = quiet(2);
    options.rate = nullptr;
    CHECK_THAT(refused(options), contains("expected a schedule as rate, found none"));
    options.rate = [](double time) { return time < 1.0 ? 1.0 : -1.0; };
    CHECK_THAT(refused(options), contains("found -0.001 at 1.07143 epochs"));
    options.rate = [](double) { return std::nan(""); };
    CHECK_THAT(refused(options), contains("learning rate finite and not below 0, found nan"));
    options = quiet(2);
    options.plateau.emplace().factor = 1.5;
    CHECK_THAT(refused(options), contains("reduce_on_plateau: expected a factor"));
    options = quiet(2);
    options.stopping.emplace().by = std::nan("");
    CHECK_THAT(refused(options), contains("early_stopping::by"));
    CHECK(t.learning_rate() == lam::adam{}.learning_rate);

    // All rows at once, by the largest number there is.
    options = quiet(2);
    options.batch = std::numeric_limits<std::size_t>::max();
    const outcome whole = train(options);
    CHECK(whole.history.epochs.size() == 2);
    options.batch = 200;
    CHECK(train(options).model == whole.model);
}

TEST_CASE("fit: an exception from the caller's functions leaves the trainer's own rate",
          "[train]") {
    struct stop {};
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {.learning_rate = 0.01f});
    const auto before = std::signal(SIGINT, SIG_DFL);
    std::vector<lam::fit_options> all(5, quiet(3));
    all[0].on_batch = [](const lam::step_report& r) { return r.batch < 3 ? true : throw stop(); };
    all[1].on_epoch = [](const lam::epoch_report&) -> bool { throw stop(); };
    all[2].augment = [](std::span<float>, lam::random_source&) { throw stop(); };
    all[3].metric = {"none", [](auto...) -> double { throw stop(); }};
    all[4].rate = [](double time) { return time < 1.0 ? 0.5 : throw stop(); };
    for (lam::fit_options& options : all) {
        if (&options != &all[4]) options.rate = lam::exponential(0.25);
        options.plateau.emplace();
        CHECK_THROWS_AS(lam::fit(t, train_rows, test_rows, options), stop);
        CHECK(t.learning_rate() == 0.01f);
        CHECK(std::signal(SIGINT, SIG_DFL) == SIG_DFL);
    }
    std::signal(SIGINT, before);
    CHECK(lam::fit(t, train_rows, test_rows, quiet(1)).epochs[0].rate == double{0.01f});
}

namespace {

// A clock that only moves where it is told, and jumps an hour when a file appears.
struct told_clock {
    using duration = std::chrono::duration<double>;
    using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;
    static inline double seconds = 0.0;
    static inline std::string file = {};

    static time_point now() {
        if (!file.empty() && std::filesystem::exists(file)) {
            seconds += 3600.0;
            std::filesystem::remove(file);
        }
        return time_point(duration(seconds));
    }
};

} // namespace

TEST_CASE("fit: the speed that it shows leaves out what checkpoints take", "[train]") {
    lam::model<net> model;
    lam::initialise_auto(model, 5);
    trainer t(model, {}, {});
    lam::fit_options options = quiet(3);
    options.checkpoint = told_clock::file = scratch("slow.safetensors");
    std::filesystem::remove(options.checkpoint);
    options.on_batch = [](const lam::step_report&) {
        told_clock::seconds += 2.0 / 7.0; // two seconds for an epoch of 200 rows
        return true;
    };
    const std::string path = scratch("slow.txt");
    for (const lam::show what : {lam::show::bar, lam::show::lines}) {
        options.show = what;
        options.stream = std::fopen(path.c_str(), "wb");
        using fitting = lam::detail::fitting<trainer, lam::softmax_cross_entropy, told_clock>;
        (void)fitting(t, train_rows, test_rows, options).run().value();
        std::fclose(options.stream);
        const std::string shown = content(path);
        CHECK_THAT(shown.substr(shown.find("epoch 3/3")), contains("  100 rows/s"));
        // The time that remains is not of training alone.
        if (what == lam::show::bar) CHECK_THAT(shown, contains("  30:02 left"));
    }
}
