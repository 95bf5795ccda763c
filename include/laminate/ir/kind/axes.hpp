// SPDX-License-Identifier: MIT
#pragma once

// What sees all axes of a row: reshape, which only reads its floats in other extents; transpose,
// pad and as_strided, which move them; matmul, the matrix product of two values, over their last
// two axes.

#include "../../base/compiler.hpp"
#include "facts.hpp"
#include "walk.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct of_axes {
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

// node::axes are the extents; none of flatten.
struct reshape : of_axes {
    static constexpr traits is = {.role = role::identity, .of_axes = true};
    static constexpr shape output(const node& n, operands in) {
        return n.axes.rank == 0 ? vector_shape(in[0].size()) : n.axes;
    }
    static constexpr refusal check(const node& n, operands in) {
        if (const std::size_t size = output(n, in).size(); size != in[0].size())
            return {mistake_kind::reshape_differs, in[0].size(), size};
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        if (n.axes.rank == 0) return {"flatten"};
        spelling s = {"reshape"};
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            s.argument.push(count("", n.axes.extent[k]));
        return s;
    }
};

// Axis k of the result is axis node::axes.extent[k] of what arrives.
struct transpose : of_axes {
    static constexpr traits is = {.role = role::layer, .run = kernel::move, .of_axes = true};
    static constexpr shape output(const node& n, operands in) {
        shape turned = in[0];
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            if (n.axes.extent[k] < in[0].rank) turned.extent[k] = in[0].extent[n.axes.extent[k]];
        return turned;
    }
    static constexpr refusal check(const node& n, operands in) {
        if (n.axes.rank != in[0].rank) return {mistake_kind::axes_missing, n.axes.rank, in[0].rank};
        for (std::size_t axis = 0; axis < n.axes.rank; ++axis) {
            bool is_named = false;
            for (std::size_t k = 0; k < n.axes.rank; ++k)
                is_named = is_named || n.axes.extent[k] == axis;
            if (!is_named) return {mistake_kind::axis_left_out, axis, in[0].rank};
        }
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"transpose"};
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            s.argument.push(count("", n.axes.extent[k]));
        return s;
    }
    static constexpr arguments arguments_of(const node& n, operands in, std::size_t, bool) {
        walk w = walk_over(in[0], output(n, in));
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            w.axes[max_axes - n.axes.rank + k].stride = inner(in[0], n.axes.extent[k]);
        return arguments_for(w);
    }
};

// node::axes elements are put before those of each axis, node::after behind them, all of them
// node::alpha. Fewer extents than axes are those of the last axes.
struct pad : of_axes {
    static constexpr traits is = {.role = role::layer, .run = kernel::move, .of_axes = true};
    static constexpr shape output(const node& n, operands in) {
        shape padded = in[0];
        for (std::size_t k = 0; k < n.axes.rank && n.axes.rank <= padded.rank; ++k)
            padded.extent[padded.rank - n.axes.rank + k] += n.axes.extent[k] + n.after.extent[k];
        return padded;
    }
    static constexpr refusal check(const node& n, operands in) {
        if (n.axes.rank > in[0].rank) return {mistake_kind::axes_missing, n.axes.rank, in[0].rank};
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"pad"};
        for (std::size_t k = 0; k < n.axes.rank; ++k) {
            s.argument.push(count("", n.axes.extent[k]));
            s.argument.push(count("", n.after.extent[k]));
        }
        s.add("value", n.alpha, 0.0f);
        return s;
    }
    static constexpr arguments arguments_of(const node& n, operands in, std::size_t, bool) {
        walk w = walk_over(in[0], output(n, in));
        for (std::size_t k = 0; k < n.axes.rank; ++k) {
            walk::axis& a = w.axes[max_axes - n.axes.rank + k];
            a.before = n.axes.extent[k];
            a.inside = a.extent - a.before - n.after.extent[k];
        }
        return arguments_for(w);
    }
};

// PyTorch's: element (i, j, k) is float begin + i s0 + j s1 + k s2 of a row, whatever its axes;
// node::axes are the extents, node::after the strides.
struct as_strided : of_axes {
    static constexpr traits is = {.role = role::layer, .run = kernel::move, .of_axes = true};
    static constexpr shape output(const node& n, operands) { return n.axes; }
    static constexpr refusal check(const node& n, operands in) {
        std::size_t last = n.begin;
        for (std::size_t k = 0; k < n.axes.rank; ++k) {
            if (n.axes.extent[k] == 0) return {mistake_kind::zero_units, 1, 0};
            const std::size_t steps = n.axes.extent[k] - 1;
            if (last >= in[0].size() ||
                (n.after.extent[k] != 0 && steps > in[0].size() / n.after.extent[k]))
                return {mistake_kind::strides_outside, in[0].size(), last};
            last += steps * n.after.extent[k];
        }
        if (last >= in[0].size()) return {mistake_kind::strides_outside, in[0].size(), last};
        return {};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"as_strided", count("", n.begin)};
        for (std::size_t k = 0; k < n.axes.rank; ++k) {
            s.argument.push(count("", n.axes.extent[k]));
            s.argument.push(count("", n.after.extent[k]));
        }
        return s;
    }
    static constexpr arguments arguments_of(const node& n, operands in, std::size_t, bool) {
        walk w = walk_over(in[0], n.axes);
        w.begin = n.begin;
        for (std::size_t k = 0; k < n.axes.rank; ++k)
            w.axes[max_axes - n.axes.rank + k].stride = n.after.extent[k];
        return arguments_for(w);
    }
};

// [..., n, k] times [..., k, m], and node::alpha times that.
struct matmul : of_axes {
    static constexpr traits is = {
        .role = role::layer, .run = kernel::matmul, .operands = 2, .of_axes = true};

    static constexpr std::size_t rows(const shape& s) {
        return s.rank < 2 ? 1 : s.extent[s.rank - 2];
    }
    static constexpr shape output(const node&, operands in) {
        return with_width(in[0], in.size() < 2 ? 0 : width(in[1]));
    }
    static constexpr refusal check(const node&, operands in) {
        for (const shape& s : in)
            if (s.rank < 2) return {mistake_kind::matrices_wanted, 2, s.rank};
        if (in[0].rank != in[1].rank || (in[0].rank == 3 && in[0].extent[0] != in[1].extent[0]))
            return {mistake_kind::products_differ, outer(in[0], in[0].rank - 2),
                    outer(in[1], in[1].rank - 2)};
        if (width(in[0]) != rows(in[1]))
            return {mistake_kind::inner_extents_differ, width(in[0]), rows(in[1])};
        return {};
    }
    static constexpr std::size_t multiply_adds(const node& n, operands in) {
        return width(in[0]) * output(n, in).size();
    }
    static constexpr spelling spelled(const node& n) {
        if (n.alpha == 1.0f) return {"matmul"};
        return {"matmul", number("", n.alpha)};
    }
    // How many products, and the rows, inner extent and columns of each.
    static constexpr arguments arguments_of(const node&, operands in, std::size_t, bool) {
        return {positions(in[0]) / rows(in[0]), rows(in[0]), width(in[0]), width(in[1])};
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
