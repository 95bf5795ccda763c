// SPDX-License-Identifier: MIT
#pragma once

// How often rows of class scores name the right class, in double, for reports and tests. Needs rows
// of equal length. Promises plain sums, the mean over all rows.

#include <cmath>
#include <cstddef>
#include <span>

#include "../../base/compiler.hpp"
#include "../../base/stop.hpp"
#include "../../model/model.hpp"

namespace laminate::inline LAMINATE_ISA {

// What to make of rows of class scores, such as a softmax puts out, and the classes they should
// name.
struct classification {
    std::size_t rows = 0;
    std::size_t correct = 0;    // rows whose largest score is at the right class
    double cross_entropy = 0.0; // mean of -ln p[right class], of probabilities

    double accuracy() const {
        return rows == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(rows);
    }
};

// `scores` holds one row of `classes` numbers for each label.
template <class Label>
classification classify(std::span<const float> scores, std::span<const Label> labels,
                        std::size_t classes) {
    if (scores.size() != labels.size() * classes)
        detail::stop("classify() needs a row of scores for each label, in floats",
                     labels.size() * classes, scores.size());
    classification c = {.rows = labels.size()};
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const std::span<const float> p = scores.subspan(row * classes, classes);
        const auto right = static_cast<std::size_t>(labels[row]);
        if (right >= classes)
            detail::stop("classify() needs labels, which count from 0, below the number of classes",
                         classes, right);
        c.correct += argmax(p) == right ? 1U : 0U;
        c.cross_entropy -= std::log(static_cast<double>(p[right]));
    }
    if (c.rows > 0) c.cross_entropy /= static_cast<double>(c.rows);
    return c;
}

} // namespace laminate::inline LAMINATE_ISA
