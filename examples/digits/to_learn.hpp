// SPDX-License-Identifier: MIT
#pragma once

// The handwritten digits as data sets to train and to test with.
// Needs dataset.hpp.
// Promises its split: the first rows to train, the rest to test.

#include "dataset.hpp"

#include <laminate/train/data/split.hpp>

#include <cstdint>
#include <numeric>
#include <vector>

namespace demo {

inline laminate::two_parts to_learn(const dataset& file) {
    laminate::dataset all;
    all.inputs = pixels;
    all.classes = classes;
    for (const image& one : file.images)
        all.x.insert(all.x.end(), one.begin(), one.end());
    for (const std::size_t label : file.labels)
        all.labels.push_back(static_cast<std::uint32_t>(label));
    std::vector<std::size_t> rows(file.images.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return {select(all, std::span(rows).first(file.train)),
            select(all, std::span(rows).subspan(file.train))};
}

} // namespace demo
