// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of kinds that go over the windows of a map, in the words of smaller ones:
// sums and maxima of the elements of a window, each found by its place.

#include <laminate/ir/kind/windows.hpp>
#include <laminate/ir/node.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "axes.hpp"

namespace laminate::codegen::reference {

// Index of channel 0 of tap (i, j) of the window at position number `position`; none of padding.
inline std::optional<std::size_t> seen_at(const ir::windows& w, std::size_t position, std::size_t i,
                                          std::size_t j) {
    const std::size_t columns = w.width.positions();
    const std::size_t down =
        position / columns * w.height.stride + i * w.height.dilation - w.height.before;
    const std::size_t along =
        position % columns * w.width.stride + j * w.width.dilation - w.width.before;
    if (down >= w.height.extent || along >= w.width.extent) return std::nullopt;
    return (down * w.width.extent + along) * w.channels;
}

namespace kind {

// Weights of an output are [inputs, window]; it reads as many inputs, from `first` on.
struct convolution : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row over(const Arithmetic& by, const ir::node& n, const Parameters& p, const Row& x,
                    const ir::windows& w, std::size_t outputs, std::size_t inputs) {
        const std::remove_cvref_t<decltype(p.scale())> none;
        const auto zero = by.sum(none, 0.0, Row()); // a sum of nothing is its bias
        const std::size_t of_group = outputs * inputs / w.channels;
        Row y;
        y.reserve(w.positions() * outputs);
        for (std::size_t at = 0; at < w.positions(); ++at)
            for (std::size_t o = 0; o < outputs; ++o) {
                Row window;
                for (std::size_t k = 0; k < inputs; ++k)
                    for (std::size_t i = 0; i < w.height.kernel; ++i)
                        for (std::size_t j = 0; j < w.width.kernel; ++j) {
                            const auto from = seen_at(w, at, i, j);
                            window.push_back(from ? x[*from + o / of_group * inputs + k] : zero);
                        }
                y.push_back(by.sum(std::span(p.weights()).subspan(o * window.size(), window.size()),
                                   n.bias ? p.bias()[o] : 0.0, window));
            }
        return y;
    }
};

struct conv : convolution {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p, operands<Row> in,
                     std::span<const shape> shapes) {
        const ir::windows w = ir::windows_of(n, shapes[0]);
        return over(by, n, p, *in[0], w, n.units, w.channels / n.groups);
    }
};
struct depthwise_conv : convolution {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p, operands<Row> in,
                     std::span<const shape> shapes) {
        const ir::windows w = ir::windows_of(n, shapes[0]);
        return over(by, n, p, *in[0], w, w.channels, 1);
    }
};

// One number of what a window has of each channel.
template <class OfWindow>
struct pool : with_axes {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p, operands<Row> in,
                     std::span<const shape> shapes) {
        const ir::windows w = ir::windows_of(n, shapes[0]);
        Row y;
        for (std::size_t at = 0; at < w.positions(); ++at)
            for (std::size_t c = 0; c < w.channels; ++c) {
                Row window;
                for (std::size_t i = 0; i < w.height.kernel; ++i)
                    for (std::size_t j = 0; j < w.width.kernel; ++j)
                        if (const auto from = seen_at(w, at, i, j))
                            window.push_back((*in[0])[*from + c]);
                y.push_back(
                    OfWindow::of(by, p, window, n.counts_padding ? w.taps() : window.size()));
            }
        return y;
    }
};
struct max_pool : pool<max_pool> {
    template <class Arithmetic, class Parameters, class Row>
    static auto of(const Arithmetic& by, const Parameters&, const Row& window, std::size_t) {
        auto largest = window[0];
        for (std::size_t i = 1; i < window.size(); ++i)
            largest = by.larger(largest, window[i]);
        return largest;
    }
};
struct average_pool : pool<average_pool> {
    template <class Arithmetic, class Parameters, class Row>
    static auto of(const Arithmetic& by, const Parameters& p, const Row& window,
                   std::size_t count) {
        const std::remove_cvref_t<decltype(p.scale())> weights(window.size(),
                                                               1.0 / static_cast<double>(count));
        return by.sum(weights, 0.0, window);
    }
};

} // namespace kind

} // namespace laminate::codegen::reference
