// SPDX-License-Identifier: MIT
#pragma once

// Points in the plane in two classes: spirals, moons and circles, from a seed. Needs laminate's
// random numbers. Promises the same floats on every machine: sines come from the C library, whose
// last bit may differ, but every coordinate is rounded to 1/4096 afterwards.

#include <laminate/train/steps/normal.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace relu {

struct points {
    std::vector<std::array<float, 2>> at; // in [-1, 1] or a little beyond
    std::vector<std::size_t> label;       // 0 or 1, in turn
};

/// In [0, 1).
inline double even(laminate::random_source& random) {
    return static_cast<double>(random.next() >> 40) * 0x1p-24;
}

inline float on_grid(double value) {
    return static_cast<float>(std::nearbyint(value * 4096) / 4096);
}

namespace detail {

// `place(t, label)` is where a point of that class lies, t even in [0, 1).
template <class Place>
points draw(std::size_t count, double noise, std::uint64_t seed, Place place) {
    laminate::random_source random(seed);
    points all;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t label = i % 2;
        const std::array<double, 2> p = place(even(random), label);
        all.at.push_back({on_grid(p[0] + noise * laminate::normal(random)),
                          on_grid(p[1] + noise * laminate::normal(random))});
        all.label.push_back(label);
    }
    return all;
}

inline constexpr double pi = 3.14159265358979323846;

} // namespace detail

/// Two arms that turn around each other `turns` times.
inline points spirals(std::size_t count, double noise, std::uint64_t seed, double turns = 1.25) {
    return detail::draw(count, noise, seed, [=](double t, std::size_t label) {
        const double radius = 0.08 + 0.87 * std::sqrt(t); // the arms are evenly full
        const double angle = 2 * detail::pi * (turns * radius + 0.5 * static_cast<double>(label));
        return std::array{radius * std::cos(angle), radius * std::sin(angle)};
    });
}

/// Two half circles that reach into each other.
inline points moons(std::size_t count, double noise, std::uint64_t seed) {
    return detail::draw(count, noise, seed, [](double t, std::size_t label) {
        const double x = std::cos(detail::pi * t), y = std::sin(detail::pi * t);
        return label == 0 ? std::array{0.6 * x - 0.3, 0.6 * y - 0.15}
                          : std::array{0.3 - 0.6 * x, 0.15 - 0.6 * y};
    });
}

/// A circle within another.
inline points circles(std::size_t count, double noise, std::uint64_t seed) {
    return detail::draw(count, noise, seed, [](double t, std::size_t label) {
        const double radius = label == 0 ? 0.85 : 0.4;
        return std::array{radius * std::cos(2 * detail::pi * t),
                          radius * std::sin(2 * detail::pi * t)};
    });
}

} // namespace relu
