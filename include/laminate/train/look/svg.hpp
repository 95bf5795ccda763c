// SPDX-License-Identifier: MIT
#pragma once

// A drawing of rectangles, lines, dots and text, as SVG. Needs numbers as text. Promises a
// self-contained file (no script, no font, no image from elsewhere), the same for the same calls.

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../file/number_text.hpp"

namespace laminate::inline LAMINATE_ISA {

class svg {
public:
    struct point {
        double x, y;
    };
    struct box {
        double x, y, width, height;
    };

    svg(double width, double height) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ", height,
            "\" width=\"", width, "\" height=\"", height,
            "\" font-family=\"Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\">\n");
    }

    // Here and below, `more` is any further attributes.
    void rect(box b, std::string_view fill, std::string_view more = "") {
        add("<rect x=\"", b.x, "\" y=\"", b.y, "\" width=\"", b.width, "\" height=\"", b.height,
            "\" fill=\"", fill, "\" ", more, "/>\n");
    }
    void circle(point centre, double radius, std::string_view fill, std::string_view more = "") {
        add("<circle cx=\"", centre.x, "\" cy=\"", centre.y, "\" r=\"", radius, "\" fill=\"", fill,
            "\" ", more, "/>\n");
    }
    void line(std::span<const point> points, std::string_view colour, double width = 1.5,
              std::string_view more = "") {
        add("<polyline fill=\"none\" stroke=\"", colour, "\" stroke-width=\"", width,
            "\" points=\"");
        for (const point& p : points)
            add(p.x, ",", p.y, " ");
        add("\" ", more, "/>\n");
    }
    void words(double x, double y, double size, std::string_view fill, std::string_view what,
               std::string_view more = "") {
        add("<text x=\"", x, "\" y=\"", y, "\" font-size=\"", size, "\" fill=\"", fill, "\" ", more,
            ">", escaped(what), "</text>\n");
    }

    [[nodiscard]] std::string finish() && { return std::move(text_) + "</svg>\n"; }

protected:
    template <class... Parts>
    void add(const Parts&... parts) {
        const auto append = [this](const auto& part) {
            if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(part)>>)
                text_ += detail::significant(static_cast<double>(part), 6);
            else
                text_ += part;
        };
        (append(parts), ...);
    }

private:
    static std::string escaped(std::string_view what) {
        std::string out;
        for (const char c : what)
            out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
        return out;
    }

    std::string text_;
};

} // namespace laminate::inline LAMINATE_ISA
