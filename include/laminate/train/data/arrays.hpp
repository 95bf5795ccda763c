// SPDX-License-Identifier: MIT
#pragma once

// Data sets made of arrays, as files (.npy, IDX) hold them. Promises an error for what doesn't
// match.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../file/array.hpp"
#include "../../file/tensor_file.hpp"
#include "dataset.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

inline std::size_t row_floats(const array& a) { return a.values.size() / a.rows(); }

inline std::optional<error> not_rows(const array& inputs, const array& others, const char* what) {
    if (inputs.values.empty())
        return error{sentence("expected inputs in rows, found the shape ", shape_text(inputs.shape),
                              ", which is empty")};
    for (const array* const a : {&inputs, &others})
        if (element_count(a->shape) != a->values.size())
            return error{sentence("expected as many numbers as the shape ", shape_text(a->shape),
                                  " has, found ", a->values.size())};
    if (inputs.rows() != others.rows())
        return error{sentence("expected as many ", what, " as rows of inputs, which are ",
                              inputs.rows(), "; found ", others.rows(),
                              ". Are the two files of the same data?")};
    return std::nullopt;
}

} // namespace detail

// Rows of inputs with rows of targets; all axes behind the first become one.
[[nodiscard]] inline result<dataset> with_targets(array inputs, array targets) {
    if (auto why = detail::not_rows(inputs, targets, "rows of targets")) return *std::move(why);
    if (targets.values.empty())
        return error{sentence("expected targets in rows, found the shape ",
                              shape_text(targets.shape), ", which is empty")};
    dataset data{.inputs = detail::row_floats(inputs), .outputs = detail::row_floats(targets)};
    data.x = std::move(inputs.values);
    data.targets = std::move(targets.values);
    if (auto why = check(data)) return *std::move(why);
    return data;
}

// Rows of inputs with class numbers. `classes` of 0 stands for one more than the largest.
[[nodiscard]] inline result<dataset> with_labels(array inputs, const array& labels,
                                                 std::size_t classes = 0) {
    if (auto why = detail::not_rows(inputs, labels, "labels")) return *std::move(why);
    if (labels.values.size() != labels.rows())
        return error{sentence("expected one label for each row, found the shape ",
                              shape_text(labels.shape))};
    dataset data{.inputs = detail::row_floats(inputs), .classes = classes};
    data.x = std::move(inputs.values);
    for (const float label : labels.values) {
        // 2^24: floats hold every whole number up to here.
        const bool whole = label >= 0.0f && label < 0x1p24f &&
                           label == static_cast<float>(static_cast<std::uint32_t>(label));
        if (!whole)
            return error{sentence("expected labels that are whole numbers from 0 up, found ",
                                  std::to_string(label), " at row ", data.labels.size())};
        data.labels.push_back(static_cast<std::uint32_t>(label));
        if (classes == 0)
            data.classes = std::max<std::size_t>(data.classes, data.labels.back() + std::size_t{1});
    }
    if (auto why = check(data)) return *std::move(why);
    return data;
}

} // namespace laminate::inline LAMINATE_ISA
