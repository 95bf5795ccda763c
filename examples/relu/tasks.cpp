// SPDX-License-Identifier: MIT

// Claim: ReLU belongs in the hidden layers; what the last layer and the loss are follows from the
// task. Trains one network for each: regression, two classes, ten classes, several labels at once,
// beside the same without hidden layers. Promises metrics on rows that were not trained on.

#include "chart.hpp"
#include "experiment.hpp"
#include "learn.hpp"
#include "points.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace relu {
namespace {

struct result {
    std::string task, output, metric;
    double value, linear;
};

/// What was read, or an exception with the error's sentence.
template <class T>
T need(lam::result<T> read) {
    if (!read) throw std::runtime_error(read.error().message);
    return std::move(*read);
}

std::filesystem::path unpacked(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file))
        throw std::runtime_error(file.string() + " is not there; unpack it first: gunzip -k " +
                                 file.string() + ".gz (or leave out --data)");
    return file;
}

/// scikit-learn's diabetes from --data, else Friedman-like numbers: y is a smooth function of five
/// of ten inputs, with noise.
lam::two_parts regression_data(const options& o) {
    lam::dataset all;
    if (!o.data.empty()) {
        const auto folder = o.data / "diabetes";
        all = need(
            lam::read_csv(unpacked(folder / "diabetes_data_raw.csv").string(), {.separator = ' '}));
        all.targets = need(lam::read_csv(unpacked(folder / "diabetes_target.csv").string(),
                                         {.separator = ' '}))
                          .x;
    } else {
        lam::random_source random(7);
        all.inputs = 10;
        for (std::size_t row = 0; row < 442; ++row) {
            for (std::size_t i = 0; i < 10; ++i)
                all.x.push_back(random.uniform(1.0f));
            const float* const x = all.x.data() + row * 10;
            const float product = x[0] * x[1];
            const float square = x[2] * x[2];
            const float noise = static_cast<float>(0.2 * lam::normal(random));
            all.targets.push_back(on_grid(static_cast<double>(product)) * 2 +
                                  on_grid(static_cast<double>(square)) * 2 + x[3] + noise);
        }
    }
    all.outputs = 1;
    lam::two_parts parts = lam::split(all, 0.25, 1);
    const lam::normaliser in = lam::fit_standardise(parts.train);
    lam::dataset targets{.inputs = 1, .x = parts.train.targets};
    const lam::normaliser out = lam::fit_standardise(targets);
    for (lam::dataset* part : {&parts.train, &parts.test}) {
        in.apply(part->x);
        out.apply(part->targets);
    }
    return parts;
}

/// MNIST's rows from --data, else the digits.
lam::two_parts image_data(const options& o) {
    if (o.data.empty()) return digits();
    const auto folder = o.data / "mnist_t10k_0_7000";
    lam::dataset all = need(
        lam::with_labels(need(lam::read_idx(unpacked(folder / "images-idx3-ubyte").string())),
                         need(lam::read_idx(unpacked(folder / "labels-idx1-ubyte").string()))));
    for (float& x : all.x)
        x /= 255;
    return lam::split(all, 0.2, 1);
}

lam::dataset moons_data(std::uint64_t seed, std::size_t count) {
    const points p = moons(count, 0.1, seed);
    lam::dataset data{.inputs = 2, .outputs = 1};
    for (std::size_t i = 0; i < count; ++i) {
        data.x.insert(data.x.end(), p.at[i].begin(), p.at[i].end());
        data.targets.push_back(static_cast<float>(p.label[i]));
    }
    return data;
}

/// Four questions about a digit at once, each with yes or no.
const std::vector<std::string> questions = {"even", "above 4", "prime", "has a loop"};
lam::dataset with_questions(lam::dataset data) {
    data.outputs = questions.size();
    for (const std::uint32_t d : data.labels)
        for (const bool yes : {d % 2 == 0, d > 4, d == 2 || d == 3 || d == 5 || d == 7,
                               d == 0 || d == 6 || d == 8 || d == 9})
            data.targets.push_back(yes ? 1.0f : 0.0f);
    data.classes = 0;
    data.labels = {};
    return data;
}

