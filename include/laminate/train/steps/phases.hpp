// SPDX-License-Identifier: MIT
#pragma once

// How the gradient of a map is found from that of what a convolution makes of it. With a stride of
// s, elements of the map that are s apart are reached by the same taps, and the other elements by
// others: such a phase is a convolution at stride 1 of the gradients, with its taps turned around.
// Needs the windows of a node. Promises that no product has a zero of its own making.

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "../../base/compiler.hpp"
#include "../../ir/kind/windows.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// Of one axis. Element first + t stride of the map gets the sum over m < taps of weight
// tap + m step times gradient t + base - m dilation, where there is one.
struct phase {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t tap = 0;
    std::size_t step = 1;
    std::size_t taps = 0;
    std::size_t dilation = 1;
    std::ptrdiff_t base = 0;

    constexpr bool is_empty() const { return count == 0 || taps == 0; }
    // The gradients that the first element wants begin so far behind the first of all.
    constexpr std::ptrdiff_t begin() const {
        return base - static_cast<std::ptrdiff_t>((taps - 1) * dilation);
    }
    constexpr std::ptrdiff_t end() const { return base + static_cast<std::ptrdiff_t>(count); }
};

constexpr phase phase_of(const ir::window_axis& a, std::size_t number) {
    phase p;
    p.first = (number + a.stride - a.before % a.stride) % a.stride;
    p.count = p.first < a.extent ? (a.extent - p.first + a.stride - 1) / a.stride : 0;
    p.step = a.stride / std::gcd(a.stride, a.dilation);
    p.dilation = a.dilation / std::gcd(a.stride, a.dilation);
    const auto stride = static_cast<std::ptrdiff_t>(a.stride);
    for (std::size_t i = 0; i < std::min(a.kernel, p.step); ++i) {
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(p.first + a.before) -
                                  static_cast<std::ptrdiff_t>(i * a.dilation);
        if (at % stride != 0) continue;
        p.tap = i;
        p.taps = (a.kernel - i + p.step - 1) / p.step;
        p.base = at / stride;
    }
    return p;
}

// Of one axis of the gradients, zeros in front of them, and how many elements there are with these
// and others behind.
struct bordered {
    std::size_t before = 0;
    std::size_t extent = 0;
};
constexpr bordered bordered_of(const ir::window_axis& a) {
    std::ptrdiff_t first = 0;
    std::ptrdiff_t end = static_cast<std::ptrdiff_t>(a.positions());
    for (std::size_t number = 0; number < a.stride; ++number)
        if (const phase p = phase_of(a, number); !p.is_empty()) {
            first = std::min(first, p.begin());
            end = std::max(end, p.end());
        }
    return {static_cast<std::size_t>(-first), static_cast<std::size_t>(end - first)};
}

} // namespace laminate::inline LAMINATE_ISA::training
