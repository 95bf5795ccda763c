// SPDX-License-Identifier: MIT
// Arrays as data sets.

#include "support/catch.hpp"

#include <laminate/train/array.hpp>

#include <limits>

namespace lam = laminate;
using lam::test::contains;

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
    CHECK_THAT(lam::with_targets({{0, 2}, {}}, {{0}, {}}).error().message, contains("empty"));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK_THAT(lam::with_targets({{1, 2}, {1, nan}}, {{1}, {1}}).error().message,
               contains("row 0, input 1"));
}
