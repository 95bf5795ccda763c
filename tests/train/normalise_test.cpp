// SPDX-License-Identifier: MIT
// Scales of inputs: measured, applied, saved, folded into the first layer.

#include "support/catch.hpp"
#include "support/paths.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/initialise.hpp>
#include <laminate/train/normalise.hpp>

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
