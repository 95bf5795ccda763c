// SPDX-License-Identifier: MIT

// Claim: ReLU makes activations sparse, and sparsity saves work. Watches the share of zeros while
// networks learn the digits, times single rows with and without leaving out the weights of zero
// inputs, and lets the generator take out units that never fire. Needs a quiet machine for the
// times. Promises the same bits from both forms, and that a unit taken out changes no value.

#include "chart.hpp"
#include "copy_layers.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include "../digits/timing.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/optimise.hpp>
#include <laminate/codegen/graph/planned.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace relu {
namespace {

/// The same function as relu, but of a kind that the planner doesn't expect zeros from.
constexpr auto no_skip = lam::leaky_relu(lam::negative_slope<0.0f>);

template <std::size_t Width, class Activation>
constexpr auto network(Activation activation) {
    return lam::input<64> | lam::repeat<3>(lam::dense<Width> | activation) | lam::dense<10>;
}

struct history {
    std::vector<chart::point> zeros[3], dead[3]; // by layer and epoch
};
struct timed {
    std::size_t width;
    double zeros; // share of zeros among the hidden values
    double skipping, reading;
};

template <class Model>
void watch(history& h, const Model& model, std::size_t epoch, const lam::dataset& data) {
    const std::vector<lam::layer_activity> layers = lam::activity(model, data.x);
    for (std::size_t i = 0; i < 3; ++i) {
        const double dead =
            static_cast<double>(layers[i].dead) / static_cast<double>(layers[i].units);
        h.zeros[i].push_back({static_cast<double>(epoch), layers[i].zeros});
        h.dead[i].push_back({static_cast<double>(epoch), dead});
    }
}

template <std::size_t Width, class Each>
auto train(const lam::two_parts& data, std::size_t epochs, Each each) {
    lam::model model(network<Width>(lam::relu));
    lam::initialise(model, 1);
    each(0, model);
    learn(model, data.train, lam::softmax_cross_entropy{}, lam::adam{}, {.epochs = epochs},
          [&](std::size_t epoch, double, const auto&) { each(epoch, model); });
    return model;
}

template <std::size_t Width>
timed time_rows(const lam::two_parts& data, bool quick) {
    const auto skipping = train<Width>(data, quick ? 1 : 5, [](std::size_t, const auto&) {});
    lam::model reading(network<Width>(no_skip));
    copy_layers<7>(reading, skipping);

    const auto row = [&](const auto& model, std::size_t r) {
        return model(data.test.input(r).template first<64>());
    };
    for (std::size_t r = 0; r < data.test.rows(); ++r)
        if (row(skipping, r) != row(reading, r))
            throw std::runtime_error("skipping zeros changed a result: a defect, please report it");
    constexpr std::size_t rows = 25; // a sample: short, so that few are interrupted
    const auto next_rows = [&](const auto& model) {
        return [&, at = std::size_t{0}]() mutable {
            for (std::size_t i = 0; i < rows; ++i, at = (at + 1) % data.test.rows()) {
                const auto out = row(model, at);
                demo::keep(out.data());
            }
        };
    };
    const auto t = demo::compare(rows, next_rows(skipping), next_rows(reading));
    return {Width, lam::activity(skipping, data.test.x)[1].zeros, t[0].median, t[1].median};
}

struct removal {
    std::size_t units = 0, dead = 0, removed = 0, multiply_adds = 0, multiply_adds_left = 0;
};

std::size_t hidden_units(const lam::codegen::graph& network) {
    std::size_t units = 0;
    for (std::size_t i = 0; i + 1 < network.nodes.size(); ++i) // the last layer's are outputs
        if (network.nodes[i].kind == lam::ir::op::dense) units += network.nodes[i].units;
    return units;
}

/// What the generator can take out of a network whose pixels are from 0 to 1, by that alone.
removal remove_dead(const lam::two_parts& data, float rate, bool quick) {
    lam::model model(lam::input<64> | lam::repeat<2>(lam::dense<64> | lam::relu) | lam::dense<10>);
    lam::initialise(model, 1);
    learn(model, data.train, lam::softmax_cross_entropy{}, lam::sgd{.learning_rate = rate},
          {.epochs = quick ? 2U : 20U});
    removal r;
    for (const lam::layer_activity& layer : lam::activity(model, data.train.x))
        if (layer.rectifies) r.dead += layer.dead;

    lam::codegen::graph network = lam::codegen::graph_of(model);
    const auto whole = lam::codegen::plan_graph(network).value();
    r.units = hidden_units(network);
    const auto passes = lam::codegen::optimise(network, {.input_range = {{0.0, 1.0}}}).value();
    r.removed = r.units - hidden_units(network);
    r.multiply_adds = passes.front().multiply_adds_before;
    r.multiply_adds_left = passes.back().multiply_adds_after;
    const auto left = lam::codegen::plan_graph(network).value();
    const std::vector<float> before = lam::codegen::evaluate(whole, data.test.x);
    const std::vector<float> after = lam::codegen::evaluate(left, data.test.x);
    for (std::size_t i = 0; i < before.size(); ++i)
        if (std::abs(before[i] - after[i]) > 1e-4f * (1.0f + std::abs(before[i])))
            throw std::runtime_error("a unit that fires was taken out: a defect, please report it");
    return r;
}

void draw(const history& h, const std::vector<timed>& times, const std::filesystem::path& file) {
    chart::page page(
        960, 420, "ReLU makes zeros, and zeros save time",
        "Digits. Left: 64-128x3-10 while it learns. Right: one row through 64-Nx3-10.");
    const double last = h.zeros[0].back().x;
    chart::panel left(page, {70, 96, 430, 240}, "share of zeros among each layer's outputs",
                      {"epoch of Adam", 0, last}, {"share of zeros", 0, 1});
    const chart::look looks[] = {{1, false, 'o'}, {2, true, 's'}, {3, false, 't'}};
    std::vector<chart::entry> entries;
    for (std::size_t i = 0; i < 3; ++i) {
        left.series(h.zeros[i], looks[i]);
        entries.push_back({"hidden layer " + std::to_string(i + 1), looks[i]});
    }
    chart::legend(page, {70, 402}, entries, 150);

    std::vector<chart::tick> ticks;
    for (std::size_t i = 0; i < times.size(); ++i)
        ticks.push_back({static_cast<double>(i), "N = " + std::to_string(times[i].width) + ", " +
                                                     percent(times[i].zeros, 0) + " zeros"});
    chart::panel right(page, {600, 96, 330, 240}, "time of one row, alone",
                       {"", -0.5, static_cast<double>(times.size()) - 0.5, false, ticks},
                       {"relative to reading all weights", 0, 1.3});
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto bar = [&](double x, double nanoseconds, chart::look look) {
            right.bar(static_cast<double>(i) + x, nanoseconds / times[i].reading, 0.34, look,
                      fixed(nanoseconds / 1000, 1) + " µs");
        };
        bar(-0.19, times[i].skipping, {1});
        bar(0.19, times[i].reading, {2, true});
    }
    chart::legend(page, {600, 402},
                  {{"zeros skipped", {1}, true}, {"all weights read", {2, true}, true}});
    page.save(file);
}

} // namespace

