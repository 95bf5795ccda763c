// SPDX-License-Identifier: MIT
#include "difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::tool {

namespace {

constexpr double largest_float = std::numeric_limits<float>::max();
constexpr double smallest_float = std::numeric_limits<float>::min();
constexpr double smallest_half = 0x1p-14;

// What is larger than a float can be is infinite.
double in_float(double x) {
    return std::abs(x) > largest_float ? std::copysign(std::numeric_limits<double>::infinity(), x)
                                       : x;
}

bool are_equal(double a, double b) {
    return in_float(a) == in_float(b) || (std::isnan(a) && std::isnan(b));
}

// |found - expected| in units of what is allowed; nothing is said where the bound is infinite.
double excess_of(double found, double expected, double bound) {
    if (are_equal(found, expected) || bound == reference::unknown) return 0.0;
    const double off = std::abs(found - expected);
    if (std::isnan(off) || std::isinf(off)) return std::numeric_limits<double>::infinity();
    return off / bound;
}

// Of each unit, see difference::coarseness.
std::vector<double> sizes_of(std::span<const reference::estimate> expected, std::size_t outputs) {
    std::vector<double> sizes(outputs);
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (std::isfinite(in_float(expected[i].value)))
            sizes[i % outputs] = std::max(sizes[i % outputs], std::abs(expected[i].value));
    const double least = *std::max_element(sizes.begin(), sizes.end()) / 100.0;
    for (double& size : sizes)
        size = std::max(size, least);
    return sizes;
}

// What lies below the normal numbers of float needn't be told apart; nor need two infinities.
double coarseness_of(const reference::estimate& e, double found, double size) {
    if (e.bound <= smallest_float || (e.bound == reference::unknown && are_equal(found, e.value)))
        return 0.0;
    return e.bound / size;
}

template <class T>
difference compare_any(std::span<const reference::estimate> expected, std::span<const T> found,
                       std::size_t outputs, double slack) {
    const std::vector<double> sizes = sizes_of(expected, outputs);
    difference worst;
    worst.enough = std::max(coarsest, slack);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto value = static_cast<double>(found[i]);
        const reference::estimate& e = expected[i];
        const double coarseness = coarseness_of(e, value, sizes[i % outputs]);
        if (coarseness > worst.coarseness) {
            worst.coarseness = coarseness;
            worst.coarse_row = i / outputs;
            worst.coarse_unit = i % outputs;
        }
        const double rounded = std::isfinite(in_float(e.value))
                                   ? slack * std::max(std::abs(e.value), smallest_half)
                                   : 0.0;
        const double excess = excess_of(value, e.value, e.bound + rounded);
        if (i > 0 && excess <= worst.excess) continue;
        worst.largest = excess == 0.0 ? 0.0 : std::abs(value - e.value);
        worst.bound = e.bound + rounded;
        worst.excess = excess;
        worst.row = i / outputs;
        worst.unit = i % outputs;
        worst.expected = e.value;
        worst.found = value;
    }
    return worst;
}

} // namespace

std::vector<reference::estimate>
evaluate_reference(const graph& network, std::span<const float> rows, reference::floats by) {
    std::vector<reference::estimate> outputs;
    for (std::size_t at = 0; at < rows.size(); at += network.inputs()) {
        const auto values = reference::interpret_likely(network.nodes, network.parameters,
                                                        rows.subspan(at, network.inputs()), by);
        const reference::row last = reference::outputs<reference::row>(network.nodes, values);
        outputs.insert(outputs.end(), last.begin(), last.end());
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
            {"within_bound", d.within_bound()},
            {"coarseness", d.coarseness}};
}

} // namespace laminate::codegen::tool
