// SPDX-License-Identifier: MIT
#pragma once

// What fit() asks of data beside check(): that it fits the network, the loss and the other part of
// it. An error each, for a person.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/number_text.hpp"
#include "../data/dataset.hpp"
#include "../steps/loss.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

inline bool is_empty(const dataset& data) {
    return data.x.empty() && data.targets.empty() && data.labels.empty() && data.weights.empty();
}

// What data and a network of so many outputs don't agree on.
inline std::optional<error> not_fitting(const dataset& data, std::size_t inputs,
                                        std::size_t outputs, bool of_classes) {
    const auto wrong = [](const auto&... what) { return error{sentence("fit: ", what...)}; };
    if (is_empty(data)) return wrong("expected at least one row, found none");
    if (auto why = check(data)) return why;
    if (data.inputs != inputs)
        return wrong("expected rows of ", inputs, " inputs, as the network has, found ",
                     data.inputs);
    if (data.outputs != 0 && data.outputs != outputs)
        return wrong("expected ", outputs, " targets for each row, as the network has outputs, ",
                     "found ", data.outputs);
    if (data.outputs == 0 && data.classes == 0)
        return wrong("expected targets or labels, found neither");
    if (data.outputs == 0 &&
        !(of_classes ? data.classes <= outputs : outputs == 1 && data.classes <= 2))
        return wrong("expected labels of at most ", of_classes ? outputs : 2, " classes",
                     of_classes ? "" : " and one output, or targets", ", found ", data.classes,
                     " classes and ", outputs, " outputs", labels_hint(data.labels));
    const auto& weights = data.weights;
    if (const auto bad = std::find_if_not(weights.begin(), weights.end(), is_weight);
        bad != weights.end())
        return wrong("expected finite weights of 0 or more, found ", text_of(*bad), " at row ",
                     bad - weights.begin());
    if (!weights.empty() && std::ranges::none_of(weights, [](float w) { return w > 0.0f; }))
        return wrong("expected a row of a weight above 0, found none");
    return std::nullopt;
}

// What the rows that judge have otherwise than those that train.
inline std::optional<error> not_alike(const dataset& train, const dataset& validation) {
    const auto wrong = [](const auto&... what) { return error{sentence("fit: ", what...)}; };
    if (train.outputs != validation.outputs)
        return wrong("expected validation rows of ", train.outputs,
                     " targets, as the training rows have, found ", validation.outputs);
    const std::vector<std::string>& names = train.class_name;
    const std::vector<std::string>& others = validation.class_name;
    for (std::size_t i = 0; i < std::min(names.size(), others.size()); ++i)
        if (names[i] != others[i])
            return wrong("expected the classes of the training rows, found ", quote(others[i]),
                         " for number ", i, " in the validation rows, which is ", quote(names[i]),
                         " in the others. Number both alike (csv_options::class_name)");
    if (others.size() > names.size() && !names.empty())
        return wrong("expected the classes of the training rows, found ",
                     quote(others[names.size()]), " in the validation rows, which nobody learns");
    if (names.empty() != others.empty() && train.classes != 0 && validation.classes != 0)
        return wrong("expected names of classes of both the training and the validation rows, or "
                     "of neither, found none of the ",
                     names.empty() ? "former" : "latter",
                     ": they may be numbered otherwise. Read the second file with the names of the "
                     "first (csv_options::class_name)");
    return std::nullopt;
}

// Probabilities, which roundings may have brought past their ends.
inline std::optional<error> no_probabilities(const dataset& data) {
    const auto is_share = [](float t) { return t >= -0x1p-10f && t <= 1.0f + 0x1p-10f; };
    const auto bad = std::find_if_not(data.targets.begin(), data.targets.end(), is_share);
    if (bad == data.targets.end()) return std::nullopt;
    const auto at = static_cast<std::size_t>(bad - data.targets.begin());
    return error{sentence("fit: expected targets from 0 to 1, since the loss is of probabilities, "
                          "found ",
                          text_of(*bad), " at row ", at / data.outputs, ", target ",
                          at % data.outputs)};
}

} // namespace laminate::inline LAMINATE_ISA::detail
