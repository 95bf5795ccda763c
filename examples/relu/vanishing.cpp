// SPDX-License-Identifier: MIT

// Claim: gradients vanish with depth through sigmoid and tanh, and don't through ReLU. Measures the
// norm of each layer's gradient in 64-64x20-10 before training, from two ways to start, then
// trains. Promises the mean over seeds.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace relu {
namespace {

constexpr std::size_t depth = 20;
using naive = lam::normal_weights<0.05f>;

struct start {
    std::vector<double> mean, low, high; // norm of the gradient of each layer's weights
    std::vector<chart::point> loss = {}; // by epoch
};
struct outcome {
    std::string name;
    chart::look look;
    start he, small;
};

template <class Layer>
double norm_of(const Layer& layer) {
    double sum = 0;
    for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
        for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
            sum +=
                static_cast<double>(layer.weights(o, i)) * static_cast<double>(layer.weights(o, i));
    return std::sqrt(sum);
}

template <class Trainer>
std::vector<double> gradient_norms(const Trainer& trainer) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::vector<double>{norm_of(trainer.template gradient_of<2 * I>())...};
    }
    (std::make_index_sequence<depth + 1>{});
}

template <class Rule, class Activation>
start measure(Activation activation, const lam::two_parts& data, bool quick) {
    constexpr auto network =
        lam::input<64> | lam::repeat<depth>(lam::dense<64> | Activation{}) | lam::dense<10>;
    (void)activation;
    const std::size_t seeds = quick ? 2 : 10;
    start s = {std::vector<double>(depth + 1), std::vector<double>(depth + 1, 1e300),
               std::vector<double>(depth + 1)};
    const lam::dataset some = first(data.train, 256);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        lam::model model(network);
        lam::initialise<Rule>(model, seed);
        lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::sgd{});
        (void)trainer.step(some.x, some.labels);
        const std::vector<double> norms = gradient_norms(trainer);
        for (std::size_t i = 0; i <= depth; ++i) {
            s.mean[i] += norms[i] / static_cast<double>(seeds);
            s.low[i] = std::min(s.low[i], norms[i]);
            s.high[i] = std::max(s.high[i], norms[i]);
        }
    }
    lam::model model(network);
    lam::initialise<Rule>(model, 1);
    learn(model, data.train, lam::softmax_cross_entropy{},
          lam::sgd{.learning_rate = 0.005f, .momentum = 0.9f}, {.epochs = quick ? 4U : 30U},
          [&](std::size_t epoch, double loss, const auto&) {
              s.loss.push_back({static_cast<double>(epoch), loss});
          });
    return s;
}

template <class Activation>
outcome measure_both(const std::string& name, chart::look look, Activation activation,
                     const lam::two_parts& data, bool quick) {
    return {name, look, measure<lam::he_normal>(activation, data, quick),
            measure<naive>(activation, data, quick)};
}

void draw_norms(chart::page& page, double x, const std::string& title,
                const std::vector<outcome>& all, start outcome::*which) {
    chart::panel p(page, {x, 96, 240, 250}, title, {"layer, from the input", 1, depth + 1},
                   {"norm of the gradient", 1e-24, 10, true});
    for (const outcome& o : all) {
        const auto points = [&](const std::vector<double>& values) {
            std::vector<chart::point> at;
            for (std::size_t i = 0; i < values.size(); ++i)
                at.push_back({static_cast<double>(i + 1), values[i]});
            return at;
        };
        p.band(points((o.*which).low), points((o.*which).high), o.look);
        p.series(points((o.*which).mean), o.look);
    }
}

void draw(const std::vector<outcome>& all, const std::filesystem::path& file) {
    chart::page page(960, 430, "The gradient on its way through twenty layers",
                     "64-64x20-10 on digits. Left, middle: before training, mean of ten seeds. "
                     "Right: SGD with momentum.");
    draw_norms(page, 76, "He's start", all, &outcome::he);
    draw_norms(page, 400, "small start (0.05)", all, &outcome::small);
    chart::panel p(page, {710, 96, 230, 250}, "training from He's start",
                   {"epoch", 1, all[0].he.loss.back().x}, {"training loss", 0, 2.5});
    std::vector<chart::entry> entries;
    for (const outcome& o : all) {
        p.line(o.he.loss, o.look);
        entries.push_back({o.name, o.look});
    }
    chart::legend(page, {76, 412}, entries);
    page.save(file);
}

} // namespace

findings vanishing(const options& o) {
    lam::two_parts data = digits();
    if (o.quick) data.train = first(data.train, 300);
    const std::vector<outcome> all = {
        measure_both("sigmoid", {2, true, 's'}, lam::sigmoid, data, o.quick),
        measure_both("tanh", {3, false, 't'}, lam::tanh, data, o.quick),
        measure_both("ReLU", {1, false, 'o'}, lam::relu, data, o.quick)};
    std::vector<std::vector<std::string>> table;
    for (const outcome& one : all)
        table.push_back({one.name, powers(one.he.mean.front()), powers(one.he.mean.back()),
                         powers(one.small.mean.front()), powers(one.small.mean.back()),
                         fixed(one.he.loss.back().y, 3), fixed(one.small.loss.back().y, 3)});
    print_table({"activation", "He: gradient in layer 1", "in layer 21", "small: in layer 1",
                 "in layer 21", "loss after training, He", "small"},
                table);

    findings f;
    const auto first_layer = [&](std::size_t i) { return all[i].he.mean.front(); };
    f.claim(first_layer(0) < 1e-6, "gradients vanish through twenty sigmoids");
    f.claim(first_layer(1) < 1e-2, "gradients vanish through twenty tanh, from He's start",
            expected::not_held);
    f.claim(first_layer(2) > 1e-2, "they reach the first of twenty ReLU layers, from He's start");
    f.claim(all[2].small.mean.front() > 1e-2, "they do from a small start, too",
            expected::not_held);
    draw(all, o.out / "relu_vanishing.svg");
    f.figure(o.out / "relu_vanishing.svg");
    return f;
}

} // namespace relu
