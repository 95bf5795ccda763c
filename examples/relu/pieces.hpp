// SPDX-License-Identifier: MIT
#pragma once

// The plane cut into the linear pieces of a network of dense layers and (leaky) ReLUs. Needs the
// layers' weights. Promises, but for the rounding of doubles, every piece: within one, each unit is
// an affine function of the point, and its zero is a straight line that the piece is cut along
// (Montufar et al., On the Number of Linear Regions of Deep Neural Networks, 2014).

#include "page.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace relu {

/// u + v x + w y
struct affine {
    double one, x, y;
    double operator()(chart::point p) const { return one + x * p.x + y * p.y; }
};

struct piece {
    std::vector<chart::point> corners; // convex
    std::vector<affine> units;         // the last layer's outputs within the piece

    chart::point centre() const {
        chart::point sum = {0, 0};
        for (const chart::point p : corners)
            sum = {sum.x + p.x, sum.y + p.y};
        const double n = static_cast<double>(corners.size());
        return {sum.x / n, sum.y / n};
    }
};

namespace detail {

// The part of a convex polygon where sign * f >= 0.
inline std::vector<chart::point> side_of(const std::vector<chart::point>& corners, const affine& f,
                                         double sign) {
    std::vector<chart::point> kept;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const chart::point a = corners[i], b = corners[(i + 1) % corners.size()];
        const double at_a = sign * f(a), at_b = sign * f(b);
        if (at_a >= 0) kept.push_back(a);
        if ((at_a > 0 && at_b < 0) || (at_a < 0 && at_b > 0)) {
            const double share = at_a / (at_a - at_b);
            kept.push_back({a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)});
        }
    }
    return kept;
}

} // namespace detail

/// Cuts every piece along the line where `unit` is 0. Slivers without a corner on each side stay.
inline std::vector<piece> cut(std::vector<piece> pieces, std::size_t unit) {
    constexpr double nothing = 1e-9;
    std::vector<piece> all;
    for (piece& p : pieces) {
        const affine f = p.units[unit];
        bool above = false, below = false;
        for (const chart::point c : p.corners) {
            above = above || f(c) > nothing;
            below = below || f(c) < -nothing;
        }
        if (above && below) {
            all.push_back({detail::side_of(p.corners, f, 1), p.units});
            p.corners = detail::side_of(p.corners, f, -1);
        }
        all.push_back(std::move(p));
    }
    return all;
}

/// All through one dense layer, and through the ReLU (of that slope below 0) behind it.
template <class Layer>
void pass_dense(std::vector<piece>& pieces, const Layer& dense) {
    for (piece& p : pieces) {
        std::vector<affine> out;
        for (std::size_t o = 0; o < dense.weights.outputs(); ++o) {
            affine sum = {static_cast<double>(dense.bias[o]), 0, 0};
            for (std::size_t i = 0; i < p.units.size(); ++i) {
                const auto w = static_cast<double>(dense.weights(o, i));
                sum = {sum.one + w * p.units[i].one, sum.x + w * p.units[i].x,
                       sum.y + w * p.units[i].y};
            }
            out.push_back(sum);
        }
        p.units = std::move(out);
    }
}
inline void pass_relu(std::vector<piece>& pieces, double slope = 0) {
    const std::size_t units = pieces.front().units.size();
    for (std::size_t u = 0; u < units; ++u)
        pieces = cut(std::move(pieces), u);
    for (piece& p : pieces)
        for (affine& f : p.units)
            if (f(p.centre()) < 0) f = {slope * f.one, slope * f.x, slope * f.y};
}

/// The square from -size to size, whole, with x and y as its units.
inline std::vector<piece> square(double size) {
    return {{{{-size, -size}, {size, -size}, {size, size}, {-size, size}}, {{0, 1, 0}, {0, 0, 1}}}};
}

} // namespace relu
