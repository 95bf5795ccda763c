// SPDX-License-Identifier: MIT
#pragma once

// The windows of a map: where a layer that sees a part of its input at each position of its output
// looks. Maps are channels last: [length, channels] or [height, width, channels]. Needs shapes.
// Promises the same numbers for maps of one axis and of two: the former are one line high.

#include <array>
#include <cstddef>

#include "../../base/compiler.hpp"
#include "facts.hpp"
#include "walk.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

struct window_axis {
    std::size_t extent = 1; // of the map, without padding
    std::size_t before = 0; // padding
    std::size_t after = 0;
    std::size_t kernel = 1;
    std::size_t stride = 1;
    std::size_t dilation = 1;

    constexpr std::size_t padded() const { return before + extent + after; }
    // Whether the kernel fits what is padded; its own extent is known then not to overflow.
    constexpr bool fits() const {
        return kernel > 0 && stride > 0 && dilation > 0 && padded() > 0 &&
               kernel - 1 <= (padded() - 1) / dilation;
    }
    constexpr std::size_t span() const { return (kernel - 1) * dilation + 1; }
    constexpr std::size_t positions() const {
        return fits() ? (padded() - span()) / stride + 1 : 0;
    }
    constexpr bool is_padded() const { return before + after > 0; }
    // Whether each window has something of the map.
    constexpr bool sees_map() const {
        if (!fits() || !is_padded()) return true;
        return before < span() && (positions() - 1) * stride < before + extent &&
               dilation <= extent;
    }
};

struct windows {
    window_axis height;
    window_axis width;
    std::size_t channels = 0;

    constexpr bool is_padded() const { return height.is_padded() || width.is_padded(); }
    constexpr std::size_t positions() const { return height.positions() * width.positions(); }
    constexpr std::size_t taps() const { return height.kernel * width.kernel; }
    constexpr std::size_t padded_floats() const {
        return height.padded() * width.padded() * channels;
    }
};

// Axis k of those that the node names for each axis of a map, or what holds otherwise.
constexpr std::size_t named(const shape& s, std::size_t k, std::size_t otherwise) {
    return k < s.rank ? s.extent[k] : otherwise;
}

constexpr windows windows_of(const node& n, const shape& map) {
    windows w;
    w.channels = laminate::width(map);
    const std::size_t axes = map.rank == 0 ? 0 : map.rank - 1;
    for (std::size_t k = 0; k < axes && axes < max_axes; ++k) {
        window_axis& a = k + 1 == axes ? w.width : w.height;
        const std::size_t extent = map.extent[k];
        a = {extent,
             named(n.axes, k, 0),
             named(n.after, k, 0),
             named(n.window, k, n.window.rank == 0 ? extent : 1),
             named(n.strides, k, 1),
             named(n.dilations, k, 1)};
    }
    return w;
}

// What a map becomes: a number of channels at each position; of a window over all of it, a row.
constexpr shape seen_through(const node& n, const shape& map, std::size_t channels) {
    if (n.window.rank == 0) return vector_shape(channels);
    shape seen = with_width(map, channels);
    const windows w = windows_of(n, map);
    if (map.rank >= 2) seen.extent[map.rank - 2] = w.width.positions();
    if (map.rank == max_axes) seen.extent[0] = w.height.positions();
    return seen;
}

// What is wrong with where it looks.
constexpr refusal check_windows(const node& n, const shape& map) {
    if (map.rank < 2) return {mistake_kind::map_wanted, n.window.rank + 1, map.rank};
    if (n.window.rank != 0 && n.window.rank + 1 != map.rank)
        return {mistake_kind::map_wanted, n.window.rank + 1, map.rank};
    const windows w = windows_of(n, map);
    std::size_t floats = w.channels; // of the map with its padding, so far
    for (const window_axis& a : {w.height, w.width}) {
        if (a.kernel == 0 || a.stride == 0 || a.dilation == 0)
            return {mistake_kind::window_of_nothing, 1, 0};
        if (a.before > max_weights || a.after > max_weights)
            return {mistake_kind::too_large, max_weights, a.before};
        if (!a.fits()) return {mistake_kind::window_outside, a.padded(), a.kernel};
        if (floats != 0 && a.padded() > max_weights / floats)
            return {mistake_kind::too_large, max_weights, a.padded()};
        floats *= a.padded();
    }
    return {};
}

// That of a map into one with its padding.
constexpr walk walk_of_padding(const windows& w) {
    walk padded;
    padded.axes[0] = {w.height.padded(), w.width.extent * w.channels, w.height.before,
                      w.height.extent};
    padded.axes[1] = {1, 0, 0, 1};
    padded.axes[2] = {w.width.padded() * w.channels, 1, w.width.before * w.channels,
                      w.width.extent * w.channels};
    return padded;
}

// What stands behind the word of a layer: as many numbers as the map has axes, or one for all.
constexpr void say(spelling& s, const char* name, const shape& numbers, std::size_t otherwise) {
    bool said = false;
    for (std::size_t k = 0; k < numbers.rank; ++k)
        said = said || numbers.extent[k] != otherwise;
    if (!said) return;
    option o = {name, option::form::count};
    for (std::size_t k = 0; k < numbers.rank; ++k)
        o.counts.push(numbers.extent[k]);
    s.options.push(o);
}
constexpr void say_padding(spelling& s, const node& n) {
    bool said = false;
    option o = {"padding", option::form::count};
    for (std::size_t k = 0; k < n.window.rank; ++k) {
        o.counts.push(named(n.axes, k, 0));
        o.counts.push(named(n.after, k, 0));
        said = said || named(n.axes, k, 0) + named(n.after, k, 0) > 0;
    }
    if (said) s.options.push(o);
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
