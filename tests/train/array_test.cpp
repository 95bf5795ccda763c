// SPDX-License-Identifier: MIT
// Arrays as data sets.

#include "support/catch.hpp"
#include "support/stopped.hpp"

#include <laminate/train/data/arrays.hpp>

#include <limits>

namespace lam = laminate;
using lam::test::contains;
using lam::test::stopped;

TEST_CASE("array: all axes behind the first become inputs", "[train]") {
    const lam::array images{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}};
    const lam::dataset data = lam::with_labels(images, {{2}, {3, 0}}).value();
    CHECK(data.inputs == 4);
    CHECK(data.classes == 4);
    CHECK(data.labels == std::vector<std::uint32_t>{3, 0});
    CHECK(data.rows() == 2);
    CHECK(lam::with_labels(images, {{2}, {3, 0}}, 10)->classes == 10);

    const lam::dataset numbers = lam::with_targets(images, {{2, 3}, {1, 2, 3, 4, 5, 6}}).value();
    CHECK(numbers.outputs == 3);
    CHECK(numbers.target(1)[0] == 4.0f);
}

TEST_CASE("array: what doesn't match is refused", "[train]") {
    const lam::array rows{{2, 2}, {1, 2, 3, 4}};
    const auto labels = [&](std::vector<std::size_t> shape, std::vector<float> values,
                            std::size_t classes = 0) {
        return lam::with_labels(rows, {std::move(shape), std::move(values)}, classes)
            .error()
            .message;
    };
    CHECK_THAT(labels({3}, {0, 1, 2}), contains("2; found 3"));
    CHECK_THAT(labels({2, 2}, {0, 1, 2, 3}), contains("one label for each row"));
    CHECK_THAT(labels({2}, {0, 0.5f}), contains("whole numbers"));
    CHECK_THAT(labels({2}, {0, -1}), contains("whole numbers"));
    CHECK_THAT(labels({2}, {0, 1e9f}), contains("whole numbers"));
    CHECK_THAT(labels({2}, {0, 5}, 3), contains("below 3, found 5 at row 1"));
    CHECK_THAT(labels({2}, {0, 5}, 3), !contains("count from 0"));
    CHECK_THAT(labels({2}, {1, 2}, 2), contains("below 2, found 2 at row 1. Labels count from 0, "
                                                "and the least of these is 1: subtract 1"));
    CHECK_THAT(labels({2}, {0, 1, 2}), contains("as the shape [2] has, found 3"));
    CHECK_THAT(lam::with_targets({{0, 2}, {}}, {{0}, {}}).error().message, contains("empty"));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK_THAT(lam::with_targets({{1, 2}, {1, nan}}, {{1}, {1}}).error().message,
               contains("row 0, input 1"));
    CHECK_THAT(lam::with_targets(rows, {{2, 0}, {}}).error().message,
               contains("targets in rows, found the shape [2, 0]"));
    CHECK_THAT(lam::with_targets({{0, 2}, {1}}, {{0}, {}}).error().message,
               contains("as the shape [0, 2] has, found 1"));
}

TEST_CASE("data set: what doesn't have the right size is said", "[train]") {
    lam::dataset data{.inputs = 2, .classes = 2, .x = {1, 2, 3, 4}, .labels = {0, 1}};
    CHECK(!lam::check(data));
    data.class_name = {"a"};
    CHECK_THAT(lam::check(data)->message, contains("a name for each of 2 classes, or none"));
    data.x.pop_back();
    CHECK_THAT(lam::check(data)->message, contains("whole rows of 2 inputs, found 3 numbers"));
}

TEST_CASE("data set: rows and labels that aren't there stop the program", "[train]") {
    const lam::dataset data{.inputs = 2, .classes = 2, .x = {1, 2, 3, 4}, .labels = {0, 1}};
    CHECK(lam::one_hot(data.labels, 2) == std::vector<float>{1, 0, 0, 1});
    CHECK_THAT(stopped([&] { (void)lam::one_hot(data.labels, 1); }),
               contains("one_hot() needs labels, which count from 0, below the number of classes; "
                        "expected 1, found 1"));
    CHECK_THAT(stopped([&] { (void)data.input(2); }), contains("a row below"));
    CHECK_THAT(stopped([&] { (void)data.target(2); }), contains("a row below"));
    const std::vector<std::size_t> rows = {1, 2};
    CHECK_THAT(stopped([&] { (void)lam::select(data, rows); }), contains("expected 2, found 2"));
    lam::dataset torn = data;
    torn.labels.pop_back();
    CHECK_THAT(stopped([&] { (void)lam::select(torn, {}); }), contains("expected 2 labels"));
    torn.outputs = 1;
    torn.targets = {1};
    CHECK_THAT(stopped([&] { (void)torn.target(1); }), contains("expected 1, found 1"));
}
