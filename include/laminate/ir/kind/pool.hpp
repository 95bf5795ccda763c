// SPDX-License-Identifier: MIT
#pragma once

// max_pool, average_pool: the largest or the mean of each channel in a window of a map, or in all
// of it. Padding has no part in the largest, and in the mean only where node::counts_padding.

#include "../../base/compiler.hpp"
#include "facts.hpp"
#include "windows.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct pool {
    static constexpr shape output(const node& n, operands in) {
        return seen_through(n, in[0], width(in[0]));
    }
    static constexpr refusal check(const node& n, operands in) {
        if (const refusal r = check_windows(n, in[0]); r.kind != mistake_kind::accepted) return r;
        const windows w = windows_of(n, in[0]);
        for (const window_axis& a : {w.height, w.width})
            if (!a.sees_map()) return {mistake_kind::window_in_padding, a.span(), a.before};
        return {};
    }
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr double second_moment(const node&) { return 1.0; }

    static constexpr arguments arguments_of(const node& n, operands in, std::size_t, bool) {
        const windows w = windows_of(n, in[0]);
        return {w.channels,          w.height.extent, w.width.extent, w.height.positions(),
                w.width.positions(), w.height.kernel, w.width.kernel, w.height.stride,
                w.width.stride,      w.height.before, w.width.before, w.height.dilation,
                w.width.dilation};
    }

protected:
    static constexpr spelling spelled_as(const node& n, const char* whole, const char* one,
                                         const char* two) {
        spelling s = {n.window.rank == 0 ? whole : n.window.rank == 1 ? one : two};
        for (std::size_t k = 0; k < n.window.rank; ++k)
            s.argument.push(count("", n.window.extent[k]));
        if (n.strides != n.window) { // else as long as the window
            option o = {"stride", option::form::count};
            for (std::size_t k = 0; k < n.window.rank; ++k)
                o.counts.push(named(n.strides, k, 1));
            s.options.push(o);
        }
        say(s, "dilation", n.dilations, 1);
        say_padding(s, n);
        return s;
    }
};

struct max_pool : pool {
    static constexpr traits is = {.role = role::layer, .run = kernel::max_pool, .of_axes = true};
    static constexpr spelling spelled(const node& n) {
        return spelled_as(n, "global_max_pool", "max_pool1d", "max_pool2d");
    }
};

struct average_pool : pool {
    static constexpr traits is = {
        .role = role::layer, .run = kernel::average_pool, .of_axes = true};
    static constexpr spelling spelled(const node& n) {
        spelling s = spelled_as(n, "global_average_pool", "average_pool1d", "average_pool2d");
        if (n.counts_padding) s.options.push(flag("counts_padding"));
        return s;
    }
    static constexpr arguments arguments_of(const node& n, operands in, std::size_t outputs,
                                            bool in_pieces) {
        arguments all = pool::arguments_of(n, in, outputs, in_pieces);
        all.push(n.counts_padding ? 1 : 0);
        return all;
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
