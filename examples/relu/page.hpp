// SPDX-License-Identifier: MIT
#pragma once

// A page of SVG: text, boxes, paths and dots in eight colours that people with any colour vision
// can tell apart, and that suit light and dark pages alike. Needs only the standard library.
// Promises a self-contained file that appears under its name only when it is whole.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chart {

struct point {
    double x, y;
};
struct box {
    double x, y, width, height;
    double right() const { return x + width; }
    double bottom() const { return y + height; }
};

/// At most so many digits behind the point, and none that are zero: files stay small and readable.
inline std::string number(double value, int digits = 2) {
    std::array<char, 40> text = {};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    std::string s = text.data();
    while (digits > 0 && s.back() == '0')
        s.pop_back();
    if (s.back() == '.') s.pop_back();
    return s == "-0" ? "0" : s;
}

inline std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text)
        safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return safe;
}

/// Colour 0 is ink; 1 to 7 are those of Okabe and Ito (2008), a little darker on a light page and
/// lighter on a dark one.
inline constexpr std::array<const char*, 8> light = {"#1f2328", "#0072b2", "#d55e00", "#00875f",
                                                     "#b8569a", "#b98200", "#2f9fd8", "#6b7280"};
inline constexpr std::array<const char*, 8> dark = {"#e6edf3", "#58a6ff", "#ff8f45", "#2fc79a",
                                                    "#e59ac6", "#f0c04a", "#8ad4ff", "#adbac7"};

class page {
public:
    page(double width, double height, const std::string& title, const std::string& subtitle = "") {
        const std::string size = number(width) + ' ' + number(height);
        text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
                number(width) + "\" height=\"" + number(height) + "\" role=\"img\">\n<title>" +
                escaped(title) + "</title>\n<style>\n" + style() + "</style>\n";
        text_ += "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n";
        words({20, 30}, title, "title");
        if (!subtitle.empty()) words({20, 50}, subtitle, "small");
    }

    void words(point at, std::string_view what, std::string_view classes = "",
               std::string_view more = "") {
        if (what.empty()) return;
        text_ += "<text x=\"" + number(at.x) + "\" y=\"" + number(at.y) + '"' +
                 attribute("class", classes) + ' ' + std::string(more) + '>' + escaped(what) +
                 "</text>\n";
    }
    void rect(box b, std::string_view classes, std::string_view more = "") {
        text_ += "<rect x=\"" + number(b.x) + "\" y=\"" + number(b.y) + "\" width=\"" +
                 number(b.width) + "\" height=\"" + number(b.height) + '"' +
                 attribute("class", classes) + ' ' + std::string(more) + "/>\n";
    }
    /// `d` is the path in SVG's own words.
    void path(const std::string& d, std::string_view classes, std::string_view more = "") {
        if (d.empty()) return;
        text_ +=
            "<path d=\"" + d + '"' + attribute("class", classes) + ' ' + std::string(more) + "/>\n";
    }
    void line(const std::vector<point>& points, std::string_view classes,
              std::string_view more = "") {
        path(outline(points), classes, more);
    }
    void polygon(const std::vector<point>& points, std::string_view classes,
                 std::string_view more = "") {
        path(outline(points) + 'z', classes, more);
    }

    /// Round or square dots of one size, in few bytes, each with an edge of paper around it.
    void dots(const std::vector<point>& centres, double radius, std::string_view stroke,
              bool round) {
        std::string d;
        for (const point p : centres)
            d += 'M' + number(p.x, 1) + ' ' + number(p.y, 1) + "h.1";
        const std::string cap = round ? "stroke-linecap:round" : "stroke-linecap:square";
        const auto width = [&](double w) {
            return "style=\"fill:none;" + cap + ";stroke-width:" + number(w) + '"';
        };
        path(d, "edge", width(2 * radius + 1.3));
        path(d, stroke, width(2 * radius));
    }

    static std::string outline(const std::vector<point>& points) {
        std::string d;
        for (const point p : points)
            d += (d.empty() ? 'M' : 'L') + number(p.x, 1) + ' ' + number(p.y, 1);
        return d;
    }

    /// Writes beside `file` first. Throws std::runtime_error if it can't.
    void save(const std::filesystem::path& file) const {
        std::filesystem::path part = file;
        part += ".part";
        std::ofstream out(part, std::ios::binary);
        out << text_ << "</svg>\n";
        out.close();
        if (!out) throw std::runtime_error("cannot write " + part.string());
        std::filesystem::rename(part, file);
    }

private:
    static std::string attribute(std::string_view name, std::string_view value) {
        if (value.empty()) return "";
        return ' ' + std::string(name) + "=\"" + std::string(value) + '"';
    }

    static std::string colours(const std::array<const char*, 8>& palette, const char* paper,
                               const char* grid) {
        std::string css = std::string(".page { fill: ") + paper + " }\ntext { fill: " + palette[0] +
                          " }\n.grid { stroke: " + grid + " }\n.edge { stroke: " + paper + " }\n";
        for (std::size_t i = 0; i < palette.size(); ++i) {
            const std::string n = std::to_string(i);
            css += ".f" + n + " { fill: " + palette[i] + " } .s" + n + " { stroke: " + palette[i] +
                   " }\n";
        }
        return css;
    }
    static std::string style() {
        return "text { font: 13px system-ui, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif }\n"
               ".title { font-size: 17px; font-weight: 600 }\n"
               ".head { font-weight: 600 }\n"
               ".small { font-size: 12px }\n.tiny { font-size: 9.5px }\n"
               ".middle { text-anchor: middle }\n.end { text-anchor: end }\n"
               ".line, .grid { fill: none; stroke-linejoin: round; stroke-linecap: round }\n"
               ".line { stroke-width: 2 }\n.grid { stroke-width: 1 }\n.edge { stroke-width: 1 }\n" +
               colours(light, "#ffffff", "#d8dee4") + "@media (prefers-color-scheme: dark) {\n" +
               colours(dark, "#0d1117", "#30363d") + "}\n";
    }

    std::string text_;
};

} // namespace chart
