// SPDX-License-Identifier: MIT
#pragma once

// Draws the test images with what the network read: the hardest ones large, then all of them.
// Needs readings.hpp and svg.hpp.
// Promises one self-contained SVG, the same for the same readings.

#include "readings.hpp"
#include "svg.hpp"

#include <algorithm>

namespace demo::sheet {

// Distances in px. The page is as wide as six cards; a gallery line holds as many images as fit.
inline constexpr double margin = 48;
inline constexpr double gap = 16;
inline constexpr double card_width = 188;
inline constexpr double card_height = 212;
inline constexpr std::size_t cards_per_row = 6;
inline constexpr std::size_t card_rows = 3;
inline constexpr double page_width = 2 * margin + static_cast<double>(cards_per_row) * card_width +
                                     static_cast<double>(cards_per_row - 1) * gap;
inline constexpr double thumb = 32;
inline constexpr double thumb_step_x = 37;
inline constexpr double thumb_step_y = 48;
inline constexpr std::size_t thumbs_per_line = 30;
inline constexpr double gallery_left =
    page_width - margin - static_cast<double>(thumbs_per_line) * thumb_step_x + 5;

inline constexpr std::string_view paper = "#f6f4ef";
inline constexpr std::string_view card = "#ffffff";
inline constexpr std::string_view line = "#e3dfd5";
inline constexpr std::string_view ink = "#16213a";
inline constexpr std::string_view soft = "#6f7587";
inline constexpr std::string_view grey = "#9aa1b2";
inline constexpr std::string_view right_colour = "#1f8a70";
inline constexpr std::string_view wrong_colour = "#d1495b";

inline constexpr std::string_view bold = "font-weight=\"700\"";
inline constexpr std::string_view centred = "text-anchor=\"middle\"";
inline constexpr std::string_view centred_bold = "text-anchor=\"middle\" font-weight=\"700\"";
inline constexpr std::string_view at_end = "text-anchor=\"end\"";
inline constexpr std::string_view at_end_bold = "text-anchor=\"end\" font-weight=\"700\"";

inline std::string_view colour_of(const reading& r) {
    return r.right() ? right_colour : wrong_colour;
}

/// Mistakes first, the surest of them leading; then right answers, the least sure leading. Both are
/// elements of one array, so that ties keep its order.
inline bool harder(const reading* a, const reading* b) {
    if (a->right() != b->right()) return !a->right();
    if (a->confidence() == b->confidence()) return a < b;
    return a->right() ? a->confidence() < b->confidence() : a->confidence() > b->confidence();
}

inline void draw_bars(svg& page, double x, double y, const reading& r) {
    constexpr double step = 15.6, width = 10, height = 44;
    for (std::size_t digit = 0; digit < classes; ++digit) {
        const double left = x + step * static_cast<double>(digit);
        const double tall = height * static_cast<double>(r.probabilities[digit]);
        const bool marked = digit == r.answer() || digit == r.label;
        const auto colour = digit == r.label      ? right_colour
                            : digit == r.answer() ? wrong_colour
                                                  : grey;
        page.rect({left, y, width, height}, "#f1eee7", "rx=\"2\"");
        page.rect({left, y + height - tall, width, tall}, colour, "rx=\"1.5\"");
        page.words(left + width / 2, y + height + 13, 10, marked ? colour : soft,
                   std::to_string(digit), marked ? centred_bold : centred);
    }
}

inline void draw_card(svg& page, double x, double y, const reading& r) {
    page.rect({x, y, card_width, card_height}, card,
              r.right() ? "rx=\"8\" stroke=\"#e3dfd5\""
                        : "rx=\"8\" stroke=\"#d1495b\" stroke-width=\"1.6\"");
    page.rect({x + 12, y + 12, 104, 104}, "#faf9f6", "rx=\"4\"");
    page.picture(x + 16, y + 16, 96, r.pixels, side, 4);
    page.words(x + 150, y + 70, 58, colour_of(r), std::to_string(r.answer()), centred_bold);
    page.words(x + 150, y + 92, 14, ink, percent(static_cast<double>(r.confidence())), centred);
    page.words(x + 150, y + 110, 12, r.right() ? soft : wrong_colour,
               r.right() ? "right" : "is a " + std::to_string(r.label), centred);
    draw_bars(page, x + 19, y + 134, r);
}

inline void draw_thumb(svg& page, double x, double y, const reading& r) {
    if (!r.right()) {
        page.rect({x - 3, y - 3, thumb + 6, thumb + 15}, "#fbe3e4",
                  "rx=\"4\" stroke=\"#d1495b\" stroke-width=\"1.2\"");
    }
    page.picture(x, y, thumb, r.pixels, side, 2);
    if (!r.right()) {
        page.words(x + thumb / 2, y + thumb + 9.5, 11, wrong_colour, std::to_string(r.answer()),
                   centred_bold);
        return;
    }
    page.rect({x, y + thumb + 4, thumb, 2}, "#e6e3db");
    page.rect({x, y + thumb + 4, thumb * static_cast<double>(r.confidence()), 2}, "#7dbdab");
}

inline void draw_heading(svg& page, double y, std::string_view title, std::string_view note) {
    page.rect({margin, y - 34, page_width - 2 * margin, 1}, line);
    page.words(margin, y, 20, ink, title, bold);
    page.words(page_width - margin, y, 13, soft, note, at_end);
}

inline void draw_title(svg& page, std::span<const reading> readings, std::string_view network) {
    const std::size_t right = count_right(readings);
    const std::string share =
        percent(static_cast<double>(right) /
                static_cast<double>(std::max<std::size_t>(readings.size(), 1)));
    page.words(margin, 78, 38, ink, std::to_string(readings.size()) + " handwritten digits, read",
               bold);
    page.words(margin, 108, 15, soft,
               "by " + std::string(network) + ", which never saw them in training");
    page.words(page_width - margin, 78, 38, right_colour, share, at_end_bold);
    page.words(page_width - margin, 108, 15, soft,
               std::to_string(right) + " right, " + std::to_string(readings.size() - right) +
                   " wrong",
               at_end);
}

} // namespace demo::sheet