template <class Network, class Loss>
auto train(Network network, const lam::dataset& data, Loss loss, std::size_t epochs,
           float weight_decay = 0) {
    lam::model model(network);
    lam::initialise_auto(model, 4);
    learn(model, data, loss, lam::adam{.learning_rate = 2e-3f, .weight_decay = weight_decay},
          {.epochs = epochs});
    return model;
}

/// The share of outputs on the right side of 0, where targets are 0 or 1.
std::vector<double> shares_right(const std::vector<float>& logits, const lam::dataset& data) {
    std::vector<double> right(data.outputs);
    for (std::size_t i = 0; i < logits.size(); ++i)
        right[i % data.outputs] += (logits[i] > 0) == (data.targets[i] > 0.5f) ? 1 : 0;
    for (double& r : right)
        r /= static_cast<double>(data.rows());
    return right;
}
double mean(const std::vector<double>& all) {
    double sum = 0;
    for (const double x : all)
        sum += x;
    return sum / static_cast<double>(all.size());
}

result regression(const options& o, chart::page& page) {
    const lam::two_parts data = regression_data(o);
    const std::size_t epochs = o.quick ? 30 : 60;
    constexpr lam::mean_squared_error loss;
    const auto model = train(lam::input<10> | lam::dense<32> | lam::relu | lam::dense<16> |
                                 lam::relu | lam::dense<1>,
                             data.train, loss, epochs, 0.1f);
    const auto plain = train(lam::input<10> | lam::dense<1>, data.train, loss, 4 * epochs);
    const std::vector<float> y = answers(model, data.test);
    chart::panel p(page, {70, 96, 190, 190}, "regression",
                   {"true, in standard deviations", -2.2, 2.8}, {"predicted", -2.2, 2.8});
    p.line({{-2.2, -2.2}, {2.8, 2.8}}, {7, true});
    std::vector<chart::point> at;
    for (std::size_t i = 0; i < y.size(); ++i)
        at.push_back({static_cast<double>(data.test.targets[i]), static_cast<double>(y[i])});
    p.dots(at, {1}, 1.8);
    return {o.data.empty() ? "regression (generated)" : "regression (diabetes)",
            "dense<1>, mean squared error", "R²", lam::regress(y, data.test.targets).r2,
            lam::regress(answers(plain, data.test), data.test.targets).r2};
}

result two_classes(const options& o, chart::page& page) {
    const lam::dataset data = moons_data(3, 400), test = moons_data(4, 1000);
    const std::size_t epochs = o.quick ? 50 : 150;
    constexpr lam::binary_cross_entropy loss;
    const auto model =
        train(lam::input<2> | lam::repeat<2>(lam::dense<16> | lam::relu) | lam::dense<1>, data,
              loss, epochs);
    const auto plain = train(lam::input<2> | lam::dense<1>, data, loss, epochs);
    const std::vector<float> logits = answers(model, test), line = answers(plain, test);
    chart::panel p(page, {335, 96, 190, 190}, "two classes: ROC",
                   {"share of class 0 taken for 1", 0, 1}, {"share of class 1 found", 0, 1});
    p.line({{0, 0}, {1, 1}}, {7, true});
    const std::vector<std::uint32_t> truth(test.targets.begin(), test.targets.end());
    const auto curve = [&](const std::vector<float>& scores, chart::look look) {
        std::vector<chart::point> at;
        for (const lam::roc_point& r : lam::roc_curve(scores, truth))
            at.push_back({r.false_positive_rate, r.true_positive_rate});
        p.line(at, look);
    };
    curve(line, {2, true});
    curve(logits, {1});
    return {"two classes (moons)", "dense<1>, binary cross-entropy on logits", "accuracy",
            mean(shares_right(logits, test)), mean(shares_right(line, test))};
}

