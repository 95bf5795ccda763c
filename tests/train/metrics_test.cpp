// SPDX-License-Identifier: MIT
// Metrics against numbers that scikit-learn 1.2.1 gave; the line that gave them stands above each.

#include "support/catch.hpp"
#include "support/stopped.hpp"

#include <laminate/train/look/metrics.hpp>

#include <array>

namespace lam = laminate;
using lam::test::contains;
using lam::test::stopped;

namespace {

bool near(double a, double b) { return std::fabs(a - b) < 1e-12; }
using labels = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("metrics: precision, recall, F1, confusion", "[train]") {
    // y = [0,2,1,3,1,1,0,2]; p = [0,2,0,3,1,0,1,1]
    lam::confusion_matrix m(4);
    const labels y = {0, 2, 1, 3, 1, 1, 0, 2};
    const labels p = {0, 2, 0, 3, 1, 0, 1, 1};
    for (std::size_t i = 0; i < y.size(); ++i)
        m.add(y[i], p[i]);
    // confusion_matrix(y, p)
    const std::size_t counts[4][4] = {{1, 1, 0, 0}, {2, 1, 0, 0}, {0, 1, 1, 0}, {0, 0, 0, 1}};
    for (std::size_t t = 0; t < 4; ++t)
        for (std::size_t c = 0; c < 4; ++c)
            CHECK(m(t, c) == counts[t][c]);
    // precision_score(y, p, average=None), recall_score(...), f1_score(...)
    const double precision[] = {1.0 / 3, 1.0 / 3, 1, 1};
    const double recall[] = {0.5, 1.0 / 3, 0.5, 1};
    const double f1[] = {0.4, 1.0 / 3, 2.0 / 3, 1};
    for (std::size_t c = 0; c < 4; ++c) {
        CHECK(near(m.precision(c), precision[c]));
        CHECK(near(m.recall(c), recall[c]));
        CHECK(near(m.f1(c), f1[c]));
    }
    // The same with average='macro'; f1_score(y, p, average='micro')
    CHECK(near(m.macro_precision(), 0.6666666666666666));
    CHECK(near(m.macro_recall(), 0.5833333333333333));
    CHECK(near(m.macro_f1(), 0.6));
    CHECK(near(m.accuracy(), 0.5));
}

TEST_CASE("metrics: a class that doesn't occur counts for nothing", "[train]") {
    // f1_score([0, 1], [0, 0], average='macro', zero_division=0)
    lam::confusion_matrix m(5);
    m.add(0, 0);
    m.add(1, 0);
    CHECK(near(m.macro_f1(), 1.0 / 3));
    CHECK(m.precision(4) == 0.0);
    CHECK(lam::confusion_matrix(3).accuracy() == 0.0);
    CHECK(lam::confusion_matrix(3).macro_recall() == 0.0);
}

TEST_CASE("metrics: accuracy of rows of scores, and among the k best", "[train]") {
    // S = [[.5,.2,.2,.1],[.3,.4,.2,.1],[.2,.4,.3,.1],[.7,.1,.1,.1],[.1,.2,.3,.4]]; L = [0,1,2,2,3]
    const std::vector<float> s = {.5f, .2f, .2f, .1f, .3f, .4f, .2f, .1f, .2f, .4f,
                                  .3f, .1f, .7f, .1f, .1f, .1f, .1f, .2f, .3f, .4f};
    const labels l = {0, 1, 2, 2, 3};
    // [top_k_accuracy_score(L, S, k=k, labels=[0,1,2,3]) for k in (1, 2, 3)]; among equal scores
    // lower classes come first here, and the higher first there, so k = 2 of row 3 isn't asked.
    CHECK(near(lam::accuracy(s, l, 4), 0.6));
    CHECK(near(lam::top_k_accuracy(s, l, 4, 1), 0.6));
    CHECK(near(lam::top_k_accuracy(s, l, 4, 2), 0.8));
    CHECK(near(lam::top_k_accuracy(s, l, 4, 3), 1.0));
}

TEST_CASE("metrics: the area under the ROC, ties counting half", "[train]") {
    // s = [.9,.8,.8,.7,.6,.55,.55,.55,.4,.1]; t = [1,1,0,1,0,1,0,0,1,0]; roc_auc_score(t, s)
    const std::vector<float> s = {.9f, .8f, .8f, .7f, .6f, .55f, .55f, .55f, .4f, .1f};
    const labels t = {1, 1, 0, 1, 0, 1, 0, 0, 1, 0};
    CHECK(near(lam::roc_auc(s, t), 0.66));
    // roc_curve(t, s, drop_intermediate=False)
    const double fpr[] = {0, 0, .2, .2, .4, .8, .8, 1};
    const double tpr[] = {0, .2, .4, .6, .6, .8, 1, 1};
    const auto curve = lam::roc_curve(s, t);
    REQUIRE(curve.size() == 8);
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(near(curve[i].false_positive_rate, fpr[i]));
        CHECK(near(curve[i].true_positive_rate, tpr[i]));
    }
    CHECK(std::isnan(lam::roc_auc(std::vector<float>{1, 2}, labels{1, 1})));
    CHECK(lam::roc_auc(std::vector<float>{1, 1, 1, 1}, labels{1, 0, 1, 0}) == 0.5);
}

TEST_CASE("metrics: errors of numbers", "[train]") {
    // a = [[3,-.5],[2,7],[4.25,1],[.5,2]]; b = [[2.5,0],[2,8],[4,-1],[1,2]]
    const std::vector<float> a = {3, -.5f, 2, 7, 4.25f, 1, .5f, 2};
    const std::vector<float> b = {2.5f, 0, 2, 8, 4, -1, 1, 2};
    const lam::regression r = lam::regress(a, b, 2);
    CHECK(near(r.r2, 0.8861538461538461));        // r2_score(b, a)
    CHECK(near(r.mean_squared_error, 0.7265625)); // mean_squared_error(b, a)
    CHECK(near(r.mean_absolute_error, 0.59375));  // mean_absolute_error(b, a)
    const std::vector<float> ones = {1, 1, 1};
    CHECK(lam::regress(ones, ones).r2 == 1.0);                        // r2_score([1,1,1], [1,1,1])
    CHECK(lam::regress(std::vector<float>{1, 1, 2}, ones).r2 == 0.0); // r2_score([1,1,1], [1,1,2])
    CHECK(lam::regress({}, {}).mean_squared_error == 0.0);
}

TEST_CASE("metrics: what doesn't match stops the program", "[train]") {
    const std::vector<float> s = {0.5f, std::nanf("")};
    const auto curve = [&](const labels& positive) {
        return stopped([&] { (void)lam::roc_curve(s, positive); });
    };
    CHECK_THAT(curve({0}), contains("a score for each label"));
    CHECK_THAT(curve({1, 2}), contains("labels of 0 or 1; expected 1, found 2"));
    CHECK_THAT(curve({1, 0}), contains("found NaN at row 1"));
    const lam::confusion_matrix m(2);
    CHECK_THAT(stopped([&] { (void)m(0, 2); }),
               contains("below the number of classes; expected 2, found 2"));
    CHECK_THAT(stopped([&] { (void)m.recall(2); }),
               contains("below the number of classes; expected 2, found 2"));
    CHECK_THAT(stopped([&] { (void)lam::accuracy(s, labels{2}, 2); }),
               contains("count from 0, below the number of classes; expected 2, found 2"));
}
