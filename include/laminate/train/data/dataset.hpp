// SPDX-License-Identifier: MIT
#pragma once

// Rows to learn from: inputs, and for each row targets, or the number of its class. Plain vectors,
// row behind row; check() says what doesn't fit together. The other functions stop the program with
// a sentence where what they are given doesn't.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../base/stop.hpp"

namespace laminate::inline LAMINATE_ISA {

struct dataset {
    std::size_t inputs = 0;                   // floats of a row in
    std::size_t outputs = 0;                  // floats of a row of targets; 0 if there are none
    std::size_t classes = 0;                  // labels are 0 to classes - 1; 0 if there are none
    std::vector<float> x = {};                // rows x inputs
    std::vector<float> targets = {};          // rows x outputs
    std::vector<std::uint32_t> labels = {};   // one for each row
    std::vector<float> weights = {};          // of each row, or none for equal ones
    std::vector<std::string> class_name = {}; // of each class, if the file had names

    [[nodiscard]] std::size_t rows() const { return inputs == 0 ? 0 : x.size() / inputs; }
    [[nodiscard]] std::span<const float> input(std::size_t row) const {
        if (row >= rows()) detail::stop("input() needs a row below the data's", rows(), row);
        return std::span(x).subspan(row * inputs, inputs);
    }
    [[nodiscard]] std::span<const float> target(std::size_t row) const {
        if (row >= rows() || targets.size() < (row + 1) * outputs)
            detail::stop("target() needs a row below those of targets",
                         outputs == 0 ? rows() : targets.size() / outputs, row);
        return std::span(targets).subspan(row * outputs, outputs);
    }

    friend bool operator==(const dataset&, const dataset&) = default;
};

namespace detail {

// What doesn't have the size that it should, looked at in no time.
inline std::optional<error> wrong_size(const dataset& data) {
    const std::size_t rows = data.rows();
    const auto wrong = [](const auto&... what) { return error{sentence("data set: ", what...)}; };
    if (data.x.size() != rows * data.inputs)
        return wrong("expected whole rows of ", data.inputs, " inputs, found ", data.x.size(),
                     " numbers");
    if (data.targets.size() != rows * data.outputs)
        return wrong("expected ", data.outputs, " targets for each of ", rows, " rows, found ",
                     data.targets.size(), " numbers");
    if (data.labels.size() != (data.classes == 0 ? 0 : rows))
        return wrong("expected ", data.classes == 0 ? 0 : rows, " labels, found ",
                     data.labels.size());
    if (!data.weights.empty() && data.weights.size() != rows)
        return wrong("expected a weight for each of ", rows, " rows, or none, found ",
                     data.weights.size());
    if (!data.class_name.empty() && data.class_name.size() != data.classes)
        return wrong("expected a name for each of ", data.classes, " classes, or none, found ",
                     data.class_name.size());
    return std::nullopt;
}

inline void need_sizes(const dataset& data) {
    if (const auto why = wrong_size(data)) stop(why->message.c_str());
}

// For whoever counts classes from 1, behind a sentence about labels that are too large.
inline std::string labels_hint(std::span<const std::uint32_t> labels) {
    const auto least = std::min_element(labels.begin(), labels.end());
    if (least == labels.end() || *least == 0) return "";
    return sentence(". Labels count from 0, and the least of these is ", *least, ": subtract ",
                    *least, " from each, or list their names in csv_options::class_name");
}

} // namespace detail

// Nothing, or the first thing that is wrong with a data set.
[[nodiscard]] inline std::optional<error> check(const dataset& data) {
    const auto wrong = [](const auto&... what) { return error{sentence("data set: ", what...)}; };
    if (data.inputs == 0) return wrong("expected at least one input, found none");
    if (auto why = detail::wrong_size(data)) return why;
    const auto finite = [](float value) { return std::isfinite(value); };
    if (const auto bad = std::find_if_not(data.x.begin(), data.x.end(), finite);
        bad != data.x.end()) {
        const auto at = static_cast<std::size_t>(bad - data.x.begin());
        return wrong("expected finite inputs, found NaN or an infinity at row ", at / data.inputs,
                     ", input ", at % data.inputs, ". Leave the row out, or fill it in");
    }
    if (const auto bad = std::find_if_not(data.targets.begin(), data.targets.end(), finite);
        bad != data.targets.end()) {
        const auto at = static_cast<std::size_t>(bad - data.targets.begin());
        return wrong("expected finite targets, found NaN or an infinity at row ", at / data.outputs,
                     ", target ", at % data.outputs);
    }
    for (std::size_t row = 0; row < data.labels.size(); ++row)
        if (data.labels[row] >= data.classes)
            return wrong("expected labels below ", data.classes, ", found ", data.labels[row],
                         " at row ", row, detail::labels_hint(data.labels));
    return std::nullopt;
}

// The rows of `data` that `rows` names, in that order. Each must be below data.rows().
[[nodiscard]] inline dataset select(const dataset& data, std::span<const std::size_t> rows) {
    detail::need_sizes(data);
    dataset chosen{.inputs = data.inputs,
                   .outputs = data.outputs,
                   .classes = data.classes,
                   .class_name = data.class_name};
    chosen.x.reserve(rows.size() * data.inputs);
    chosen.targets.reserve(rows.size() * data.outputs);
    for (const std::size_t row : rows) {
        const auto x = data.input(row);
        const auto t = data.target(row);
        chosen.x.insert(chosen.x.end(), x.begin(), x.end());
        chosen.targets.insert(chosen.targets.end(), t.begin(), t.end());
        if (data.classes != 0) chosen.labels.push_back(data.labels[row]);
        if (!data.weights.empty()) chosen.weights.push_back(data.weights[row]);
    }
    return chosen;
}

// Labels, each below `classes`, as rows of targets: 1 at the class, 0 elsewhere.
[[nodiscard]] inline std::vector<float> one_hot(std::span<const std::uint32_t> labels,
                                                std::size_t classes) {
    std::vector<float> rows(labels.size() * classes, 0.0f);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        if (labels[row] >= classes)
            detail::stop("one_hot() needs labels, which count from 0, below the number of classes",
                         classes, labels[row]);
        rows[row * classes + labels[row]] = 1.0f;
    }
    return rows;
}

} // namespace laminate::inline LAMINATE_ISA
