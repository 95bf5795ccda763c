// SPDX-License-Identifier: MIT
// What is said of units whose behaviour is known.

#include "support/catch.hpp"
#include "support/stopped.hpp"

#include <laminate/layer/all.hpp>
#include <laminate/train/look/activity.hpp>
#include <laminate/train/look/norms.hpp>
#include <laminate/train/look/report.hpp>

#include <limits>
#include <numeric>

namespace lam = laminate;
using lam::test::contains;
using lam::test::stopped;

namespace {

struct net : lam::network<lam::input<1> | lam::dense<4> | lam::relu | lam::dropout<0.5f> |
                          lam::dense<6> | lam::maxout<3> | lam::sigmoid> {};

// Units of the first layer for inputs -1, 0, 1, 2: dead, always on, on for two, zero or above.
lam::model<net> known() {
    lam::model<net> m;
    const auto first = m.layer<0>();
    first.weights(0, 0) = 1.0f;
    first.bias[0] = -5.0f;
    first.weights(1, 0) = 1.0f;
    first.bias[1] = 1.5f;
    first.weights(2, 0) = 2.0f;
    first.bias[2] = 0.0f;
    first.weights(3, 0) = 0.0f;
    first.bias[3] = 0.0f;
    // Outputs: max of (0, 1, 2) and of (-5, -9, -6).
    const float biases[] = {0, 1, 2, -5, -9, -6};
    for (std::size_t i = 0; i < 6; ++i)
        m.layer<3>().bias[i] = biases[i];
    return m;
}
const std::vector<float> rows = {-1, 0, 1, 2};

} // namespace

TEST_CASE("activity: dead, always on, zeros, saturation, distribution", "[train]") {
    const auto found = lam::activity(known(), rows);
    REQUIRE(found.size() == 4);
    const lam::layer_activity& relu = found[0];
    CHECK(relu.layer == "0 dense<4> | relu");
    CHECK(relu.units == 4);
    CHECK(relu.dead == 2);
    CHECK(relu.always_on == 1);
    CHECK(relu.zeros == 10.0 / 16);
    CHECK(relu.mean == (0.5 + 1.5 + 2.5 + 3.5 + 2.0 + 4.0) / 16);
    CHECK(relu.least == 0.0f);
    CHECK(relu.most == 4.0f);
    CHECK(relu.histogram.front() == 10);
    CHECK(relu.histogram.back() == 1);

    CHECK(found[1].layer == "3 dense<6>");
    CHECK(!found[1].rectifies);
    CHECK(found[1].dead == 0);
    CHECK(found[1].least == -9.0f); // in the order of the units, whatever the layout
    CHECK(std::fabs(found[1].mean + 17.0 / 6) < 1e-12);
    CHECK(found[2].layer == "4 maxout<3>");
    CHECK(found[2].mean == -1.5);
    CHECK(found[3].layer == "5 sigmoid");
    CHECK(found[3].saturated == 0.5); // sigmoid(-5) is 0.0067
}

TEST_CASE("activity: of all positions of a map", "[train]") {
    struct map : lam::network<lam::input<2, 2, 1> | lam::conv2d<2, 1> | lam::relu | lam::flatten |
                              lam::dense<1>> {};
    lam::model<map> m;
    m.layer<0>().weights(0, 0, 0, 0) = 1.0f;
    m.layer<0>().bias[1] = -1.0f;
    const auto found = lam::activity(m, rows);
    CHECK(found[0].units == 2);
    CHECK(found[0].dead == 1);
    CHECK(found[0].zeros == 6.0 / 8);
    CHECK(found[0].mean == 3.0 / 8);
}

TEST_CASE("activity: of a model that has diverged", "[train]") {
    auto m = known();
    m.layer<0>().bias[0] = std::numeric_limits<float>::infinity();
    const lam::layer_activity first = lam::activity(m, rows)[0];
    CHECK(first.least == 0.0f);
    CHECK(first.most == 4.0f);
    CHECK(std::accumulate(first.histogram.begin(), first.histogram.end(), std::size_t{0}) == 12);
    CHECK(first.histogram.back() == 1);
}

TEST_CASE("activity: more rows than are computed at once", "[train]") {
    std::vector<float> many;
    for (int i = 0; i < 300; ++i)
        many.insert(many.end(), rows.begin(), rows.end());
    const auto few = lam::activity(known(), rows);
    const auto all = lam::activity(known(), many);
    for (std::size_t s = 0; s < few.size(); ++s) {
        CHECK(all[s].dead == few[s].dead);
        CHECK(all[s].zeros == few[s].zeros);
        CHECK(all[s].histogram[0] == 300 * few[s].histogram[0]);
    }
}

