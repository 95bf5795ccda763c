// SPDX-License-Identifier: MIT
#pragma once

// What activity() found and what a model takes classes for, as tables for a terminal; activity also
// as a drawing. Text is of at most 100 columns unless names are long; an SVG is for a browser.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/number_text.hpp"
#include "../data/dataset.hpp"
#include "activity.hpp"
#include "metrics.hpp"
#include "svg.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

inline std::string percentage(double share) { return rounded(100.0 * share, 1) + " %"; }

inline double share_of_units(std::size_t count, const layer_activity& a) {
    return static_cast<double>(count) / static_cast<double>(a.units);
}

// Cells in columns, the first to the left, all others to the right.
using text_table = std::vector<std::vector<std::string>>;

inline std::size_t letters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}
inline std::vector<std::size_t> column_widths(const text_table& lines) {
    std::vector<std::size_t> widths(lines.front().size());
    for (const auto& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c)
            widths[c] = std::max(widths[c], letters(line[c]));
    return widths;
}
inline std::string aligned(const text_table& lines) {
    const std::vector<std::size_t> widths = column_widths(lines);
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t c = 0; c < line.size(); ++c) {
            const std::string pad(widths[c] - letters(line[c]), ' ');
            text += c == 0 ? line[c] + pad : "  " + pad + line[c];
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    return text;
}

} // namespace detail

// A line for each layer.
[[nodiscard]] inline std::string report(std::span<const layer_activity> layers) {
    detail::text_table lines = {
        {"layer", "units", "dead", "always on", "zeros", "saturated", "mean", "deviation"}};
    for (const layer_activity& a : layers)
        lines.push_back({a.layer, std::to_string(a.units),
                         a.rectifies ? std::to_string(a.dead) : "",
                         a.rectifies ? std::to_string(a.always_on) : "",
                         detail::percentage(a.zeros), detail::percentage(a.saturated),
                         detail::significant(a.mean, 3), detail::significant(a.deviation, 3)});
    return detail::aligned(lines);
}

namespace detail {

// For each class how often it was taken for each; nothing where it never was.
inline text_table confusion_columns(const confusion_matrix& m,
                                    const std::vector<std::string>& names) {
    text_table columns = {{}};
    for (std::size_t c = 0; c < m.classes(); ++c)
        columns[0].push_back("as " + names[c]);
    for (std::size_t c = 0; c < m.classes(); ++c) {
        columns.emplace_back();
        for (std::size_t p = 0; p < m.classes(); ++p)
            columns.back().push_back(m(c, p) == 0 ? "" : std::to_string(m(c, p)));
    }
    return columns;
}
// The same where that would be too wide: what it is mistaken for most often.
inline text_table most_confused(const confusion_matrix& m, const std::vector<std::string>& names) {
    text_table columns = {{"most often mistaken for"}};
    for (std::size_t c = 0; c < m.classes(); ++c) {
        std::size_t most = c == 0 ? 1 : 0;
        for (std::size_t p = 0; p < m.classes(); ++p)
            if (p != c && m(c, p) > m(c, most)) most = p;
        columns.push_back(
            {m.classes() == 1 || m(c, most) == 0 ? "" : sentence(names[most], ", ", m(c, most))});
    }
    return columns;
}

} // namespace detail

// The accuracy, and a line for each class: rows, recall, precision, F1, and what its rows are taken
// for. Classes without a name are called by their number.
[[nodiscard]] inline std::string report(const confusion_matrix& m,
                                        std::span<const std::string> class_name = {}) {
    std::vector<std::string> names;
    names.reserve(m.classes());
    for (std::size_t c = 0; c < m.classes(); ++c)
        names.push_back(c < class_name.size() ? legible(class_name[c]) : std::to_string(c));
    detail::text_table lines = {{"class", "rows", "recall", "precision", "F1"}};
    lines.reserve(m.classes() + 1);
    for (std::size_t c = 0; c < m.classes(); ++c)
        lines.push_back({names[c], std::to_string(m.written(c)), detail::percentage(m.recall(c)),
                         detail::percentage(m.precision(c)), detail::percentage(m.f1(c))});
    const auto beside = [&lines](const detail::text_table& right) {
        detail::text_table both = lines;
        for (std::size_t i = 0; i < both.size(); ++i)
            both[i].insert(both[i].end(), right[i].begin(), right[i].end());
        return both;
    };
    detail::text_table table = beside(detail::confusion_columns(m, names));
    const std::vector<std::size_t> widths = detail::column_widths(table);
    if (std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1)) > 100)
        table = beside(detail::most_confused(m, names));
    return sentence("accuracy ", detail::percentage(m.accuracy()), ": ", m.correct(), " of ",
                    m.rows(), " rows; macro F1 ", detail::percentage(m.macro_f1()), "\n\n",
                    detail::aligned(table));
}

// What the units do, and of labelled rows what the model takes classes for.
template <declared Network, template <std::size_t> class Storage>
[[nodiscard]] std::string report(const basic_model<Network, Storage>& model, const dataset& data) {
    std::string text = report(activity(model, data.x));
    if (data.classes == 0) return text;
    return text + "\n" + report(confusion(model, data), data.class_name);
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
