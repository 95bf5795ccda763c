// SPDX-License-Identifier: MIT
#pragma once

// What activity() found, as a table for a terminal and as a drawing. Needs activities. Promises
// text of at most 100 columns, and an SVG for a browser.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "../base/compiler.hpp"
#include "activity.hpp"
#include "dataset.hpp"
#include "number_text.hpp"
#include "svg.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

inline std::string percentage(double share) { return rounded(100.0 * share, 1) + " %"; }

inline double share_of_units(std::size_t count, const layer_activity& a) {
    return static_cast<double>(count) / static_cast<double>(a.units);
}

} // namespace detail

// A line for each layer.
[[nodiscard]] inline std::string report(std::span<const layer_activity> layers) {
    std::vector<std::array<std::string, 8>> lines = {
        {"layer", "units", "dead", "always on", "zeros", "saturated", "mean", "deviation"}};
    for (const layer_activity& a : layers)
        lines.push_back({a.layer, std::to_string(a.units),
                         a.rectifies ? std::to_string(a.dead) : "",
                         a.rectifies ? std::to_string(a.always_on) : "",
                         detail::percentage(a.zeros), detail::percentage(a.saturated),
                         detail::significant(a.mean, 3), detail::significant(a.deviation, 3)});
    std::array<std::size_t, 8> width = {};
    for (const auto& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c)
            width[c] = std::max(width[c], line[c].size());
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t c = 0; c < line.size(); ++c) {
            const std::string pad(width[c] - line[c].size(), ' ');
            text += c == 0 ? line[c] + pad : "  " + pad + line[c];
        }
        text += "\n";
    }
    return text;
}

template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::string report(const basic_model<Network, Storage>& model, const dataset& data) {
    return report(activity(model, data.x));
}

namespace detail {

inline void draw_units(svg& page, svg::box b, const layer_activity& a) {
    page.rect(b, "#e6e3db", "rx=\"3\"");
    if (!a.rectifies) return;
    const double dead = b.width * share_of_units(a.dead, a);
    const double on = b.width * share_of_units(a.always_on, a);
    page.rect({b.x, b.y, dead, b.height}, "#d1495b", "rx=\"3\"");
    page.rect({b.x + b.width - on, b.y, on, b.height}, "#1f8a70", "rx=\"3\"");
}

inline void draw_histogram(svg& page, svg::box b, const layer_activity& a) {
    const auto tallest =
        static_cast<double>(*std::max_element(a.histogram.begin(), a.histogram.end()));
    const double step = b.width / static_cast<double>(a.histogram.size());
    for (std::size_t i = 0; i < a.histogram.size(); ++i) {
        // Square roots, so that few values show beside many zeros.
        const double height =
            b.height * std::sqrt(static_cast<double>(a.histogram[i]) / std::max(1.0, tallest));
        page.rect({b.x + step * static_cast<double>(i), b.y + b.height - height, step - 1, height},
                  "#3a6ea5");
    }
    page.words(b.x, b.y + b.height + 13, 10, "#6f7587",
               significant(static_cast<double>(a.least), 3));
    page.words(b.x + b.width, b.y + b.height + 13, 10, "#6f7587",
               significant(static_cast<double>(a.most), 3), "text-anchor=\"end\"");
}

} // namespace detail

// A row for each layer: its units (red: dead, green: always on), and the distribution of its
// values.
[[nodiscard]] inline std::string report_svg(std::span<const layer_activity> layers) {
    constexpr double row = 88;
    constexpr double width = 860;
    const double height = 92 + row * static_cast<double>(layers.size());
    svg page(width, height);
    page.rect({0, 0, width, height}, "#f6f4ef");
    page.words(32, 44, 22, "#16213a", "What the units do", "font-weight=\"700\"");
    page.words(width - 32, 44, 12, "#6f7587",
               "units: red dead, green always on; values: heights are square roots",
               "text-anchor=\"end\"");
    double y = 80;
    for (const layer_activity& a : layers) {
        page.words(32, y + 12, 13, "#16213a", a.layer, "font-weight=\"700\"");
        std::string units = sentence(a.units, " units");
        if (a.rectifies) units += sentence(", ", a.dead, " dead, ", a.always_on, " always on");
        page.words(32, y + 32, 12, "#6f7587", units);
        page.words(32, y + 50, 12, "#6f7587",
                   sentence("zeros ", detail::percentage(a.zeros), ", saturated ",
                            detail::percentage(a.saturated)));
        detail::draw_units(page, {330, y + 8, 180, 40}, a);
        detail::draw_histogram(page, {548, y, 280, 54}, a);
        y += row;
    }
    return std::move(page).finish();
}

template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::string report_svg(const basic_model<Network, Storage>& model,
                                     const dataset& data) {
    return report_svg(activity(model, data.x));
}

} // namespace laminate::inline LAMINATE_ISA
