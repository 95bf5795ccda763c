// SPDX-License-Identifier: MIT
// Scales of inputs: measured, applied, saved, folded into the first layer.

#include "support/catch.hpp"
#include "support/paths.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/data/normalise.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <cstring>
#include <limits>

namespace lam = laminate;
using lam::test::contains;

namespace {

struct net : lam::network<lam::input<3> | lam::dense<20> | lam::relu | lam::dense<2>> {};

lam::dataset table() {
    lam::dataset data;
    data.inputs = 3;
    data.x = {1, 5, 10, 2, 5, -3, 4, 5, 0.5f};
    return data;
}
void check_near(const std::vector<float>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::fabs(double{found[i]} - expected[i]) < 3e-7);
}

} // namespace

TEST_CASE("normalise: as scikit-learn does it, constant columns too", "[train]") {
    // X = [[1, 5, 10], [2, 5, -3], [4, 5, .5]]; StandardScaler().fit_transform(X)
    check_near(lam::fit_standardise(table())(table()).x,
               {-1.0690449676496978, 0, 1.3655185403274102, -0.2672612419124245, 0,
                -1.0013802629067674, 1.3363062095621219, 0, -0.3641382774206427});
    // MinMaxScaler().fit_transform(X)
    check_near(lam::fit_min_max(table())(table()).x,
               {0, 0, 1, 0.3333333333333333, 0, 0, 1, 0, 0.2692307692307693});
    check_near(lam::fit_min_max(table(), -1.0, 1.0)(table()).x,
               {-1, -1, 1, -1.0 / 3, -1, -1, 1, -1, -0.4615384615384615});
    // A column of 0.1 is constant, whatever its mean rounds to.
    lam::dataset tenths;
    tenths.inputs = 1;
    tenths.x.assign(1000, 0.1f);
    check_near(lam::fit_standardise(tenths)(tenths).x, std::vector<double>(1000, 0.0));
}

TEST_CASE("normalise: other rows take the training rows' scale", "[train]") {
    lam::dataset other = table();
    other.x = {7, 8, 23, 1, 5, -3, 1, 1, 1};
    const lam::dataset scaled = lam::fit_min_max(table())(other);
    CHECK(scaled.x[0] == 2.0f);
    CHECK(scaled.x[1] == 3.0f); // a constant column is only moved
    CHECK(scaled.x[2] == 2.0f);
}

TEST_CASE("normalise: folded into the first layer, the model takes raw inputs", "[train]") {
    lam::model<net> model;
    lam::initialise(model, 1, {.bias = 0.25f});
    const lam::normaliser input = lam::fit_standardise(table());
    const auto folded = lam::fold_into(model, input).value();
    const lam::dataset raw = table();
    const lam::dataset scaled = input(raw);
    for (std::size_t row = 0; row < 3; ++row) {
        const auto a = model(scaled.input(row).first<3>());
        const auto b = folded(raw.input(row).first<3>());
        for (std::size_t o = 0; o < 2; ++o)
            CHECK(std::fabs(a[o] - b[o]) < 4e-6f);
    }
    // One weight and one bias by hand.
    const double w = double{model.layer<0>().weights(4, 2)};
    CHECK(folded.layer<0>().weights(4, 2) == static_cast<float>(w * double{input.scale[2]}));
    double bias = 0.25;
    for (std::size_t i = 0; i < 3; ++i)
        bias += double{model.layer<0>().weights(4, i)} * double{input.shift[i]};
    CHECK(std::fabs(double{folded.layer<0>().bias[4]} - bias) < 1e-7);
}

TEST_CASE("normalise: what can't be folded is an error", "[train]") {
    lam::model<net> model;
    lam::initialise(model, 1);
    CHECK_THAT(lam::fold_into(model, {{1, 1}, {0, 0}}).error().message,
               contains("3 inputs, as the model has, found one of 2"));
    const float huge = std::numeric_limits<float>::max();
    model.layer<0>().weights(0, 0) = 2.0f;
    CHECK_THAT(lam::fold_into(model, {{huge, 1, 1}, {0, 0, 0}}).error().message,
               contains("input 0 no longer fits"));
}

