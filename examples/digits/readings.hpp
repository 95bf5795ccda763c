// SPDX-License-Identifier: MIT
#pragma once

// What the network made of each test image, and the counts that follow from it.
// Needs only dataset.hpp.
// Promises text of at most 80 columns.

#include "dataset.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace demo {

/// One image, what it is, and what the network says.
struct reading {
    image pixels{};
    std::size_t label = 0;
    demo::probabilities probabilities{};

    std::size_t answer() const {
        const auto best = std::max_element(probabilities.begin(), probabilities.end());
        return static_cast<std::size_t>(best - probabilities.begin());
    }
    float confidence() const { return probabilities[answer()]; }
    bool right() const { return answer() == label; }
};

inline std::size_t count_right(std::span<const reading> readings) {
    return static_cast<std::size_t>(std::count_if(readings.begin(), readings.end(),
                                                  [](const reading& r) { return r.right(); }));
}

/// "98.2 %"
inline std::string percent(double share, int decimals = 1) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << 100.0 * share << " %";
    return text.str();
}

/// Rows are what was written, columns what was read; zeros are left as dots so that mistakes show.
inline std::string confusion_matrix(std::span<const reading> readings) {
    std::array<std::array<std::size_t, classes>, classes> counts{};
    for (const reading& r : readings) {
        ++counts[r.label][r.answer()];
    }

    std::ostringstream text;
    text << "  written    read as\n        ";
    for (std::size_t column = 0; column < classes; ++column) {
        text << std::setw(5) << column;
    }
    text << "      right\n";
    for (std::size_t row = 0; row < classes; ++row) {
        std::size_t total = 0;
        text << std::setw(7) << row << ' ';
        for (std::size_t column = 0; column < classes; ++column) {
            total += counts[row][column];
            text << std::setw(5);
            counts[row][column] == 0 ? text << "." : text << counts[row][column];
        }
        const double share = static_cast<double>(counts[row][row]) /
                             static_cast<double>(std::max<std::size_t>(total, 1));
        text << std::setw(11) << percent(share) << '\n';
    }
    return text.str();
}

} // namespace demo