TEST_CASE("report: a table and a drawing", "[train]") {
    lam::dataset data;
    data.inputs = 1;
    data.x = rows;
    const std::string text = lam::report(known(), data);
    CHECK_THAT(text, contains("layer              units  dead  always on   zeros  saturated"));
    CHECK_THAT(text, contains("0 dense<4> | relu      4     2          1  62.5 %      0.0 %"));
    const std::string drawing = lam::report_svg(known(), data);
    CHECK_THAT(drawing,
               contains("0 dense&lt;4&gt; | relu") && contains("4 units, 2 dead, 1 always on"));
    CHECK(drawing.starts_with("<svg"));
    CHECK(drawing.ends_with("</svg>\n"));
}

TEST_CASE("report: accuracy and confusion of classes", "[train]") {
    lam::confusion_matrix m(3);
    for (int i = 0; i < 9; ++i)
        m.add(0, 0);
    m.add(0, 2);
    m.add(2, 2);
    const std::vector<std::string> names = {"rosé", "oak"};
    CHECK(lam::report(m, names) ==
          "accuracy 90.9 %: 10 of 11 rows; macro F1 80.7 %\n\n"
          "class  rows   recall  precision      F1  as rosé  as oak  as 2\n"
          "rosé     10   90.0 %    100.0 %  94.7 %        9             1\n"
          "oak       0    0.0 %      0.0 %   0.0 %\n"
          "2         1  100.0 %     50.0 %  66.7 %                      1\n");
    lam::confusion_matrix wide(20);
    wide.add(3, 7);
    wide.add(3, 3);
    wide.add(0, 0);
    const std::string text = lam::report(wide);
    CHECK_THAT(text, contains("F1  most often mistaken for\n") &&
                         contains("50.0 %    100.0 %   66.7 %                     7, 1\n"));
}

TEST_CASE("report: of a model, whether one output or several tell classes apart", "[train]") {
    lam::dataset data{.inputs = 1, .classes = 2, .x = {-2, -1, 0.25f, 2}, .labels = {0, 0, 1, 0}};
    struct logit : lam::network<lam::input<1> | lam::dense<1>> {};
    struct chance : lam::network<lam::input<1> | lam::dense<1> | lam::sigmoid> {};
    struct two : lam::network<lam::input<1> | lam::dense<2> | lam::softmax> {};
    const auto judged = [&](auto model) {
        model.template layer<0>().weights(model.outputs - 1, 0) = 1.0f;
        return lam::report(model, data);
    };
    const std::string expected = "accuracy 75.0 %: 3 of 4 rows";
    CHECK_THAT(judged(lam::model<logit>()), contains(expected) && contains("layer"));
    CHECK_THAT(judged(lam::model<chance>()), contains(expected));
    CHECK_THAT(judged(lam::model<two>()), contains(expected));
    data.class_name = {"cold", "warm"};
    CHECK_THAT(judged(lam::model<two>()), contains("as cold  as warm"));
    const auto stops = [&] { (void)lam::confusion(lam::model<two>(), data); };
    data.classes = 3;
    data.class_name.clear();
    CHECK_THAT(stopped(stops), contains("as the model has outputs; expected 2, found 3"));
    data.classes = 0;
    data.labels.clear();
    CHECK_THAT(stopped(stops), contains("expected 2, found 0"));
    data.inputs = 2;
    CHECK_THAT(stopped(stops), contains("as many inputs as the model has; expected 1, found 2"));
}

TEST_CASE("norms: parameters, gradients and updates of each layer", "[train]") {
    struct line : lam::network<lam::input<2> | lam::dense<1>(lam::no_bias) | lam::prelu> {};
    lam::model<line> m;
    m.layer<0>().weights(0, 0) = 3.0f;
    m.layer<0>().weights(0, 1) = 4.0f;
    m.layer<1>().slope[0] = 0.5f;
    lam::trainer t(m, lam::mean_squared_error{}, lam::sgd{.learning_rate = 0.125f});
    lam::norm_watch watch(t);
    // y = 3 - 4 = -1, times 0.5; dL/dy = 2 (y - t) = -3; slope: 3; weights: -1.5, 1.5.
    (void)t.step(std::vector<float>{1, -1}, std::vector<float>{1});
    const auto norms = watch.measure();
    REQUIRE(norms.size() == 2);
    CHECK(norms[0].layer == "layer 0, dense<1>(no_bias)");
    CHECK(std::fabs(norms[0].gradient - 1.5 * std::sqrt(2.0)) < 1e-6);
    CHECK(std::fabs(norms[0].update - 0.125 * 1.5 * std::sqrt(2.0) / 5.0) < 1e-6);
    CHECK(std::fabs(norms[0].parameters - std::hypot(3.1875, 3.8125)) < 1e-6);
    CHECK(std::fabs(norms[1].gradient - 3.0) < 1e-6);
    CHECK(std::fabs(norms[1].update - 0.75) < 1e-6);
    CHECK(watch.measure()[0].update == 0.0);
}