findings sparsity(const options& o) {
    lam::two_parts data = digits();
    if (o.quick) data.train = first(data.train, 400);
    history h;
    (void)train<128>(data, o.quick ? 4 : 30, [&](std::size_t epoch, const auto& model) {
        watch(h, model, epoch, data.train);
    });
    std::vector<std::vector<std::string>> table;
    for (const std::size_t at : {std::size_t{0}, h.zeros[0].size() / 3, h.zeros[0].size() - 1}) {
        table.push_back({chart::number(h.zeros[0][at].x)});
        for (const auto& layer : h.zeros)
            table.back().push_back(percent(layer[at].y));
        for (const auto& layer : h.dead)
            table.back().push_back(percent(layer[at].y));
    }
    print_table({"epoch", "zeros: layer 1", "layer 2", "layer 3", "dead units: layer 1", "layer 2",
                 "layer 3"},
                table);

    const std::vector<timed> times = {time_rows<256>(data, o.quick), time_rows<512>(data, o.quick)};
    table.clear();
    for (const timed& t : times)
        table.push_back({std::to_string(t.width), percent(t.zeros), fixed(t.skipping / 1000, 2),
                         fixed(t.reading / 1000, 2), fixed(t.reading / t.skipping, 2)});
    print_table({"64-Nx3-10, N", "zeros behind layer 2", "one row, zeros skipped, µs",
                 "all read, µs", "gain"},
                table);

    removal worst;
    table.clear();
    for (const float rate : {0.1f, 0.5f, 0.8f, 1.0f}) {
        const removal r = remove_dead(data, rate, o.quick);
        table.push_back({fixed(static_cast<double>(rate), 1), std::to_string(r.units),
                         std::to_string(r.dead), std::to_string(r.removed),
                         std::to_string(r.multiply_adds), std::to_string(r.multiply_adds_left)});
        worst = r;
    }
    print_table({"64-64-64-10, SGD's rate", "hidden units", "silent for all training rows",
                 "proved silent, removed", "multiply-adds", "left"},
                table);

    findings f;
    const auto mean = [&](auto at) {
        double sum = 0;
        for (const auto& layer : h.zeros)
            sum += at(layer).y / 3;
        return sum;
    };
    const double before = mean([](const auto& layer) { return layer.front(); });
    const double after = mean([](const auto& layer) { return layer.back(); });
    f.claim(before > 0.4, "about half of the activations are zero before training");
    f.claim(after > 0.25, "a quarter and more are zero after it");
    f.claim(after > before, "training makes activations sparser", expected::not_held);
    f.claim(times[1].reading > 1.1 * times[1].skipping,
            "skipping zeros makes one row of a wide network faster", expected::either);
    f.claim(worst.removed > 0, "the generator removes units that a high learning rate has killed",
            o.unless_quick(expected::held));
    f.claim(worst.removed == worst.dead, "all units that are silent for the data can be removed",
            o.unless_quick(expected::not_held));
    draw(h, times, o.out / "relu_sparsity.svg");
    f.figure(o.out / "relu_sparsity.svg");
    return f;
}

} // namespace relu
