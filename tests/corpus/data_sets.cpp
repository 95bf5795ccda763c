// SPDX-License-Identifier: MIT
// Data sets as they are published: iris, digits, diabetes in CSV, MNIST in IDX and as .npy.

#include "support/catch.hpp"
#include "support/paths.hpp"

#include <laminate/file/idx.hpp>
#include <laminate/file/npy.hpp>
#include <laminate/train/data/arrays.hpp>
#include <laminate/train/data/csv.hpp>

#include <algorithm>
#include <numeric>

namespace lam = laminate;

namespace {

std::string path(const char* name) { return std::string(LAMINATE_CORPUS_DATA) + "/" + name; }

} // namespace

TEST_CASE("data: iris, with a header that counts", "[corpus]") {
    lam::csv_options options;
    options.skip_lines = 1;
    options.label = lam::csv_options::last;
    const lam::dataset iris = lam::read_csv(path("iris.csv"), options).value();
    CHECK(iris.rows() == 150);
    CHECK(iris.inputs == 4);
    CHECK(iris.classes == 3);
    CHECK(std::count(iris.labels.begin(), iris.labels.end(), 1u) == 50);
    CHECK(iris.x[0] == 5.1f);
    CHECK(iris.x.back() == 1.8f);
    // Without skip_lines the header is what is wrong.
    options.skip_lines = 0;
    CHECK_THAT(lam::read_csv(path("iris.csv"), options).error().message,
               lam::test::contains("iris.csv: 2 places are wrong:\n  line 1, column 7 (field 2 "
                                   "from 0): expected a finite number, found 'setosa'"));
}

TEST_CASE("data: digits, without a header", "[corpus]") {
    lam::csv_options options;
    options.label = lam::csv_options::last;
    const lam::dataset digits = lam::read_csv(path("digits.csv"), options).value();
    CHECK(digits.rows() == 1797);
    CHECK(digits.inputs == 64);
    CHECK(digits.classes == 10);
    CHECK(*std::max_element(digits.x.begin(), digits.x.end()) == 16.0f);
    // numpy.loadtxt(...)[:, :-1].sum()
    CHECK(std::accumulate(digits.x.begin(), digits.x.end(), 0.0) == 561718.0);
}

TEST_CASE("data: diabetes, separated by blanks", "[corpus]") {
    lam::csv_options options;
    options.separator = ' ';
    const lam::dataset rows = lam::read_csv(path("diabetes_data_raw.csv"), options).value();
    CHECK(rows.rows() == 442);
    CHECK(rows.inputs == 10);
    CHECK(rows.x[2] == 32.1f);
    const lam::dataset targets = lam::read_csv(path("diabetes_target.csv")).value();
    CHECK(targets.rows() == 442);
    CHECK(targets.x[0] == 151.0f);
}

TEST_CASE("data: MNIST as IDX and as .npy is the same", "[corpus]") {
    const lam::array images = lam::read_idx(path("images-idx3-ubyte")).value();
    CHECK(images.shape == std::vector<std::size_t>{7000, 28, 28});
    const lam::array flat = lam::read_npy(path("mnist.images.npy")).value();
    CHECK(flat.shape == std::vector<std::size_t>{7000, 784});
    CHECK(images.values == flat.values);
    const lam::array labels = lam::read_idx(path("labels-idx1-ubyte")).value();
    CHECK(labels == lam::read_npy(path("mnist.labels.npy")).value());
    const lam::dataset data = lam::with_labels(images, labels).value();
    CHECK(data.classes == 10);
    CHECK(data.inputs == 784);
    CHECK_THAT(lam::read_idx(laminate::test::paths::corpus +
                             "/datasets/mnist_t10k_0_7000/images-idx3-ubyte.gz")
                   .error()
                   .message,
               lam::test::contains("gunzip"));
}
