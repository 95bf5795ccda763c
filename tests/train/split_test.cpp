// SPDX-License-Identifier: MIT
// Orders and splits: complete, fair, and the same for a seed.

#include "support/catch.hpp"
#include "support/stopped.hpp"

#include <laminate/train/data/split.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace lam = laminate;
using lam::test::contains;
using lam::test::stopped;

namespace {

lam::dataset numbered(std::size_t rows, std::size_t classes) {
    lam::dataset data;
    data.inputs = 1;
    data.classes = classes;
    for (std::size_t row = 0; row < rows; ++row) {
        data.x.push_back(static_cast<float>(row));
        if (classes != 0) data.labels.push_back(row % 4 == 0 ? 0 : 1);
    }
    return data;
}
std::vector<float> together(const lam::two_parts& parts) {
    std::vector<float> all = parts.train.x;
    all.insert(all.end(), parts.test.x.begin(), parts.test.x.end());
    std::sort(all.begin(), all.end());
    return all;
}

} // namespace

TEST_CASE("shuffle: bounded numbers are even, and all orders equally likely", "[train]") {
    lam::random_source random(7);
    std::array<int, 6> orders = {};
    for (int i = 0; i < 60000; ++i) {
        std::array order = {0, 1, 2};
        lam::shuffle(std::span<int>(order), random);
        ++orders[static_cast<std::size_t>(order[0] * 2 + (order[1] > order[2] ? 1 : 0))];
    }
    for (const int count : orders) // 10000 each, standard deviation 91
        CHECK(std::abs(count - 10000) < 450);
    for (std::uint64_t bound = 1; bound < 50; ++bound)
        CHECK(lam::below(random, bound) < bound);
    CHECK(lam::below(random, (std::uint64_t{1} << 63) + 1) <= std::uint64_t{1} << 63);
}

TEST_CASE("shuffle: a seed names an order for ever", "[train]") {
    lam::random_source random(1);
    CHECK(lam::shuffled(8, random) == std::vector<std::size_t>{4, 3, 2, 7, 5, 6, 0, 1});
}

TEST_CASE("split: all rows, each once, in the share asked for", "[train]") {
    for (const std::size_t classes : std::array<std::size_t, 2>{0, 2}) {
        const lam::dataset data = numbered(103, classes);
        const lam::two_parts parts = lam::split(data, 0.25, 3);
        CHECK(parts.test.rows() == 26);
        CHECK(together(parts) == data.x);
        CHECK(lam::split(data, 0.25, 3).test == parts.test);
        CHECK(lam::split(data, 0.25, 4).test != parts.test);
        CHECK(!std::is_sorted(parts.train.x.begin(), parts.train.x.end()));
        CHECK(lam::split(data, 0.0, 3).test.rows() == 0);
        CHECK(lam::split(data, 1.0, 3).train.rows() == 0);
    }
}

TEST_CASE("split: each class keeps its share, and rows keep their labels", "[train]") {
    const lam::two_parts parts = lam::split(numbered(400, 2), 0.25, 5);
    CHECK(std::count(parts.test.labels.begin(), parts.test.labels.end(), 0u) == 25);
    for (std::size_t row = 0; row < parts.test.rows(); ++row)
        CHECK((static_cast<int>(parts.test.x[row]) % 4 == 0) == (parts.test.labels[row] == 0));
}

TEST_CASE("split: the folds' tests are all rows, each once", "[train]") {
    const lam::dataset data = numbered(50, 2);
    std::vector<float> tests;
    for (std::size_t fold = 0; fold < 4; ++fold) {
        const lam::two_parts parts = lam::k_fold(data, 4, fold, 9);
        CHECK(together(parts) == data.x);
        CHECK(parts.test.rows() >= 12);
        tests.insert(tests.end(), parts.test.x.begin(), parts.test.x.end());
    }
    std::sort(tests.begin(), tests.end());
    CHECK(tests == data.x);
}

TEST_CASE("split: what can't be cut stops the program", "[train]") {
    const lam::dataset data = numbered(8, 2);
    CHECK_THAT(stopped([&] { (void)lam::k_fold(data, 0, 0, 1); }),
               contains("k_fold() needs a fold, which counts from 0, below the number of folds; "
                        "expected 0, found 0"));
    CHECK_THAT(stopped([&] { (void)lam::k_fold(data, 4, 4, 1); }), contains("expected 4, found 4"));
    CHECK_THAT(stopped([&] { (void)lam::split(data, 20.0, 1); }),
               contains("split() needs a share from 0 to 1; found 20.0"));
    CHECK_THAT(stopped([&] { (void)lam::split(data, std::nan(""), 1); }), contains("found nan"));
    lam::dataset wrong = data;
    wrong.labels[3] = 2;
    CHECK_THAT(stopped([&] { (void)lam::split(wrong, 0.5, 1); }), contains("expected 2, found 2"));
    wrong.labels.pop_back();
    CHECK_THAT(stopped([&] { (void)lam::k_fold(wrong, 2, 0, 1); }), contains("8 labels, found 7"));
    lam::random_source random(1);
    CHECK_THAT(stopped([&] { (void)lam::below(random, 0); }), contains("a bound of at least"));
}
