// SPDX-License-Identifier: MIT

// What networks learn here beside scikit-learn's of the same shape (sklearn_peers.py): digits,
// diabetes and MNIST, from several seeds each; and what convolutions learn of MNIST. Needs
// examples/data, and for the other two a folder with their files unpacked. Promises the same
// figures on every machine, but for the seconds.
//
// The rows: of digits.bin the first 1297 train and the other 500 test. Of diabetes, row r tests in
// fold r % 5 and trains in the others; inputs and target are standardised on the rows that train.
// Of MNIST's 7000 images, row r tests if r % 7 is 6, so 1000 do, and 6000 train.

#include "digits/to_learn.hpp"
#include "distort.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/train.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace lam = laminate;

namespace {

struct digits : lam::network<lam::input<64> | lam::dense<64> | lam::relu | lam::dense<32> |
                             lam::relu | lam::dense<10> | lam::softmax> {};
struct diabetes : lam::network<lam::input<10> | lam::dense<32> | lam::relu | lam::dense<1>> {};
struct mnist : lam::network<lam::input<784> | lam::dense<256> | lam::relu | lam::dropout<0.2f> |
                            lam::dense<128> | lam::relu | lam::dropout<0.2f> | lam::dense<10> |
                            lam::softmax> {};

struct lenet : lam::network<lam::input<28, 28, 1> | lam::conv2d<16, 5> | lam::relu |
                            lam::max_pool2d<2> | lam::conv2d<32, 5> | lam::relu |
                            lam::max_pool2d<2> | lam::flatten | lam::dense<128> | lam::relu |
                            lam::dropout<0.5f> | lam::dense<10> | lam::softmax> {};

std::size_t seeds = 5;

// Calls result_of(seed) for each seed, and prints what came out.
template <class Run>
void compare(const char* what, const Run& result_of) {
    std::string each;
    double sum = 0.0;
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t seed = 1; seed <= seeds; ++seed) {
        const double result = result_of(seed);
        sum += result;
        each += lam::sentence(" ", lam::detail::rounded(result, 4));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto count = static_cast<double>(seeds);
    std::printf("%s: mean %.4f, each%s, %.1f s each\n", what, sum / count, each.c_str(),
                took.count() / count);
    std::fflush(stdout);
}

// Trains a model on one part, and returns the metric (accuracy or R^2) on the other.
template <class Network, class Loss>
double learn(const lam::two_parts& data, Loss loss, const lam::adamw& optimiser,
             lam::fit_options options, std::uint64_t seed) {
    lam::model<Network> model;
    lam::initialise_auto(model, seed);
    lam::trainer trainer(model, std::move(loss), optimiser, {.seed = seed});
    options.seed = seed;
    options.rate = lam::cosine(static_cast<double>(options.epochs));
    const lam::history h = lam::fit(trainer, data.train, data.test, options);
    return h.epochs.back().metric;
}

lam::fit_options settings(std::size_t epochs, std::size_t batch) {
    lam::fit_options options;
    options.epochs = epochs;
    options.batch = batch;
    options.show = lam::show::nothing;
    return options;
}

void compare_digits() {
    const lam::two_parts data = demo::to_learn(demo::read_dataset(LEARNING_DATA "/digits.bin"));
    compare("digits 64-64-32-10, accuracy", [&](std::uint64_t seed) {
        return learn<digits>(data, lam::softmax_cross_entropy{},
                             {.learning_rate = 0.003f, .weight_decay = 0.1f}, settings(200, 64),
                             seed);
    });
}

// Rows whose number gives this rest when divided test; the others train.
lam::two_parts by_rest(const lam::dataset& data, std::size_t divisor, std::size_t rest) {
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;
    for (std::size_t row = 0; row < data.rows(); ++row)
        (row % divisor == rest ? test : train).push_back(row);
    return {select(data, train), select(data, test)};
}

// The targets as a data set of their own, so that they can be normalised too.
lam::dataset targets_as_inputs(const lam::dataset& data) {
    lam::dataset targets;
    targets.inputs = data.outputs;
    targets.x = data.targets;
    return targets;
}

double diabetes_fold(const lam::dataset& data, std::size_t fold, std::uint64_t seed) {
    lam::two_parts parts = by_rest(data, 5, fold);
    const lam::normaliser input = lam::fit_standardise(parts.train);
    const lam::normaliser target = lam::fit_standardise(targets_as_inputs(parts.train));
    for (lam::dataset* const part : {&parts.train, &parts.test}) {
        input.apply(part->x);
        target.apply(part->targets); // R^2 is the same in any unit
    }
    return learn<diabetes>(parts, lam::mean_squared_error{},
                           {.learning_rate = 0.003f, .weight_decay = 0.5f}, settings(40, 32), seed);
}

void compare_diabetes(const std::string& folder) {
    lam::csv_options blanks;
    blanks.separator = ' ';
    lam::dataset data = lam::read_csv(folder + "/diabetes_data_raw.csv", blanks).value();
    data.targets = lam::read_csv(folder + "/diabetes_target.csv").value().x;
    data.outputs = 1;
    compare("diabetes 10-32-1, R^2 over five folds", [&](std::uint64_t seed) {
        double sum = 0.0;
        for (std::size_t fold = 0; fold < 5; ++fold)
            sum += diabetes_fold(data, fold, seed);
        return sum / 5.0;
    });
}

lam::two_parts read_mnist(const std::string& folder) {
    lam::dataset data = lam::with_labels(lam::read_idx(folder + "/images-idx3-ubyte").value(),
                                         lam::read_idx(folder + "/labels-idx1-ubyte").value())
                            .value();
    for (float& pixel : data.x)
        pixel /= 255.0f;
    return by_rest(data, 7, 6);
}

// Accuracy of a network from a seed, with images as they are or distorted.
template <class Network>
auto mnist_learner(const lam::two_parts& parts, float rate, std::size_t epochs, bool distorted) {
    return [&parts, rate, epochs, distorted](std::uint64_t seed) {
        lam::fit_options options = settings(epochs, 64);
        if (distorted)
            options.augment = [](std::span<float> image, lam::random_source& random) {
                demo::distort(image, 28, {.shift = 2.0f, .matrix = 0.2f}, random);
            };
        return learn<Network>(parts, lam::softmax_cross_entropy{},
                              {.learning_rate = rate, .weight_decay = 0.1f}, options, seed);
    };
}

void compare_mnist(const std::string& folder) {
    const lam::two_parts parts = read_mnist(folder);
    compare("mnist 784-256-128-10, accuracy", mnist_learner<mnist>(parts, 0.001f, 40, false));
    compare("mnist 784-256-128-10, images distorted, accuracy",
            mnist_learner<mnist>(parts, 0.001f, 150, true));
}

void compare_lenet(const std::string& folder) {
    const lam::two_parts parts = read_mnist(folder);
    compare("mnist, LeNet 16-32-128-10, accuracy", mnist_learner<lenet>(parts, 0.002f, 20, false));
    compare("mnist, LeNet 16-32-128-10, images distorted, accuracy",
            mnist_learner<lenet>(parts, 0.001f, 100, true));
}

int usage(std::FILE* stream) {
    std::fputs("usage: learning [--seeds N] digits\n"
               "       learning [--seeds N] diabetes FOLDER   diabetes_data_raw.csv, "
               "diabetes_target.csv\n"
               "       learning [--seeds N] mnist FOLDER      images-idx3-ubyte, "
               "labels-idx1-ubyte\n"
               "       learning [--seeds N] lenet FOLDER      the same, by convolutions\n",
               stream);
    return stream == stdout ? 0 : 2;
}

} // namespace

int main(int argc, char** argv) try {
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() > 2 && words[0] == "--seeds") {
        seeds = lam::detail::number_of<std::size_t>(words[1]).value_or(0);
        words.erase(words.begin(), words.begin() + 2);
    }
    if (words.size() == 1 && words[0] == "--help") return usage(stdout);
    const auto asked = [&words](std::size_t count, const char* what) {
        return seeds > 0 && words.size() == count && words[0] == what;
    };
    if (asked(1, "digits"))
        compare_digits();
    else if (asked(2, "diabetes"))
        compare_diabetes(words[1]);
    else if (asked(2, "mnist"))
        compare_mnist(words[1]);
    else if (asked(2, "lenet"))
        compare_lenet(words[1]);
    else
        return usage(stderr);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "learning: %s\n", error.what());
    return 1;
}
