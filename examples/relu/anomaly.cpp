// SPDX-License-Identifier: MIT

// Claim: an autoencoder that has learned the usual rebuilds the unusual badly, so that its error
// finds anomalies. Trains 64-32-6-32-64 on one digit at a time. Promises the ROC curve of its error
// on images it never saw: that digit against the other nine.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace relu {
namespace {

constexpr auto with_relu = lam::input<64> | lam::dense<32> | lam::relu | lam::dense<6> |
                           lam::dense<32> | lam::relu | lam::dense<64>;
constexpr auto linear = lam::input<64> | lam::dense<6> | lam::dense<64>; // what PCA can do

/// How far the rebuilt images are from those shown, and which were anomalies.
struct scored {
    std::vector<float> error;
    std::vector<std::uint32_t> anomaly;

    double area() const { return lam::roc_auc(error, anomaly); }
    std::vector<chart::point> curve() const {
        std::vector<chart::point> points;
        for (const lam::roc_point& p : lam::roc_curve(error, anomaly))
            points.push_back({p.false_positive_rate, p.true_positive_rate});
        return points;
    }
};

lam::dataset images_of(const lam::dataset& data, std::uint32_t digit) {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < data.rows(); ++row)
        if (data.labels[row] == digit) rows.push_back(row);
    lam::dataset chosen = lam::select(data, rows);
    chosen.classes = 0;
    chosen.labels = {};
    chosen.outputs = chosen.inputs; // to be rebuilt
    chosen.targets = chosen.x;
    return chosen;
}

template <class Network>
scored rebuild(Network network, const lam::two_parts& data, std::uint32_t digit, bool quick) {
    lam::model model(network);
    lam::initialise(model, 1);
    learn(model, images_of(data.train, digit), lam::mean_squared_error{},
          lam::adam{.learning_rate = 3e-3f}, {.epochs = quick ? 30U : 300U, .batch = 16});
    const std::vector<float> rebuilt = answers(model, data.test);
    scored s;
    for (std::size_t row = 0; row < data.test.rows(); ++row) {
        double sum = 0;
        for (std::size_t p = 0; p < 64; ++p) {
            const double difference = static_cast<double>(rebuilt[row * 64 + p]) -
                                      static_cast<double>(data.test.x[row * 64 + p]);
            sum += difference * difference;
        }
        s.error.push_back(static_cast<float>(sum / 64));
        s.anomaly.push_back(data.test.labels[row] != digit ? 1 : 0);
    }
    return s;
}

void draw_histogram(chart::page& page, chart::box where, const scored& s,
                    const std::string& title) {
    constexpr std::size_t bins = 30;
    const double high =
        1.001 * static_cast<double>(*std::max_element(s.error.begin(), s.error.end()));
    std::vector<double> usual(bins), unusual(bins);
    for (std::size_t i = 0; i < s.error.size(); ++i) {
        const double bin = static_cast<double>(s.error[i]) / high * bins;
        (s.anomaly[i] != 0 ? unusual : usual)[static_cast<std::size_t>(bin)] += 1;
    }
    const double most = std::max(*std::max_element(usual.begin(), usual.end()),
                                 *std::max_element(unusual.begin(), unusual.end()));
    chart::panel p(page, where, title, {"mean squared error of the rebuilt image", 0, high},
                   {"images", 0, 1.08 * most});
    const double width = high / bins;
    for (std::size_t b = 0; b < bins; ++b) {
        const double at = (static_cast<double>(b) + 0.5) * width;
        if (unusual[b] > 0) p.bar(at, unusual[b], width, {2, true});
        if (usual[b] > 0) p.bar(at, usual[b], 0.55 * width, {1});
    }
}

void draw(const std::vector<scored>& all, std::size_t best, std::size_t worst,
          const std::filesystem::path& file) {
    chart::page page(960, 430, "An autoencoder as a detector of anomalies",
                     "64-32-6-32-64, trained on one digit, judged on 500 new images of all ten.");
    draw_histogram(page, {70, 96, 380, 250}, all[best],
                   "trained on " + std::to_string(best) + ": error of new images");
    chart::legend(page, {70, 410},
                  {{"the digit it knows", {1}, true}, {"other digits", {2, true}, true}});
    chart::panel p(page, {540, 96, 380, 250}, "ROC (its upper left corner), a curve for each digit",
                   {"share of usual images reported", 0, 0.3},
                   {"share of anomalies found", 0.7, 1});
    for (const scored& s : all)
        p.line(s.curve(), {7});
    p.line(all[worst].curve(), {2, true});
    p.line(all[best].curve(), {1});
    chart::legend(page, {540, 410},
                  {{"best (" + std::to_string(best) + ")", {1, false, '0'}},
                   {"worst (" + std::to_string(worst) + ")", {2, true, '0'}},
                   {"the others", {7, false, '0'}}});
    page.save(file);
}

double mean(const std::vector<double>& all) {
    return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

} // namespace

findings anomaly(const options& o) {
    const lam::two_parts data = digits();
    std::vector<scored> all;
    std::vector<double> deep, plain;
    std::vector<std::vector<std::string>> table;
    for (std::uint32_t digit = 0; digit < 10; ++digit) {
        all.push_back(rebuild(with_relu, data, digit, o.quick));
        deep.push_back(all.back().area());
        plain.push_back(rebuild(linear, data, digit, o.quick).area());
        table.push_back({std::to_string(digit), fixed(deep.back(), 3), fixed(plain.back(), 3)});
    }
    table.push_back({"mean", fixed(mean(deep), 3), fixed(mean(plain), 3)});
    print_table({"digit learned", "ROC AUC, 64-32-6-32-64 ReLU", "64-6-64 linear"}, table);

    findings f;
    f.claim(mean(deep) > 0.85, "the error of the autoencoder tells the unusual from the usual");
    f.claim(mean(deep) > mean(plain) + 0.005,
            "ReLU layers find more than a linear autoencoder of the same bottleneck",
            o.unless_quick(expected::not_held));
    const auto best = std::max_element(deep.begin(), deep.end()) - deep.begin();
    const auto worst = std::min_element(deep.begin(), deep.end()) - deep.begin();
    draw(all, static_cast<std::size_t>(best), static_cast<std::size_t>(worst),
         o.out / "relu_anomaly.svg");
    f.figure(o.out / "relu_anomaly.svg");
    return f;
}

} // namespace relu
