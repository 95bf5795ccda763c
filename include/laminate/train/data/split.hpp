// SPDX-License-Identifier: MIT
#pragma once

// Cuts a data set into a part to learn from and a part to be judged by. A seed names one split, and
// each class keeps its share where there are labels. What can't be cut so stops the program.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "dataset.hpp"
#include "shuffle.hpp"

namespace laminate::inline LAMINATE_ISA {

struct two_parts {
    dataset train;
    dataset test;
};

namespace detail {

// Rows of each class, or all rows as one class; each in an order of chance.
inline std::vector<std::vector<std::size_t>> shuffled_classes(const dataset& data,
                                                              random_source& random) {
    need_sizes(data);
    std::vector<std::vector<std::size_t>> groups(data.classes == 0 ? 1 : data.classes);
    for (std::size_t row = 0; row < data.rows(); ++row) {
        const std::size_t group = data.classes == 0 ? 0 : data.labels[row];
        if (group >= groups.size())
            stop("a split needs labels, which count from 0, below the number of classes",
                 groups.size(), group);
        groups[group].push_back(row);
    }
    for (auto& group : groups)
        shuffle(std::span(group), random);
    return groups;
}

} // namespace detail

// `share` of the rows, from 0 to 1, go to `test`, rounded to whole rows such that the sum over the
// first classes is right to one row. Both parts are in an order of chance.
[[nodiscard]] inline two_parts split(const dataset& data, double share, std::uint64_t seed) {
    if (!(share >= 0.0 && share <= 1.0))
        detail::stop(
            sentence("split() needs a share from 0 to 1; found ", std::to_string(share)).c_str());
    random_source random(seed);
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;
    std::size_t seen = 0;
    for (const auto& group : detail::shuffled_classes(data, random)) {
        seen += group.size();
        const auto wanted =
            static_cast<std::size_t>(std::fma(share, static_cast<double>(seen), 0.5));
        const std::size_t more = wanted > test.size() ? wanted - test.size() : 0;
        const std::size_t taken = more < group.size() ? more : group.size();
        const auto middle = group.begin() + static_cast<std::ptrdiff_t>(taken);
        test.insert(test.end(), group.begin(), middle);
        train.insert(train.end(), middle, group.end());
    }
    shuffle(std::span(train), random);
    shuffle(std::span(test), random);
    return {select(data, train), select(data, test)};
}

// Number `fold` (from 0) of `folds` splits, whose test parts together are all rows, each once.
[[nodiscard]] inline two_parts k_fold(const dataset& data, std::size_t folds, std::size_t fold,
                                      std::uint64_t seed) {
    if (fold >= folds)
        detail::stop("k_fold() needs a fold, which counts from 0, below the number of folds", folds,
                     fold);
    random_source random(seed);
    std::vector<std::size_t> train;
    std::vector<std::size_t> test;
    std::size_t dealt = 0; // rows are dealt like cards, class by class
    for (const auto& group : detail::shuffled_classes(data, random))
        for (const std::size_t row : group)
            (dealt++ % folds == fold ? test : train).push_back(row);
    shuffle(std::span(train), random);
    shuffle(std::span(test), random);
    return {select(data, train), select(data, test)};
}

} // namespace laminate::inline LAMINATE_ISA
