// SPDX-License-Identifier: MIT
// Starting values and losses.

#include "support/catch.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/look/classification.hpp>
#include <laminate/train/steps/initialise.hpp>

#include <array>
#include <cmath>

namespace lam = laminate;

namespace {

struct net : lam::network<lam::input<24> | lam::dense<50> | lam::prelu | lam::dense<40>> {};

template <class Rule>
double largest_weight(std::uint64_t seed) {
    lam::model<net> m;
    lam::initialise<Rule>(m, seed);
    double largest = 0.0;
    for (std::size_t o = 0; o < 50; ++o)
        for (std::size_t i = 0; i < 24; ++i)
            largest = std::fmax(largest, std::fabs(double{m.layer<0>().weights(o, i)}));
    return largest;
}

} // namespace

TEST_CASE("initialise: within the rule's limit, and near it", "[train]") {
    const double he = std::sqrt(6.0 / 24.0);
    CHECK(largest_weight<lam::he_uniform>(1) <= he);
    CHECK(largest_weight<lam::he_uniform>(1) > 0.98 * he);
    const double glorot = std::sqrt(6.0 / 74.0);
    CHECK(largest_weight<lam::glorot_uniform>(1) <= glorot * (1.0 + 1e-7));
    CHECK(largest_weight<lam::glorot_uniform>(1) > 0.98 * glorot);
}

TEST_CASE("initialise: a seed names the weights; biases are 0, slopes 0.25", "[train]") {
    lam::model<net> a;
    lam::model<net> b;
    lam::initialise(a, 3);
    lam::initialise(b, 3);
    CHECK(a == b);
    lam::initialise(b, 4);
    CHECK(a != b);
    for (std::size_t o = 0; o < 50; ++o) {
        CHECK(a.layer<0>().bias[o] == 0.0f);
        CHECK(a.layer<1>().slope[o] == 0.25f);
    }
}

TEST_CASE("initialise: the square root is right where limits lie", "[train]") {
    for (const double x : {6.0, 1.0, 0.25, 6.0 / 784.0, 1e-12, 1e12})
        CHECK(std::fabs(lam::pack::newton_root(x) / std::sqrt(x) - 1.0) < 1e-15);
}

TEST_CASE("classify: as computed by hand", "[train]") {
    const std::array scores = {0.5f, 0.25f, 0.25f, 0.125f, 0.125f, 0.75f};
    const std::array labels = {1, 2};
    const auto c = lam::classify<int>(scores, labels, 3);
    CHECK(c.rows == 2);
    CHECK(c.correct == 1);
    CHECK(c.accuracy() == 0.5);
    CHECK(std::fabs(c.cross_entropy + (std::log(0.25) + std::log(0.75)) / 2) < 1e-15);
}
