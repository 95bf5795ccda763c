// SPDX-License-Identifier: MIT
#pragma once

// Charts on a page: a panel has two titled axes, and takes lines with bands, dots, bars and shaded
// cells in the coordinates of its data; a legend names colours. Needs a page. Promises that nothing
// is drawn outside of a panel's box: what lies outside of its axes is cut or clamped.

#include "page.hpp"

#include <algorithm>
#include <utility>

namespace chart {

struct tick {
    double at;
    std::string name;
};

struct axis {
    std::string title;
    double low, high;
    bool log = false;
    std::vector<tick> ticks = {}; // none: chosen

    /// 0 at low, 1 at high; NaN is low.
    double share(double value) const {
        const auto scaled = [&](double v) { return log ? std::log10(std::max(v, 1e-300)) : v; };
        const double s = (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
        return s > 0 ? std::min(s, 1.0) : 0.0;
    }
};

/// 10 with a raised exponent.
inline std::string power_of_ten(int exponent) {
    static constexpr std::array<const char*, 10> raised = {"⁰", "¹", "²", "³", "⁴",
                                                           "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (exponent >= -1 && exponent <= 2) return number(std::pow(10.0, exponent));
    std::string text = exponent < 0 ? "10⁻" : "10";
    for (const char digit : std::to_string(std::abs(exponent)))
        text += raised[static_cast<std::size_t>(digit - '0')];
    return text;
}

/// About five round numbers, or powers of ten.
inline std::vector<tick> ticks_of(const axis& a) {
    if (!a.ticks.empty()) return a.ticks;
    std::vector<tick> ticks;
    if (a.log) {
        const int first = static_cast<int>(std::ceil(std::log10(a.low) - 1e-9));
        const int last = static_cast<int>(std::floor(std::log10(a.high) + 1e-9));
        const int step = std::max(1, (last - first + 5) / 6);
        for (int e = first; e <= last; e += step)
            ticks.push_back({std::pow(10.0, e), power_of_ten(e)});
        return ticks;
    }
    const double rough = (a.high - a.low) / 5;
    const double unit = std::pow(10.0, std::floor(std::log10(rough)));
    const double step = unit * (rough / unit > 5 ? 10 : rough / unit > 2 ? 5 : 2);
    for (double n = std::ceil(a.low / step - 1e-9); n * step <= a.high + 1e-9 * step; ++n)
        ticks.push_back({n * step, number(n * step)});
    return ticks;
}

/// How a series is drawn, so that its colour isn't the only thing that tells it apart.
struct look {
    std::size_t colour = 1;
    bool dashed = false;
    char mark = 'o'; // o circle, s square, d diamond, t triangle, 0 none
};

inline std::string stroke(look l) { return "line s" + std::to_string(l.colour); }
inline std::string fill(look l) { return 'f' + std::to_string(l.colour); }
inline std::string dashes(look l) { return l.dashed ? "stroke-dasharray=\"6 5\"" : ""; }

inline std::string mark_path(point p, char mark, double r = 4) {
    switch (mark) {
    case 's':
        return page::outline({{p.x - r, p.y - r},
                              {p.x + r, p.y - r},
                              {p.x + r, p.y + r},
                              {p.x - r, p.y + r}}) +
               'z';
    case 'd':
        return page::outline({{p.x, p.y - r * 1.4},
                              {p.x + r * 1.2, p.y},
                              {p.x, p.y + r * 1.4},
                              {p.x - r * 1.2, p.y}}) +
               'z';
    case 't':
        return page::outline(
                   {{p.x, p.y - r * 1.3}, {p.x + r * 1.2, p.y + r}, {p.x - r * 1.2, p.y + r}}) +
               'z';
    default: {
        const std::string arc = 'a' + number(r) + ' ' + number(r) + " 0 1 0 ";
        return 'M' + number(p.x - r) + ' ' + number(p.y) + arc + number(2 * r) + " 0" + arc +
               number(-2 * r) + " 0z";
    }
    }
}

class panel {
public:
    panel(page& on, box where, std::string_view title, axis x, axis y)
        : page_(&on), box_(where), x_(std::move(x)), y_(std::move(y)) {
        for (const tick& t : ticks_of(x_)) {
            const double at = across(t.at);
            if (!t.name.empty()) page_->words({at, box_.bottom() + 17}, t.name, "small middle");
            if (x_.ticks.empty()) page_->line({{at, box_.y}, {at, box_.bottom()}}, "grid");
        }
        std::size_t widest = 0;
        for (const tick& t : ticks_of(y_)) {
            widest = std::max(widest, t.name.size());
            page_->words({box_.x - 7, up(t.at) + 4}, t.name, "small end");
            page_->line({{box_.x, up(t.at)}, {box_.right(), up(t.at)}}, "grid");
        }
        page_->words({box_.x, box_.y - 9}, title, "head");
        page_->words({box_.x + box_.width / 2, box_.bottom() + 36}, x_.title, "small middle");
        if (y_.title.empty()) return;
        const point at = {box_.x - 19 - 7 * static_cast<double>(std::min<std::size_t>(widest, 4)),
                          box_.y + box_.height / 2};
        page_->words(at, y_.title, "small middle",
                     "transform=\"rotate(-90 " + number(at.x) + ' ' + number(at.y) + ")\"");
    }

    double across(double x) const { return box_.x + box_.width * x_.share(x); }
    double up(double y) const { return box_.bottom() - box_.height * y_.share(y); }
    point at(double x, double y) const { return {across(x), up(y)}; }

    /// A line through the points; a point that isn't finite breaks it.
    void line(const std::vector<point>& points, look l) {
        std::vector<point> run;
        const auto draw = [&] {
            if (run.size() > 1) page_->line(run, stroke(l), dashes(l));
            run.clear();
        };
        for (const point p : points) {
            if (std::isfinite(p.y))
                run.push_back(at(p.x, p.y));
            else
                draw();
        }
        draw();
    }
    /// From `low` to `high` at each x of theirs, shaded.
    void band(const std::vector<point>& low, const std::vector<point>& high, look l) {
        std::vector<point> around;
        for (const point p : low)
            around.push_back(at(p.x, p.y));
        for (std::size_t i = high.size(); i-- > 0;)
            around.push_back(at(high[i].x, high[i].y));
        page_->polygon(around, fill(l), "fill-opacity=\".18\"");
    }
    void marks(const std::vector<point>& points, look l, double radius = 4) {
        std::string d;
        for (const point p : points)
            if (std::isfinite(p.y)) d += mark_path(at(p.x, p.y), l.mark, radius);
        page_->path(d, fill(l) + " edge");
    }
    /// Many small ones: circles, or squares where the look has them.
    void dots(const std::vector<point>& points, look l, double radius) {
        std::vector<point> centres;
        for (const point p : points)
            centres.push_back(at(p.x, p.y));
        page_->dots(centres, radius, 's' + std::to_string(l.colour), l.mark != 's');
    }
    void series(const std::vector<point>& points, look l) {
        line(points, l);
        marks(points, l);
    }
    /// From the axis to y, `width` wide around x, with what it stands for above it.
    void bar(double x, double y, double width, look l, std::string_view label = "",
             std::string_view classes = "small middle") {
        const double left = across(x - width / 2), right = across(x + width / 2);
        const box b = {left, up(y), right - left, box_.bottom() - up(y)};
        page_->rect(b, fill(l) + " s" + std::to_string(l.colour),
                    l.dashed ? "fill-opacity=\".35\"" : "");
        page_->words({(left + right) / 2, b.y - 5}, label, classes);
    }

    const box& where() const { return box_; }

private:
    page* page_;
    box box_;
    axis x_, y_;
};

/// Names of looks, from left to right; `swatch` draws a filled box in place of a line and its mark.
struct entry {
    std::string name;
    look shown;
    bool swatch = false;
};
inline void legend(page& on, point at, const std::vector<entry>& entries, double step = 0) {
    for (const entry& e : entries) {
        if (e.swatch) {
            on.rect({at.x, at.y - 10, 14, 12},
                    fill(e.shown) + " s" + std::to_string(e.shown.colour),
                    e.shown.dashed ? "fill-opacity=\".35\"" : "");
        } else {
            on.line({{at.x, at.y - 4}, {at.x + 26, at.y - 4}}, stroke(e.shown), dashes(e.shown));
            if (e.shown.mark != '0')
                on.path(mark_path({at.x + 13, at.y - 4}, e.shown.mark), fill(e.shown) + " edge");
        }
        on.words({at.x + (e.swatch ? 20 : 33), at.y}, e.name, "small");
        at.x += step > 0 ? step : 60 + 7.0 * static_cast<double>(e.name.size());
    }
}

/// Shades of two colours on a grid of rows x columns, the first row at the top: -1 is all colour
/// `negative`, 1 all colour `positive`. Neighbours of one shade are one stroke.
inline void cells(page& on, box where, const std::vector<double>& values, std::size_t columns,
                  std::size_t negative, std::size_t positive, int shades = 4) {
    const std::size_t rows = values.size() / columns;
    const auto shade = [&](std::size_t row, std::size_t column) {
        const double v = std::clamp(values[row * columns + column], -1.0, 1.0);
        const int s = std::min(static_cast<int>(std::fabs(v) * shades), shades - 1);
        return v < 0 ? shades - 1 - s : shades + s;
    };
    std::vector<std::string> strokes(static_cast<std::size_t>(shades) * 2);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0, end = 0; column < columns; column = end) {
            const int s = shade(row, column);
            for (end = column + 1; end < columns && shade(row, end) == s;)
                ++end;
            strokes[static_cast<std::size_t>(s)] += 'M' + std::to_string(column) + ' ' +
                                                    std::to_string(row) + 'h' +
                                                    std::to_string(end - column);
        }
    const std::string place = "transform=\"translate(" + number(where.x) + ' ' + number(where.y) +
                              ") scale(" +
                              std::to_string(where.width / static_cast<double>(columns)) + ' ' +
                              std::to_string(where.height / static_cast<double>(rows)) +
                              ") translate(0 .5)\" shape-rendering=\"crispEdges\" fill=\"none\" "
                              "stroke-width=\"1.04\" stroke-opacity=\"";
    for (int s = 0; s < 2 * shades; ++s) {
        const int strength = s < shades ? shades - s : s - shades + 1;
        on.path(strokes[static_cast<std::size_t>(s)],
                's' + std::to_string(s < shades ? negative : positive),
                place + number(0.08 + 0.42 * strength / shades) + '"');
    }
}

} // namespace chart