template <std::size_t Inputs>
result many_classes(const options& o, const lam::two_parts& data, chart::page& page) {
    constexpr lam::softmax_cross_entropy loss;
    const std::size_t epochs = o.quick ? 5 : 30;
    const auto model = train(lam::input<Inputs> | lam::dense<64> | lam::relu | lam::dense<32> |
                                 lam::relu | lam::dense<10>,
                             data.train, loss, epochs);
    const auto plain = train(lam::input<Inputs> | lam::dense<10>, data.train, loss, epochs);
    const lam::confusion_matrix matrix(answers(model, data.test), data.test.labels, 10);
    std::vector<chart::tick> ticks, up;
    for (int d = 0; d < 10; ++d) {
        ticks.push_back({d + 0.5, std::to_string(d)});
        up.push_back({9.5 - d, std::to_string(d)});
    }
    chart::panel p(page, {600, 96, 190, 190}, "ten classes: confusion",
                   {"taken for", 0, 10, false, ticks}, {"true", 0, 10, false, up});
    for (std::size_t t = 0; t < 10; ++t)
        for (std::size_t c = 0; c < 10; ++c)
            if (const std::size_t n = matrix(t, c); n > 0) {
                const chart::point at =
                    p.at(static_cast<double>(c) + 0.5, 9.5 - static_cast<double>(t));
                page.rect({at.x - 9, at.y - 9, 18, 18}, t == c ? "f1" : "f2",
                          t == c ? "fill-opacity=\".3\"" : "fill-opacity=\".55\"");
                page.words({at.x, at.y + 3.5}, std::to_string(n), "tiny middle");
            }
    return {o.data.empty() ? "ten classes (digits)" : "ten classes (MNIST, 7000 rows)",
            "dense<10>, softmax cross-entropy", "accuracy", matrix.accuracy(),
            accuracy(plain, data.test)};
}

result several_labels(const options& o, chart::page& page) {
    lam::two_parts data = digits();
    data = {with_questions(data.train), with_questions(data.test)};
    const std::size_t epochs = o.quick ? 5 : 40;
    constexpr lam::binary_cross_entropy loss;
    const auto model = train(lam::input<64> | lam::dense<64> | lam::relu | lam::dense<4>,
                             data.train, loss, epochs);
    const auto plain = train(lam::input<64> | lam::dense<4>, data.train, loss, epochs);
    const auto right = shares_right(answers(model, data.test), data.test);
    const auto line = shares_right(answers(plain, data.test), data.test);
    std::vector<chart::tick> ticks;
    for (std::size_t q = 0; q < questions.size(); ++q)
        ticks.push_back({static_cast<double>(q), questions[q]});
    chart::panel p(page, {850, 96, 235, 190}, "several labels: accuracy",
                   {"question about a digit", -0.5, 3.5, false, ticks}, {"", 0.5, 1.04});
    for (std::size_t q = 0; q < questions.size(); ++q) {
        const double at = static_cast<double>(q);
        p.bar(at - 0.2, right[q], 0.36, {1}, fixed(100 * right[q], 0) + " %", "tiny middle");
        p.bar(at + 0.2, line[q], 0.36, {2, true}, fixed(100 * line[q], 0) + " %", "tiny middle");
    }
    return {"four labels (digits)", "dense<4>, binary cross-entropy on logits", "accuracy",
            mean(right), mean(line)};
}

} // namespace

findings tasks(const options& o) {
    chart::page page(1110, 385, "One hidden activation, four tasks",
                     "Hidden layers of ReLU; the last layer has no activation of its own, the loss "
                     "brings it.");
    const lam::two_parts images = image_data(o);
    const std::vector<result> all = {regression(o, page), two_classes(o, page),
                                     images.train.inputs == 784 ? many_classes<784>(o, images, page)
                                                                : many_classes<64>(o, images, page),
                                     several_labels(o, page)};
    chart::legend(
        page, {70, 362},
        {{"with hidden layers of ReLU", {1}, true}, {"without hidden layers", {2, true}, true}});
    page.save(o.out / "relu_tasks.svg");

    std::vector<std::vector<std::string>> table;
    bool better = true;
    for (const result& r : all) {
        table.push_back({r.task, r.output, r.metric, fixed(r.value, 3), fixed(r.linear, 3)});
        better = better && r.value > r.linear;
    }
    print_table({"task", "output and loss", "metric", "ReLU", "no hidden layer"}, table);
    findings f;
    f.claim(better, "hidden layers of ReLU beat the same output without them in all four tasks",
            o.data.empty() ? expected::held : expected::either);
    f.figure(o.out / "relu_tasks.svg");
    return f;
}

} // namespace relu