namespace demo {

/// `network` is a few words for the title, such as "a 64-64-32-10 network".
inline std::string contact_sheet(std::span<const reading> readings, std::string_view network) {
    using namespace sheet;

    std::vector<const reading*> hardest;
    for (const reading& r : readings) {
        hardest.push_back(&r);
    }
    std::sort(hardest.begin(), hardest.end(), harder);
    std::array<std::vector<reading>, classes> written;
    for (auto r = hardest.rbegin(); r != hardest.rend(); ++r) { // surest first, mistakes last
        written[(*r)->label].push_back(**r);
    }
    hardest.resize(std::min(hardest.size(), cards_per_row * card_rows));

    const auto lines_for = [](std::size_t count, std::size_t per_line) {
        return static_cast<double>((count + per_line - 1) / per_line);
    };
    constexpr double group_gap = 12;
    const double cards_top = 208;
    const double gallery_top =
        cards_top + lines_for(hardest.size(), cards_per_row) * (card_height + gap) + 92;
    double page_height = gallery_top + margin + 40;
    for (const auto& group : written) {
        page_height += lines_for(group.size(), thumbs_per_line) * thumb_step_y + group_gap;
    }

    svg page(page_width, page_height);
    page.rect({0, 0, page_width, page_height}, paper);
    draw_title(page, readings, network);

    draw_heading(
        page, cards_top - 24, "The hardest ones",
        "mistakes, then right answers given with doubt; bars: probabilities, green what was "
        "written, red what was read instead");
    for (std::size_t i = 0; i < hardest.size(); ++i) {
        draw_card(page, margin + static_cast<double>(i % cards_per_row) * (card_width + gap),
                  cards_top + static_cast<double>(i / cards_per_row) * (card_height + gap),
                  *hardest[i]);
    }

    draw_heading(page, gallery_top - 24, "All of them",
                 "by what was written, surest first; the line is the confidence, red is what a "
                 "mistake was read as");
    double y = gallery_top + 8;
    for (std::size_t digit = 0; digit < classes; ++digit) {
        const auto& group = written[digit];
        page.words(margin, y + 31, 38, ink, std::to_string(digit), bold);
        page.words(margin + 34, y + 14, 12, soft,
                   std::to_string(count_right(group)) + "/" + std::to_string(group.size()));
        for (std::size_t i = 0; i < group.size(); ++i) {
            draw_thumb(page, gallery_left + static_cast<double>(i % thumbs_per_line) * thumb_step_x,
                       y + static_cast<double>(i / thumbs_per_line) * thumb_step_y, group[i]);
        }
        y += lines_for(group.size(), thumbs_per_line) * thumb_step_y + group_gap;
    }
    page.words(margin, page_height - margin + 8, 11, soft,
               "Images: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI "
               "Machine Learning Repository, CC BY 4.0; 8 x 8 pixels, drawn smoothed.");
    return std::move(page).finish();
}

} // namespace demo
