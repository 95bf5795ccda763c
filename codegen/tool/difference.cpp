// SPDX-License-Identifier: MIT
#include "difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::tool {

namespace {

// |found - expected| in units of what is allowed; equal infinities and NaN beside NaN differ by 0,
// and all there is behind an overflow, where the bound is infinite.
double excess_of(double found, double expected, double bound) {
    if (found == expected || (std::isnan(found) && std::isnan(expected))) return 0.0;
    if (std::isinf(bound) && !std::isnan(expected)) return 0.0;
    const double off = std::abs(found - expected);
    if (std::isnan(off) || std::isinf(off)) return std::numeric_limits<double>::infinity();
    return off / bound;
}

template <class T>
difference compare_any(std::span<const reference::estimate> expected, std::span<const T> found,
                       std::size_t outputs, double slack) {
    difference worst;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto value = static_cast<double>(found[i]);
        const reference::estimate& e = expected[i];
        const double bound = e.bound + slack * std::abs(e.value);
        const double excess = excess_of(value, e.value, bound);
        if (i > 0 && excess <= worst.excess) continue;
        const double off = excess == 0.0 ? 0.0 : std::abs(value - e.value);
        worst = {off, bound, excess, i / outputs, i % outputs, e.value, value};
    }
    return worst;
}

} // namespace

std::vector<reference::estimate> evaluate_reference(const graph& network,
                                                    std::span<const float> rows) {
    std::vector<reference::estimate> outputs;
    for (std::size_t at = 0; at < rows.size(); at += network.inputs()) {
        const auto values = reference::interpret(network.nodes, network.parameters,
                                                 rows.subspan(at, network.inputs()));
        outputs.insert(outputs.end(), values.back().begin(), values.back().end());
    }
    return outputs;
}

difference compare(std::span<const reference::estimate> expected, std::span<const double> found,
                   std::size_t outputs, double slack) {
    return compare_any(expected, found, outputs, slack);
}

difference compare(std::span<const reference::estimate> expected, std::span<const float> found,
                   std::size_t outputs) {
    return compare_any(expected, found, outputs, 0.0);
}

std::string difference_text(const difference& d) {
    return fmt::format("{:.2g} at row {}, unit {}: expected {:.9g}, found {:.9g}, bound {:.2g}",
                       d.largest, d.row, d.unit, d.expected, d.found, d.bound);
}

json difference_json(const difference& d) {
    // JSON has no infinities and no NaN: nlohmann writes null for them.
    return {{"largest", d.largest},
            {"row", d.row},
            {"unit", d.unit},
            {"expected", d.expected},
            {"found", d.found},
            {"bound", d.bound},
            {"within_bound", d.within_bound()}};
}

} // namespace laminate::codegen::tool
