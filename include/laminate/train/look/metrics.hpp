// SPDX-License-Identifier: MIT
#pragma once

// How good predictions are: of classes (accuracy, top k, precision, recall, F1, ROC AUC) and of
// numbers (mean squared and absolute error, R^2). Needs rows of equal length; what doesn't match
// stops the program with a sentence. Promises what scikit-learn computes, in double.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../base/stop.hpp"
#include "../../model/model.hpp"
#include "../data/dataset.hpp"

namespace laminate::inline LAMINATE_ISA {

// Counts of [true class][predicted class].
class confusion_matrix {
public:
    explicit confusion_matrix(std::size_t classes)
        : classes_(classes), counts_(classes * classes) {}
    // Of rows of scores, such as a softmax or logits; the largest score is the prediction.
    confusion_matrix(std::span<const float> scores, std::span<const std::uint32_t> labels,
                     std::size_t classes)
        : confusion_matrix(classes) {
        if (scores.size() != labels.size() * classes)
            detail::stop("a confusion matrix needs a row of scores for each label, in floats",
                         labels.size() * classes, scores.size());
        for (std::size_t row = 0; row < labels.size(); ++row)
            add(labels[row], argmax(scores.subspan(row * classes, classes)));
    }

    void add(std::size_t truth, std::size_t prediction) {
        if (truth >= classes_ || prediction >= classes_)
            detail::stop(
                "a confusion matrix needs classes, which count from 0, below the number of classes",
                classes_, std::max(truth, prediction));
        ++counts_[truth * classes_ + prediction];
    }

    [[nodiscard]] std::size_t classes() const { return classes_; }
    [[nodiscard]] std::size_t operator()(std::size_t truth, std::size_t prediction) const {
        if (truth >= classes_ || prediction >= classes_)
            detail::stop(
                "a confusion matrix has classes, which count from 0, below the number of classes",
                classes_, std::max(truth, prediction));
        return counts_[truth * classes_ + prediction];
    }
    [[nodiscard]] std::size_t rows() const {
        return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
    }
    [[nodiscard]] std::size_t correct() const {
        std::size_t all = 0;
        for (std::size_t c = 0; c < classes_; ++c)
            all += (*this)(c, c);
        return all;
    }
    [[nodiscard]] std::size_t written(std::size_t c) const { // rows that are of class c
        std::size_t all = 0;
        for (std::size_t p = 0; p < classes_; ++p)
            all += (*this)(c, p);
        return all;
    }
    [[nodiscard]] std::size_t predicted(std::size_t c) const { // rows taken for class c
        std::size_t all = 0;
        for (std::size_t t = 0; t < classes_; ++t)
            all += (*this)(t, c);
        return all;
    }

    // Over all rows (the micro average of precision, recall and F1 alike); 0 if there are none.
    [[nodiscard]] double accuracy() const { return share(correct(), rows()); }

    // Of one class, 0 where nothing is counted.
    [[nodiscard]] double precision(std::size_t c) const {
        return share((*this)(c, c), predicted(c));
    }
    [[nodiscard]] double recall(std::size_t c) const { return share((*this)(c, c), written(c)); }
    [[nodiscard]] double f1(std::size_t c) const {
        return share(2 * (*this)(c, c), written(c) + predicted(c));
    }

    // Macro averages: the mean over the classes that occur, in truth or in predictions.
    [[nodiscard]] double macro_precision() const {
        return macro([this](std::size_t c) { return precision(c); });
    }
    [[nodiscard]] double macro_recall() const {
        return macro([this](std::size_t c) { return recall(c); });
    }
    [[nodiscard]] double macro_f1() const {
        return macro([this](std::size_t c) { return f1(c); });
    }

private:
    static double share(std::size_t part, std::size_t whole) {
        return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    }
    double macro(auto of_class) const {
        double all = 0.0;
        std::size_t count = 0;
        for (std::size_t c = 0; c < classes_; ++c) {
            if (written(c) + predicted(c) == 0) continue;
            all += of_class(c);
            ++count;
        }
        return count == 0 ? 0.0 : all / static_cast<double>(count);
    }

    std::size_t classes_;
    std::vector<std::size_t> counts_;
};

namespace detail {

// What gives a network's output, identities left out.
template <declared Network>
constexpr ir::op last_kind() {
    constexpr const auto& plan = plan_of<Network, ir::fusion::on>;
    std::size_t node = plan.out[0].node;
    while (ir::is_identity(plan.nodes[node].kind))
        node = plan.nodes[node].inputs[0];
    return plan.nodes[node].kind;
}

} // namespace detail

// What a model makes of labelled rows: of each the output that is largest, or, where a network of
// one output tells two classes apart, whether that is above a half (behind a sigmoid) or above 0.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] confusion_matrix confusion(const basic_model<Network, Storage>& model,
                                         const dataset& data) {
    using model_type = basic_model<Network, Storage>;
    constexpr std::size_t outputs = model_type::outputs;
    detail::need_sizes(data);
    if (data.inputs != model_type::inputs)
        detail::stop("confusion() needs rows of as many inputs as the model has",
                     model_type::inputs, data.inputs);
    if (data.classes == 0 || data.classes > std::max<std::size_t>(outputs, 2))
        detail::stop("confusion() needs labels of at most as many classes as the model has outputs",
                     std::max<std::size_t>(outputs, 2), data.classes);
    std::vector<float> scores(data.rows() * outputs);
    model.batch(data.x, scores);
    if constexpr (outputs > 1) {
        return {scores, data.labels, outputs};
    } else {
        constexpr ir::op last = detail::last_kind<Network>();
        constexpr float middle =
            last == ir::op::sigmoid || last == ir::op::hard_sigmoid ? 0.5f : 0.0f;
        confusion_matrix m(2);
        for (std::size_t row = 0; row < data.rows(); ++row)
            m.add(data.labels[row], scores[row] > middle ? 1U : 0U);
        return m;
    }
}

