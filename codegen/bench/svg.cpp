// SPDX-License-Identifier: MIT
#include <laminate/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report.hpp"

namespace laminate::codegen {

namespace {

constexpr double width = 760, left = 90, right = 70, top = 84, bar_height = 14, gap = 18;

std::string number(double x, const char* format = "%.1f") {
    char text[32];
    std::snprintf(text, sizeof text, format, x);
    return text;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        // Names in model files may hold anything; XML may not.
        else if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f)
            out += c;
        else
            out += '?';
    }
    return out;
}

std::string text(double x, double y, const char* look, const std::string& words) {
    return sentence("<text x=\"", number(x), "\" y=\"", number(y), "\" class=\"", look, "\">",
                    escaped(words), "</text>\n");
}

// 1, 2 or 5 times a power of ten: about six of them reach `most`.
double step_of(double most) {
    const double rough = most / 6.0;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    return power * (rough / power < 2.0 ? 2.0 : rough / power < 5.0 ? 5.0 : 10.0);
}

std::string style() {
    const auto rules = [](const char* page, const char* ink, const char* line, const char* fused,
                          const char* unfused, const char* loops) {
        return sentence(".page { fill: ", page, " }\ntext { fill: ", ink,
                        " }\n.line { stroke: ", line, " }\n.limit { stroke: ", ink,
                        " }\n.f0 { fill: ", fused, " }\n.f1 { fill: ", unfused,
                        " }\n.f2 { fill: ", loops, " }\n");
    };
    return sentence("<style>\ntext { font: 12px system-ui, sans-serif }\n"
                    ".title { font-size: 14px; font-weight: 600 }\n.small { font-size: 10.5px }\n"
                    ".end { text-anchor: end }\n.middle { text-anchor: middle }\n",
                    rules("#ffffff", "#1f2328", "#d0d7de", "#0969da", "#9a6700", "#57606a"),
                    "@media (prefers-color-scheme: dark) {\n",
                    rules("#0d1117", "#e6edf3", "#3d444d", "#58a6ff", "#e3b341", "#adbac7"),
                    "}\n</style>\n");
}

} // namespace

std::string bench_svg(const bench_report& report) {
    double most = 0.0;
    for (const rows_report& r : report.rows)
        most = std::max(most, *std::max_element(r.ns.begin(), r.ns.end()));
    const double step = step_of(most);
    const double per_ns = (width - left - right) / most;
    const double group = 3 * bar_height + gap;
    const double bottom = top + group * static_cast<double>(report.rows.size());
    const double height = bottom + 44;
    const std::string size =
        sentence("width=\"", number(width, "%.0f"), "\" height=\"", number(height, "%.0f"), "\"");

    const std::string title = sentence("Time per row of ", report.name, " (shorter is better)");
    std::string svg =
        sentence("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", number(width, "%.0f"),
                 " ", number(height, "%.0f"), "\" ", size, " role=\"img\">\n<title>",
                 escaped(title), "</title>\n", style(), "<rect class=\"page\" ", size, "/>\n");
    svg += text(16, 24, "title", title);
    svg += text(16, 42, "small",
                sentence(report.processor, "; ", report.compiler, ", ", report.flags));
    for (std::size_t f = 0; f < report.forms.size(); ++f) {
        const double x = left + 110 * static_cast<double>(f);
        svg += sentence("<rect class=\"f", f, "\" x=\"", number(x),
                        "\" y=\"53\" width=\"10\" "
                        "height=\"10\"/>\n");
        svg += text(x + 15, 62, "", report.forms[f].name);
    }
    svg += sentence("<path class=\"limit\" stroke-width=\"2\" d=\"M", number(left + 332),
                    " 52v12\"/>\n");
    svg += text(left + 340, 62, "", "the machine's limit, measured in the same run");
    for (double at = 0.0; at <= most; at += step) {
        const double x = left + at * per_ns;
        svg += sentence("<path class=\"line\" d=\"M", number(x), " ", number(top - 6), "V",
                        number(bottom), "\"/>\n");
        svg += text(x, bottom + 16, "small middle", number(at, "%.6g"));
    }
    svg += text(left + (width - left - right) / 2, bottom + 34, "small middle", "ns a row");
    double y = top;
    for (const rows_report& r : report.rows) {
        svg += text(left - 8, y + 1.5 * bar_height + 4, "end",
                    sentence(r.rows, r.rows == 1 ? " row" : " rows"));
        for (std::size_t f = 0; f < r.ns.size(); ++f) {
            const double at = y + bar_height * static_cast<double>(f);
            const double length = r.ns[f] * per_ns;
            svg += sentence("<rect class=\"f", f, "\" x=\"", number(left), "\" y=\"",
                            number(at + 1), "\" width=\"", number(length, "%.2f"), "\" height=\"",
                            number(bar_height - 2), "\"/>\n");
            svg += text(left + length + 5, at + bar_height - 3, "small", number(r.ns[f], "%.4g"));
        }
        svg += sentence("<path class=\"limit\" stroke-width=\"2\" d=\"M",
                        number(left + r.limit() * per_ns, "%.2f"), " ", number(y), "v",
                        number(3 * bar_height), "\"/>\n");
        y += group;
    }
    return svg + "</svg>\n";
}

} // namespace laminate::codegen
