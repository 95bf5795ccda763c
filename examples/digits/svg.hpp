// SPDX-License-Identifier: MIT
#pragma once

// A drawing with small grey images, as SVG text.
// Needs Laminate's drawings.
// Promises a self-contained file: no script, no font, no image from elsewhere.

#include <laminate/train/look/svg.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

namespace demo {

class svg : public laminate::svg {
public:
    using laminate::svg::svg;

    /// A square picture of `across` x `across` values (0 nothing, 1 ink), each drawn as `detail` x
    /// `detail` cells with the values between interpolated. Runs of one shade are one stroke.
    void picture(double x, double y, double size, std::span<const float> values, std::size_t across,
                 std::size_t detail) {
        const std::size_t cells = across * detail;
        std::array<std::ostringstream, shades + 1> strokes;
        for (std::size_t row = 0; row < cells; ++row) {
            for (std::size_t column = 0, end = 0; column < cells; column = end) {
                const std::size_t shade = shade_at(values, across, detail, row, column);
                end = column + 1;
                while (end < cells && shade_at(values, across, detail, row, end) == shade) {
                    ++end;
                }
                strokes[shade] << 'M' << column << ' ' << row << 'h' << end - column;
            }
        }
        add("<g transform=\"translate(", x, " ", y, ") scale(", size / static_cast<double>(cells),
            ") translate(0 .5)\" shape-rendering=\"crispEdges\" stroke=\"#16213a\">\n");
        for (std::size_t shade = 1; shade <= shades; ++shade) {
            if (const std::string path = strokes[shade].str(); !path.empty()) {
                add("<path stroke-opacity=\"",
                    static_cast<double>(shade) / static_cast<double>(shades), "\" d=\"", path,
                    "\"/>\n");
            }
        }
        add("</g>\n");
    }

private:
    static constexpr std::size_t shades = 12;

    /// Bilinear between the centres of the pixels, the edges then steepened; outside is paper.
    static std::size_t shade_at(std::span<const float> values, std::size_t across,
                                std::size_t detail, std::size_t row, std::size_t column) {
        const auto centre = [&](std::size_t cell) {
            return (static_cast<double>(cell) + 0.5) / static_cast<double>(detail) - 0.5;
        };
        const auto value = [&](double r, double c) {
            const double end = static_cast<double>(across);
            if (r < 0 || c < 0 || r >= end || c >= end) {
                return 0.0;
            }
            return static_cast<double>(
                values[static_cast<std::size_t>(r) * across + static_cast<std::size_t>(c)]);
        };
        const double top = std::floor(centre(row));
        const double left = std::floor(centre(column));
        const double right_part = centre(column) - left;
        const double upper = std::lerp(value(top, left), value(top, left + 1), right_part);
        const double lower = std::lerp(value(top + 1, left), value(top + 1, left + 1), right_part);
        const double grey = std::lerp(upper, lower, centre(row) - top);
        const double ink = grey * grey * (3.0 - 2.0 * grey);
        return static_cast<std::size_t>(std::lround(ink * static_cast<double>(shades)));
    }
};

} // namespace demo
