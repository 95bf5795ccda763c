// SPDX-License-Identifier: MIT

// Claim: ReLUs die (20 to 50 % of them, it is said) when the learning rate is too high or biases
// start too low, and leaky ReLU, PReLU and ELU live. Trains 64-64-64-10 on the digits at many
// learning rates. Promises the share of units that are above 0 for no row of the training data.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace relu {
namespace {

struct outcome {
    double dead, accuracy;
};
/// Of all seeds: the mean, the least and the most.
struct spread {
    double mean = 0, low = 1, high = 0;
};
struct sweep {
    std::string name;
    chart::look look;
    std::vector<spread> dead = {}, accuracy = {}; // by learning rate
};

std::vector<double> rates(bool quick) {
    if (quick) return {0.03, 1};
    return {0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.5};
}

double share_dead(const std::vector<lam::layer_activity>& layers) {
    std::size_t dead = 0, units = 0;
    for (const lam::layer_activity& layer : layers)
        if (layer.rectifies) {
            dead += layer.dead;
            units += layer.units;
        }
    return static_cast<double>(dead) / static_cast<double>(units);
}

template <class Activation>
outcome train(Activation activation, const lam::two_parts& data, double rate, float bias,
              std::uint64_t seed, bool quick) {
    lam::model model(lam::input<64> | lam::dense<64> | activation | lam::dense<64> | activation |
                     lam::dense<10>);
    lam::initialise<lam::he_normal>(model, seed, {.bias = bias});
    learn(model, data.train, lam::softmax_cross_entropy{},
          lam::sgd{.learning_rate = static_cast<float>(rate)},
          {.epochs = quick ? 3U : 20U, .seed = seed});
    return {share_dead(lam::activity(model, data.train.x)), accuracy(model, data.test)};
}

template <class Activation>
sweep try_rates(sweep s, Activation activation, const lam::two_parts& data, float bias,
                const options& o) {
    const std::size_t seeds = o.quick ? 1 : 5;
    for (const double rate : rates(o.quick)) {
        spread dead, right;
        const auto add = [&](spread& to, double value) {
            to.mean += value / static_cast<double>(seeds);
            to.low = std::min(to.low, value);
            to.high = std::max(to.high, value);
        };
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const outcome one = train(activation, data, rate, bias, seed, o.quick);
            add(dead, one.dead);
            add(right, one.accuracy);
        }
        s.dead.push_back(dead);
        s.accuracy.push_back(right);
    }
    return s;
}

void draw(chart::page& page, double x, const std::string& title, const std::string& y,
          const std::vector<sweep>& all, std::vector<spread> sweep::*what, bool quick) {
    const std::vector<double> rate = rates(quick);
    chart::panel p(page, {x, 96, 245, 250}, title,
                   {"learning rate of SGD", rate.front(), rate.back(), true}, {y, 0, 1});
    const auto points = [&](const sweep& s, double spread::*part) {
        std::vector<chart::point> at;
        for (std::size_t i = 0; i < rate.size(); ++i)
            at.push_back({rate[i], (s.*what)[i].*part});
        return at;
    };
    for (const sweep& s : all) {
        p.band(points(s, &spread::low), points(s, &spread::high), s.look);
        p.series(points(s, &spread::mean), s.look);
    }
    std::vector<chart::entry> entries;
    for (const sweep& s : all)
        entries.push_back({s.name, s.look});
    for (std::size_t i = 0; i < entries.size(); ++i)
        chart::legend(page,
                      {x + 125 * static_cast<double>(i % 2), 408 + 18 * static_cast<double>(i / 2)},
                      {entries[i]});
}

} // namespace

findings dying(const options& o) {
    lam::two_parts data = digits();
    if (o.quick) data.train = first(data.train, 300);
    const std::vector<sweep> biases = {
        try_rates({"bias 0.1", {3, true, 't'}}, lam::relu, data, 0.1f, o),
        try_rates({"bias 0", {1, false, 'o'}}, lam::relu, data, 0.0f, o),
        try_rates({"bias -0.5", {2, true, 's'}}, lam::relu, data, -0.5f, o),
        try_rates({"bias -1", {4, false, 'd'}}, lam::relu, data, -1.0f, o)};
    std::vector<sweep> kinds = {
        biases[1], try_rates({"leaky ReLU", {2, true, 's'}}, lam::leaky_relu, data, 0.0f, o),
        try_rates({"PReLU", {3, true, 't'}}, lam::prelu, data, 0.0f, o),
        try_rates({"ELU", {4, false, 'd'}}, lam::elu, data, 0.0f, o)};
    kinds[0].name = "ReLU";

    const std::vector<double> rate = rates(o.quick);
    std::vector<std::vector<std::string>> table;
    for (std::size_t i = 0; i < rate.size(); ++i) {
        table.push_back({chart::number(rate[i])});
        for (const sweep& s : biases)
            table.back().push_back(percent(s.dead[i].mean));
        for (std::size_t k = 1; k < kinds.size(); ++k)
            table.back().push_back(percent(kinds[k].dead[i].mean));
        for (const sweep& s : kinds)
            table.back().push_back(percent(s.accuracy[i].mean));
    }
    print_table({"learning rate", "dead: bias 0.1", "bias 0", "bias -0.5", "bias -1", "leaky",
                 "PReLU", "ELU", "accuracy: ReLU", "leaky", "PReLU", "ELU"},
                table);

    const auto most = [](const std::vector<spread>& by_rate) {
        double high = 0;
        for (const spread& s : by_rate)
            high = std::max(high, s.mean);
        return high;
    };
    /// How much better than ReLU, at the rate where it is the most.
    const auto gain = [&](const sweep& s) {
        double best = -1;
        for (std::size_t i = 0; i < rate.size(); ++i)
            best = std::max(best, s.accuracy[i].mean - kinds[0].accuracy[i].mean);
        return best;
    };
    findings f;
    f.claim(kinds[0].dead.back().mean > kinds[0].dead.front().mean + 0.1,
            "a high learning rate kills ReLUs");
    f.claim(most(kinds[0].dead) >= 0.2, "20 % and more can die");
    f.claim(biases[3].dead.front().mean > biases[1].dead.front().mean + 0.05,
            "biases that start low kill ReLUs");
    f.claim(gain(kinds[1]) > 0.1, "leaky ReLU learns at rates that are too high for ReLU",
            o.unless_quick(expected::held));
    f.claim(gain(kinds[2]) > 0.1 || gain(kinds[3]) > 0.1, "PReLU or ELU do, too",
            o.unless_quick(expected::not_held));
    chart::page page(960, 450, "Dying ReLUs",
                     "64-64-64-10 on digits, 20 epochs of SGD; mean of five seeds, band from least "
                     "to most.");
    draw(page, 70, "ReLU, by starting bias", "share of units never positive", biases, &sweep::dead,
         o.quick);
    draw(page, 385, "by activation", "share of units never positive", kinds, &sweep::dead, o.quick);
    draw(page, 700, "what it does to the network", "test accuracy", kinds, &sweep::accuracy,
         o.quick);
    page.save(o.out / "relu_dying.svg");
    f.figure(o.out / "relu_dying.svg");
    return f;
}

} // namespace relu