namespace {

// Rows that lie around `mean`, evenly spread, of that deviation in each column.
lam::dataset rows_around(const std::vector<double>& mean, const std::vector<double>& deviation,
                         std::size_t rows, std::uint64_t seed) {
    lam::random_source random(seed);
    lam::dataset data;
    data.inputs = mean.size();
    for (std::size_t i = 0; i < rows * mean.size(); ++i)
        data.x.push_back(static_cast<float>(mean[i % mean.size()] +
                                            deviation[i % mean.size()] *
                                                static_cast<double>(random.uniform(1.732f))));
    return data;
}

template <std::size_t Inputs>
struct net_of : lam::network<lam::input<Inputs> | lam::dense<20>> {};

// The root of the mean square of what a model is off W (scale * x + shift) + b, with the numbers of
// `model` as they are.
template <class Model>
double error_of(const Model& found, bool raw, const Model& model, const lam::normaliser& input,
                const lam::dataset& data) {
    const auto layer = model.template layer<0>();
    const lam::dataset given = raw ? data : input(data);
    double sum = 0.0;
    for (std::size_t row = 0; row < data.rows(); ++row) {
        const auto y = found(given.input(row).template first<Model::inputs>());
        for (std::size_t o = 0; o < Model::outputs; ++o) {
            double truth = double{layer.bias[o]};
            for (std::size_t i = 0; i < Model::inputs; ++i)
                truth +=
                    double{layer.weights(o, i)} *
                    (double{data.input(row)[i]} * double{input.scale[i]} + double{input.shift[i]});
            sum += (double{y[o]} - truth) * (double{y[o]} - truth);
        }
    }
    return std::sqrt(sum / static_cast<double>(data.rows() * Model::outputs));
}

struct folds {
    std::size_t made = 0;
    std::size_t left_out = 0;
};

// Inputs at all distances from 0: what is folded loses three bits at most, what isn't would have
// lost nearly as much or more.
template <std::size_t Inputs>
void check_folds(folds& count) {
    lam::random_source random(Inputs);
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        INFO("inputs " << Inputs << ", seed " << seed);
        const double far = std::pow(10.0, 2.0 + 2.0 * static_cast<double>(random.uniform(1.0f)));
        std::vector<double> mean;
        std::vector<double> deviation;
        for (std::size_t i = 0; i < Inputs; ++i) {
            deviation.push_back(50.0 + 49.0 * static_cast<double>(random.uniform(1.0f)));
            mean.push_back(far * deviation[i] * static_cast<double>(random.uniform(1.0f)));
        }
        const lam::dataset data = rows_around(mean, deviation, 100, seed);
        const lam::normaliser input = lam::fit_standardise(data);
        lam::model<net_of<Inputs>> model;
        lam::initialise(model, seed, {.bias = 0.25f});
        const double before = error_of(model, false, model, input, data);
        const auto folded = lam::fold_into(model, input);
        const auto anyway = lam::fold_into(model, input, {.most_error_growth = 1e30}).value();
        const double after = error_of(anyway, true, model, input, data);
        if (folded) CHECK(after < 8.0 * before);
        if (!folded) CHECK(after > 4.0 * before);
        ++(folded ? count.made : count.left_out);
    }
}

} // namespace

TEST_CASE("normalise: a fold that loses digits is an error", "[train]") {
    for (const auto& [mean, deviation] : {std::pair{101325.0, 3.0}, {1.7e9, 1000.0}}) {
        const lam::dataset data = rows_around({0.5, mean, -1.0}, {1.0, deviation, 2.0}, 300, 3);
        const lam::normaliser input = lam::fit_standardise(data);
        lam::model<net_of<3>> model;
        lam::initialise(model, 1);
        CHECK(error_of(model, false, model, input, data) < 2e-7);
        const auto folded = lam::fold_into(model, input);
        REQUIRE_FALSE(folded);
        CHECK_THAT(folded.error().message,
                   contains("fold_into(): rounding errors would be about "));
        CHECK_THAT(folded.error().message, contains("because of input 1, which lies around 1"));
        const auto anyway = lam::fold_into(model, input, {.most_error_growth = 1e9}).value();
        CHECK(error_of(anyway, true, model, input, data) > 1e-4);
    }
    folds count;
    check_folds<1>(count);
    check_folds<4>(count);
    check_folds<60>(count);
    CHECK(count.made > 6);
    CHECK(count.left_out > 12);
}

TEST_CASE("normalise: columns that vary less than a scale can say are only moved", "[train]") {
    lam::dataset data;
    data.inputs = 2;
    data.x = {1e-42f, 1, 3e-42f, 2, 2e-42f, 3};
    for (const lam::normaliser& n : {lam::fit_standardise(data), lam::fit_min_max(data)}) {
        CHECK(n.scale[0] == 1.0f);
        CHECK(std::fabs(n.shift[0]) <= 2e-42f);
        CHECK(n.scale[1] > 0.1f);
    }
}

TEST_CASE("normalise: preconditions are checked", "[train]") {
    lam::dataset data = table();
    CHECK_THROWS_WITH(lam::fit_min_max(data, 1.0, 0.0),
                      "fit_min_max() expected a finite low < high, found 1 and 0");
    data.x[5] = std::numeric_limits<float>::infinity();
    const char* const found =
        "a normaliser is measured on finite numbers; found inf in row 1, column 2";
    CHECK_THROWS_WITH(lam::fit_standardise(data), found);
    CHECK_THROWS_WITH(lam::fit_min_max(data), found);
    const lam::model<net> model;
    const std::string path = laminate::test::paths::scratch + "/mismatched.safetensors";
    CHECK_THAT(lam::try_save(model, {{1, 1}, {0, 0}}, path).value().message,
               contains("expected a normaliser of 3 inputs, as the model has, found one of 2"));
}

TEST_CASE("normalise: saved with the model, and loaded again", "[train]") {
    const std::string path = laminate::test::paths::scratch + "/normalised.safetensors";
    lam::model<net> model;
    lam::initialise(model, 6);
    const lam::normaliser input = lam::fit_standardise(table());
    lam::save(model, input, path);
    CHECK(lam::load(net{}, path) == model);
    CHECK(lam::load_normaliser(path).value() == input);
    lam::save(model, path);
    CHECK_THAT(lam::load_normaliser(path).error().message, contains("'input.scale'"));
}
