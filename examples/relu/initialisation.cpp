// SPDX-License-Identifier: MIT

// Claims: ReLU wants He's starting weights, Glorot's suit tanh, small ones learn late and equal
// ones never; inputs should be scaled; L1 and L2 keep weights small. Trains networks on the digits.
// Promises loss curves and the norms of weights.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace relu {
namespace {

constexpr auto deep = lam::input<64> | lam::repeat<8>(lam::dense<64> | lam::relu) | lam::dense<10>;
constexpr auto shallow = lam::input<64> | lam::dense<64> | lam::relu | lam::dense<10>;

struct run {
    std::string name;
    std::vector<chart::point> loss = {}, weights = {}; // by epoch
    double accuracy = 0, near_zero = 0;
};

/// Calls f with every weight of the model.
template <class Model, class F>
void for_each_weight(const Model& model, F f) {
    boost::hana::for_each(model.layers(), [&](const auto& layer) {
        if constexpr (requires { layer.weights; })
            for (std::size_t o = 0; o < layer.weights.outputs(); ++o)
                for (std::size_t i = 0; i < layer.weights.inputs(); ++i)
                    f(static_cast<double>(layer.weights(o, i)));
    });
}
template <class Model>
double norm_of(const Model& model) {
    double sum = 0;
    for_each_weight(model, [&](double w) { sum += w * w; });
    return std::sqrt(sum);
}
template <class Model>
double share_near_zero(const Model& model) {
    double near = 0, all = 0;
    for_each_weight(model, [&](double w) {
        near += std::fabs(w) < 1e-3 ? 1 : 0;
        all += 1;
    });
    return near / all;
}

/// Inputs times `factor`.
lam::dataset times(lam::dataset data, float factor) {
    for (float& x : data.x)
        x *= factor;
    return data;
}

template <class Rule, class Network>
run train(const std::string& name, Network network, const lam::two_parts& data, float factor,
          lam::sgd optimiser, std::size_t epochs, lam::train_options options = {}) {
    run r = {.name = name};
    lam::model model(network);
    lam::initialise<Rule>(model, 3);
    r.weights.push_back({0, norm_of(model)});
    learn(model, times(data.train, factor), lam::softmax_cross_entropy{}, optimiser,
          {.epochs = epochs, .options = options}, [&](std::size_t epoch, double loss, const auto&) {
              r.loss.push_back({static_cast<double>(epoch), loss});
              r.weights.push_back({static_cast<double>(epoch), norm_of(model)});
          });
    r.accuracy = accuracy(model, times(data.test, factor));
    r.near_zero = share_near_zero(model);
    return r;
}

constexpr char marks[] = {'o', 's', 'd', 't', 'o'};
chart::look look_of(std::size_t i) { return {i + 1, i % 2 == 1, marks[i % 5]}; }

void draw(chart::page& page, chart::box where, const std::string& title, const std::string& y,
          double low, double high, bool log, const std::vector<run>& runs,
          std::vector<chart::point> run::*what) {
    const double last = (runs[0].*what).back().x;
    chart::panel p(page, where, title, {"epoch", (runs[0].*what)[0].x, last}, {y, low, high, log});
    for (std::size_t i = 0; i < runs.size(); ++i)
        p.line(runs[i].*what, look_of(i));
    for (std::size_t i = 0; i < runs.size(); ++i) { // down the right of the panel
        chart::look l = look_of(i);
        l.mark = '0';
        chart::legend(page, {where.x, where.bottom() + 58 + 18 * static_cast<double>(i)},
                      {{runs[i].name, l}});
    }
}

std::vector<std::string> row_of(const std::string& what, const run& r) {
    return {what,
            r.name,
            fixed(r.loss.back().y, 3),
            percent(r.accuracy),
            fixed(r.weights.back().y, 1),
            percent(r.near_zero)};
}

} // namespace

findings initialisation(const options& o) {
    lam::two_parts data = digits();
    if (o.quick) data.train = first(data.train, 400);
    const std::size_t epochs = o.quick ? 6 : 40;
    const lam::sgd slow = {.learning_rate = 0.03f};
    const std::vector<run> starts = {
        train<lam::he_normal>("He: sqrt(2 / n)", deep, data, 1, slow, epochs),
        train<lam::glorot_normal>("Glorot: sqrt(2 / (n + m))", deep, data, 1, slow, epochs),
        train<lam::normal_weights<0.05f>>("small: 0.05", deep, data, 1, slow, epochs),
        train<lam::constant_weights<1.0f / 64>>("all equal, 1 / 64", deep, data, 1, slow, epochs)};
    const std::vector<run> scales = {
        train<lam::he_normal>("0 to 1", shallow, data, 1, slow, epochs),
        train<lam::he_normal>("0 to 16", shallow, data, 16, slow, epochs),
        train<lam::he_normal>("0 to 255", shallow, data, 255, slow, epochs),
        train<lam::he_normal>("0 to 1/16", shallow, data, 1.0f / 16, slow, epochs)};
    const lam::sgd fast = {.learning_rate = 0.1f, .momentum = 0.9f};
    const std::vector<run> penalties = {
        train<lam::he_normal>("none", shallow, data, 1, fast, epochs),
        train<lam::he_normal>("L2, 0.001", shallow, data, 1, fast, epochs, {.l2 = 1e-3f}),
        train<lam::he_normal>("L1, 0.001", shallow, data, 1, fast, epochs, {.l1 = 1e-3f})};

    std::vector<std::vector<std::string>> table;
    for (const run& r : starts)
        table.push_back(row_of("start, 8 hidden layers", r));
    for (const run& r : scales)
        table.push_back(row_of("inputs, 1 hidden layer", r));
    for (const run& r : penalties)
        table.push_back(row_of("penalty, 1 hidden layer", r));
    print_table({"what", "which", "loss at the end", "test accuracy", "norm of weights",
                 "weights below 0.001"},
                table);

    findings f;
    f.claim(starts[0].loss.back().y < 0.7 * starts[1].loss.back().y,
            "a deep ReLU network learns faster from He's weights than from Glorot's");
    f.claim(starts[2].loss.back().y > 2 && starts[3].loss.back().y > 1.5,
            "from small or equal weights it hardly learns");
    f.claim(scales[0].accuracy > scales[2].accuracy + 0.05,
            "inputs from 0 to 255 spoil training with the same learning rate");
    f.claim(scales[0].loss.back().y < scales[1].loss.back().y,
            "inputs from 0 to 1 are learned faster than from 0 to 16", expected::not_held);
    f.claim(penalties[1].weights.back().y < 0.8 * penalties[0].weights.back().y &&
                penalties[2].near_zero > 0.2,
            "L2 keeps weights small, L1 makes many of them zero", o.unless_quick(expected::held));

    chart::page page(960, 480, "Starting weights, input scales and penalties",
                     "Digits, ReLU, plain SGD; the right panel with momentum 0.9.");
    draw(page, {70, 96, 240, 240}, "start of 64-64x8-10", "training loss", 1e-4, 4, true, starts,
         &run::loss);
    draw(page, {385, 96, 240, 240}, "inputs of 64-64-10", "training loss", 1e-4, 4, true, scales,
         &run::loss);
    draw(page, {700, 96, 240, 240}, "penalty on weights", "norm of all weights", 0, 30, false,
         penalties, &run::weights);
    page.save(o.out / "relu_initialisation.svg");
    f.figure(o.out / "relu_initialisation.svg");
    return f;
}

} // namespace relu