// The share of rows whose largest score is at the right class.
[[nodiscard]] inline double accuracy(std::span<const float> scores,
                                     std::span<const std::uint32_t> labels, std::size_t classes) {
    return confusion_matrix(scores, labels, classes).accuracy();
}

// The share of rows whose right class is among the k largest scores. Among equal scores, lower
// classes come first.
[[nodiscard]] inline double top_k_accuracy(std::span<const float> scores,
                                           std::span<const std::uint32_t> labels,
                                           std::size_t classes, std::size_t k) {
    if (scores.size() != labels.size() * classes)
        detail::stop("top_k_accuracy() needs a row of scores for each label, in floats",
                     labels.size() * classes, scores.size());
    std::size_t found = 0;
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::span<const float> p = scores.subspan(row * classes, classes);
        const std::size_t right = labels[row];
        if (right >= classes)
            detail::stop(
                "top_k_accuracy() needs labels, which count from 0, below the number of classes",
                classes, right);
        std::size_t before = 0;
        for (std::size_t c = 0; c < classes; ++c)
            before += p[c] > p[right] || (p[c] == p[right] && c < right) ? 1U : 0U;
        found += before < k ? 1U : 0U;
    }
    return labels.empty() ? 0.0 : static_cast<double>(found) / static_cast<double>(labels.size());
}

// A point of the receiver operating characteristic: rows with a score of at least `threshold`.
struct roc_point {
    double false_positive_rate;
    double true_positive_rate;
    float threshold;
};

// From (0, 0) to (1, 1), a point for each different score. `positive` is 0 or 1 for each score.
[[nodiscard]] inline std::vector<roc_point> roc_curve(std::span<const float> scores,
                                                      std::span<const std::uint32_t> positive) {
    if (scores.size() != positive.size())
        detail::stop("roc_curve() needs a score for each label", positive.size(), scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (positive[i] > 1) detail::stop("roc_curve() needs labels of 0 or 1", 1, positive[i]);
        if (std::isnan(scores[i]))
            detail::stop(
                sentence("roc_curve() needs scores that have an order; found NaN at row ", i)
                    .c_str());
    }
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    const auto all = static_cast<double>(
        std::count_if(positive.begin(), positive.end(), [](std::uint32_t p) { return p != 0; }));
    const double none = static_cast<double>(scores.size()) - all;

    std::vector<roc_point> curve = {{0.0, 0.0, std::numeric_limits<float>::infinity()}};
    double right = 0.0;
    double wrong = 0.0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        (positive[order[i]] != 0 ? right : wrong) += 1.0;
        const float score = scores[order[i]];
        if (i + 1 < order.size() && scores[order[i + 1]] == score) continue; // ties move together
        curve.push_back({wrong / none, right / all, score});
    }
    return curve;
}

// The area under that curve: the chance that a positive row has a higher score than a negative one,
// ties counting half. NaN if there are only positive or only negative rows.
[[nodiscard]] inline double roc_auc(std::span<const float> scores,
                                    std::span<const std::uint32_t> positive) {
    const std::vector<roc_point> curve = roc_curve(scores, positive);
    double area = 0.0;
    for (std::size_t i = 1; i < curve.size(); ++i)
        area += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
                (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2.0;
    return area;
}

// Of numbers: each output of each row against its target.
struct regression {
    double mean_squared_error = 0.0;
    double mean_absolute_error = 0.0;
    double r2 = 0.0; // the mean over the outputs; an output whose targets are all equal gives 1 if
                     // it is exact, else 0, as scikit-learn has it
};

[[nodiscard]] inline regression regress(std::span<const float> predictions,
                                        std::span<const float> targets, std::size_t outputs = 1) {
    if (predictions.size() != targets.size() || outputs == 0 || targets.size() % outputs != 0)
        detail::stop("regress() needs a target for each prediction, in whole rows", targets.size(),
                     predictions.size());
    regression r;
    const std::size_t rows = targets.size() / outputs;
    if (rows == 0) return r;
    const auto count = static_cast<double>(rows);
    for (std::size_t o = 0; o < outputs; ++o) {
        const auto target = [&](std::size_t row) {
            return static_cast<double>(targets[row * outputs + o]);
        };
        double middle = 0.0;
        for (std::size_t row = 0; row < rows; ++row)
            middle += target(row);
        middle /= count;
        double residual = 0.0;
        double absolute = 0.0;
        double total = 0.0;
        for (std::size_t row = 0; row < rows; ++row) {
            const double off = static_cast<double>(predictions[row * outputs + o]) - target(row);
            const double spread = target(row) - middle;
            residual = std::fma(off, off, residual);
            absolute += std::fabs(off);
            total = std::fma(spread, spread, total);
        }
        r.mean_squared_error += residual / count;
        r.mean_absolute_error += absolute / count;
        r.r2 += total > 0.0 ? 1.0 - residual / total : residual == 0.0 ? 1.0 : 0.0;
    }
    const auto columns = static_cast<double>(outputs);
    r.mean_squared_error /= columns;
    r.mean_absolute_error /= columns;
    r.r2 /= columns;
    return r;
}

} // namespace laminate::inline LAMINATE_ISA
