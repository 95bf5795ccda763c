// SPDX-License-Identifier: MIT
#pragma once

// What the units of a model do for a data set, layer by layer: dead ones, always active ones,
// zeros, saturation, the distribution of values. Needs rows of inputs. Promises exact counts; costs
// nothing unless called.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../base/compiler.hpp"
#include "../steps/gain.hpp"
#include "layer_values.hpp"

namespace laminate::inline LAMINATE_ISA {

struct layer_activity {
    std::string layer = {}; // "0 dense<64> | relu"
    std::size_t units = 0;
    bool rectifies = false;    // relu, leaky_relu, prelu or elu: the next two are counted
    std::size_t dead = 0;      // units that are above 0 for no row (leaky ones still learn)
    std::size_t always_on = 0; // units that are above 0 for every row: linear, for these rows
    double zeros = 0.0;        // share of values that are 0
    double saturated = 0.0;    // share of values where a bounded function is flat, see below
    double mean = 0.0;
    double deviation = 0.0;
    float least = 0.0f; // of the finite values; above `most` if there is none
    float most = 0.0f;
    std::array<std::size_t, 24> histogram = {}; // of all finite values, from least to most
};

namespace detail {

// A hundredth from a bound: sigmoid's slope is below 0.01 there, tanh's below 0.02, that of a relu
// with a maximum is 0.
inline bool is_saturated(const ir::node& n, float y) {
    switch (n.kind) {
    case ir::op::sigmoid:
        return y < 0.01f || y > 0.99f;
    case ir::op::tanh:
        return std::fabs(y) > 0.99f;
    case ir::op::relu:
        return y >= n.max_value;
    default:
        return false;
    }
}

inline bool counts_activity(ir::op kind) {
    return ir::of(kind).is.rectifier && ir::is_elementwise(kind);
}

// Sums over values of one layer.
struct activity_sums {
    std::vector<bool> ever_on;
    std::vector<bool> ever_off;
    std::size_t values = 0; // of all rows, and positions
    std::size_t zeros = 0;
    std::size_t saturated = 0;
    double sum = 0.0;
    double squares = 0.0;
    float least = std::numeric_limits<float>::infinity();
    float most = -std::numeric_limits<float>::infinity();

    explicit activity_sums(std::size_t units) : ever_on(units), ever_off(units) {}

    void add(const ir::node& n, std::size_t unit, float y) {
        if (y > 0.0f)
            ever_on[unit] = true;
        else
            ever_off[unit] = true;
        ++values;
        zeros += y == 0.0f ? 1U : 0U;
        saturated += is_saturated(n, y) ? 1U : 0U;
        sum += static_cast<double>(y);
        squares += static_cast<double>(y) * static_cast<double>(y); // exact products
        if (!std::isfinite(y)) return;
        least = std::min(least, y);
        most = std::max(most, y);
    }

    void finish(layer_activity& a) const {
        const auto count = static_cast<double>(values);
        if (a.rectifies) {
            a.dead = static_cast<std::size_t>(std::count(ever_on.begin(), ever_on.end(), false));
            a.always_on =
                static_cast<std::size_t>(std::count(ever_off.begin(), ever_off.end(), false));
        }
        a.zeros = static_cast<double>(zeros) / count;
        a.saturated = static_cast<double>(saturated) / count;
        a.mean = sum / count;
        a.deviation = std::sqrt(std::max(0.0, std::fma(-a.mean, a.mean, squares / count)));
        a.least = least;
        a.most = most;
    }
};

inline void add_to_histogram(layer_activity& a, float y) {
    if (!std::isfinite(y)) return;
    const double width = static_cast<double>(a.most) - static_cast<double>(a.least);
    const double place = width > 0.0 ? (static_cast<double>(y) - static_cast<double>(a.least)) /
                                           width * static_cast<double>(a.histogram.size())
                                     : 0.0;
    ++a.histogram[std::min(static_cast<std::size_t>(place), a.histogram.size() - 1)];
}

} // namespace detail

// One entry for each layer that does something (a dense layer with the activation behind it is one;
// dropout does nothing here), for rows of inputs one behind the other.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::vector<layer_activity> activity(const basic_model<Network, Storage>& model,
                                                   std::span<const float> x) {
    using values_type = layer_values<Network>;
    constexpr std::size_t inputs = basic_model<Network, Storage>::inputs;
    constexpr std::size_t block = 256;
    static_assert(
        detail::plan_of<Network, ir::fusion::on>.in.size() == 1,
        "Laminate: activity() takes rows of one input, and this network has several; look "
        "at its values with layer_values, which takes a std::tuple of rows");
    const std::size_t rows = x.size() / inputs;
    if (rows == 0 || x.size() % inputs != 0)
        detail::stop("activity() needs whole rows in, in floats", (rows + 1) * inputs, x.size());

    std::vector<layer_activity> found(values_type::count);
    std::vector<detail::activity_sums> sums;
    for (std::size_t s = 0; s < values_type::count; ++s) {
        found[s].layer = values_type::text(s);
        found[s].units = values_type::units(s);
        found[s].rectifies = detail::counts_activity(values_type::node(s).kind);
        sums.emplace_back(found[s].units);
    }
    values_type values(std::min(rows, block));
    const auto each = [&](auto f) {
        for (std::size_t first = 0; first < rows; first += block) {
            values.run(model, x.subspan(first * inputs, std::min(block, rows - first) * inputs));
            for (std::size_t s = 0; s < values_type::count; ++s) {
                const row_view view = values(s);
                for (std::size_t row = 0; row < view.rows(); ++row)
                    for (std::size_t unit = 0; unit < view.units(); ++unit)
                        f(s, unit, view(row, unit));
            }
        }
    };
    each([&](std::size_t s, std::size_t unit, float y) {
        sums[s].add(values_type::node(s), unit, y);
    });
    for (std::size_t s = 0; s < values_type::count; ++s)
        sums[s].finish(found[s]);
    each([&](std::size_t s, std::size_t, float y) { detail::add_to_histogram(found[s], y); });
    std::vector<layer_activity> kept;
    for (std::size_t s = 0; s < values_type::count; ++s)
        if (values_type::node(s).kind != ir::op::dropout) kept.push_back(std::move(found[s]));
    return kept;
}

} // namespace laminate::inline LAMINATE_ISA
