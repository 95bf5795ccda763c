// SPDX-License-Identifier: MIT
// Whole runs: they learn, stop, are interrupted and go on with the same bits.

#include "support/catch.hpp"
#include "support/paths.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/fit.hpp>
#include <laminate/train/initialise.hpp>

#include <array>
#include <bit>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

namespace lam = laminate;
using lam::test::contains;

namespace {

// The dropout makes a run depend on the number of its steps.
struct net : lam::network<lam::input<2> | lam::dense<20> | lam::relu | lam::dropout<0.1f> |
                          lam::dense<2> | lam::softmax> {};

// Whether both numbers have the same sign.
lam::dataset quadrants(std::size_t rows, std::uint64_t seed) {
    lam::dataset data;
    data.inputs = 2;
    data.classes = 2;
    lam::random_source random(seed);
    for (std::size_t row = 0; row < rows; ++row) {
        const float a = random.uniform(1.0f);
        const float b = random.uniform(1.0f);
        data.x.insert(data.x.end(), {a, b});
        data.labels.push_back(a * b > 0.0f ? 1 : 0);
    }
    return data;
}
const lam::dataset train_rows = quadrants(200, 1);
const lam::dataset test_rows = quadrants(100, 2);

std::string scratch(const char* name) { return laminate::test::paths::scratch + "/fit_" + name; }
std::string content(const std::string& path) { return lam::read_file(path, 1 << 20).value(); }

struct outcome {
    lam::model<net> model;
    lam::history history;
};
lam::fit_options quiet(std::size_t epochs) {
    lam::fit_options options;
    options.epochs = epochs;
    options.show = lam::show::nothing;
    return options;
}
using trainer = lam::trainer<lam::model<net>, lam::softmax_cross_entropy, lam::adam>;

outcome train(const lam::fit_options& options, float rate = 0.01f) {
    outcome o;
    lam::initialise_auto(o.model, 5);
    trainer t(o.model, {}, {.learning_rate = rate});
    o.history = lam::fit(t, train_rows, test_rows, options);
    CHECK(t.learning_rate() == rate);
    return o;
}

bool same_numbers(const lam::history& a, const lam::history& b) {
    if (a.epochs.size() != b.epochs.size()) return false;
    for (std::size_t i = 0; i < a.epochs.size(); ++i)
        if (a.epochs[i].loss != b.epochs[i].loss || a.epochs[i].metric != b.epochs[i].metric ||
            a.epochs[i].validation_loss != b.epochs[i].validation_loss ||
            a.epochs[i].rate != b.epochs[i].rate)
            return false;
    return true;
}

} // namespace

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
        CHECK(rest.history.stopped == lam::stop_reason::finished);
        CHECK(rest.model == whole.model);
        CHECK(same_numbers(rest.history, whole.history));
        CHECK(rest.history.best_epoch == whole.history.best_epoch);
    }
    // A finished run that is called again does nothing, and has the same result.
    CHECK(train(options).model == whole.model);
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
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 3);
    CHECK_THAT(lines,
               contains("epoch 3/3  loss 0.") && contains("  accuracy 0.") && contains("rows/s"));
    const std::string bar = shown(lam::show::bar);
    CHECK(std::count(bar.begin(), bar.end(), '\n') == 1);
    CHECK_THAT(bar,
               contains("\repoch 3/3 [====================] loss 0.") && contains("0:00 left"));
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
               contains("'moments.second': expected 0 numbers"));
    CHECK(!lam::load_checkpoint(options.checkpoint, t, run));

    // Format 1 had the moments of narrow layers in another order.
    std::string older = content(options.checkpoint);
    older.replace(older.find(lam::detail::checkpoint_format), lam::detail::checkpoint_format.size(),
                  "laminate checkpoint 1");
    std::ofstream(options.checkpoint, std::ios::binary) << older;
    CHECK_THAT(lam::load_checkpoint(options.checkpoint, t, run)->message,
               contains("found 'laminate checkpoint 1'"));
}
