// SPDX-License-Identifier: MIT
#pragma once

// Layers that see the axes of a row, which count from 0 on. reshape<E...> reads its floats in other
// extents, flatten in one; transpose<1, 0> exchanges axes: axis k of the result is the axis that is
// named k-th; pad<B, A> puts B elements in front of the last axis and A behind, pad<B0, A0, B1, A1>
// of the last two, all of them 0 or pad<...>(value<X>). as_strided<B, E0, S0, E1, S1> has extents
// E0 and E1, and float B + i S0 + j S1 of the row, whatever its axes, as element (i, j). matmul(a,
// b) is the matrix product of two values, [..., n, k] times [..., k, m], and matmul<S>(a, b) S
// times that. self_attention<Heads> is multi-head attention of a sequence [steps, features] to
// itself, as PyTorch's MultiheadAttention has it: one dense layer for queries, keys and values,
// softmax of their products over the square root of a head's features, and a dense layer of what
// comes out (Vaswani et al., Attention is all you need, 2017). Needs rows of up to three axes.
// Promises that reshape costs nothing, and transpose, pad and as_strided one pass.

#include <array>
#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "../ir/builder.hpp"
#include "branches.hpp"
#include "layer.hpp"
#include "options.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// A node with two numbers for each axis: node::axes has the first of them, node::after the second.
template <std::size_t... Numbers>
constexpr ir::node with_pairs(ir::node n) {
    constexpr std::array<std::size_t, sizeof...(Numbers)> all = {Numbers...};
    n.axes.rank = n.after.rank = all.size() / 2;
    for (std::size_t k = 0; k < n.axes.rank && k < ir::max_axes; ++k) {
        n.axes.extent[k] = all[2 * k];
        n.after.extent[k] = all[2 * k + 1];
    }
    return n;
}

} // namespace laminate::inline LAMINATE_ISA::detail

namespace laminate::layers {

template <std::size_t... Extents>
struct reshape : layer_base {
    static constexpr ir::node node = {.kind = ir::op::reshape,
                                      .axes = detail::shape_of<Extents...>()};
};
struct flatten : layer_base {
    static constexpr ir::node node = {.kind = ir::op::reshape};
};
template <std::size_t... Order>
struct transpose : layer_base {
    static constexpr ir::node node = {.kind = ir::op::transpose,
                                      .axes = detail::shape_of<Order...>()};
};

template <std::size_t Begin, std::size_t... Axes>
struct as_strided : layer_base {
    static_assert(sizeof...(Axes) % 2 == 0 && sizeof...(Axes) > 0 &&
                      sizeof...(Axes) <= 2 * ir::max_axes,
                  "Laminate: as_strided names the first float, and the extent and stride of each "
                  "of one to three axes, such as as_strided<0, 3, 4, 4, 1>");
    static constexpr ir::node node =
        detail::with_pairs<Axes...>({.kind = ir::op::as_strided, .begin = Begin});
};

template <float Value>
struct value {
    static constexpr void set(activation_options& o) { o.alpha = Value; }
};

template <activation_options Options, std::size_t... Amounts>
struct pad : layer_base {
    static_assert(sizeof...(Amounts) % 2 == 0 && sizeof...(Amounts) > 0 &&
                      sizeof...(Amounts) <= 2 * ir::max_axes,
                  "Laminate: pad names two amounts for each axis, before and behind, such as "
                  "pad<1, 1> for the last axis or pad<1, 1, 0, 0> for the last two");
    static constexpr ir::node node =
        detail::with_pairs<Amounts...>({.kind = ir::op::pad, .alpha = Options.alpha});

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return pad<detail::with<pad, Given...>(Options), Amounts...>{};
    }
};

template <float Scale, class A, class B>
struct matmul : layer_base {
    static constexpr bool starts = detail::appends<A>::starts && detail::appends<B>::starts;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const auto of = detail::append_operands<A, B>(to, value);
        return to.append({.kind = ir::op::matmul, .alpha = Scale}, of);
    }
};

template <std::size_t Heads>
struct self_attention : layer_base {
    static constexpr bool starts = false;

    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const shape in = to.output(value);
        const std::size_t features = width(in);
        if (in.rank != 2 && in.rank != 0) to.refuse({ir::mistake_kind::no_sequence, 2, in.rank});
        if (Heads == 0 || features % Heads != 0)
            to.refuse({ir::mistake_kind::heads_indivisible, Heads, features});
        const std::size_t of_head = Heads == 0 ? features : features / Heads;
        const auto part = [&](std::size_t from, std::size_t k) {
            return to.append({.kind = ir::op::slice, .units = Heads, .begin = k * Heads, .axis = 0},
                             from);
        };
        const auto reshaped = [&](std::size_t from, const shape& extents) {
            return to.append({.kind = ir::op::reshape, .axes = extents}, from);
        };
        const auto turned = [&](std::size_t from, std::size_t a, std::size_t b, std::size_t c) {
            return to.append({.kind = ir::op::transpose, .axes = {3, {a, b, c}}}, from);
        };
        const std::size_t steps = positions(in);
        const std::size_t all = to.append({.kind = ir::op::dense, .units = 3 * features}, value);
        const std::size_t heads = turned(reshaped(all, {3, {steps, 3 * Heads, of_head}}), 1, 0, 2);
        const std::size_t queries = part(heads, 0);
        const std::size_t keys = turned(part(heads, 1), 0, 2, 1);
        const float scale = inverse_root(static_cast<float>(of_head));
        const std::size_t scores =
            to.append({.kind = ir::op::matmul, .alpha = scale}, {{queries, keys}});
        const std::size_t shares = to.append({.kind = ir::op::softmax}, scores);
        const std::size_t seen =
            to.append({.kind = ir::op::matmul, .alpha = 1.0f}, {{shares, part(heads, 2)}});
        const std::size_t joined = reshaped(turned(seen, 1, 0, 2), {2, {steps, Heads * of_head}});
        return to.append({.kind = ir::op::dense, .units = features}, joined);
    }

private:
    // By Newton's method in double, whose limit rounds to the float next to it.
    static constexpr float inverse_root(float x) {
        double root = x < 1.0f ? 1.0 : static_cast<double>(x);
        for (int i = 0; i < 64; ++i)
            root = 0.5 * (root + static_cast<double>(x) / root);
        return x == 0.0f ? 1.0f : static_cast<float>(1.0 / root);
    }
};

} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, std::size_t... Amounts, float V>
inline constexpr bool takes<layers::pad<O, Amounts...>, layers::value<V>> = true;
} // namespace detail

template <std::size_t... Extents>
inline constexpr layers::reshape<Extents...> reshape{};
inline constexpr layers::flatten flatten{};
template <std::size_t... Order>
inline constexpr layers::transpose<Order...> transpose{};
template <std::size_t Begin, std::size_t... Axes>
inline constexpr layers::as_strided<Begin, Axes...> as_strided{};
template <std::size_t... Amounts>
inline constexpr layers::pad<activation_options{}, Amounts...> pad{};
template <float Value>
inline constexpr layers::value<Value> value{};

template <float Scale = 1.0f, class A, class B>
constexpr auto matmul(A, B) {
    if constexpr (element<A> && element<B>)
        return layers::matmul<Scale, A, B>{};
    else
        return detail::made_of<layers::residual, A, B>(); // the one error
}

template <std::size_t Heads>
inline constexpr layers::self_attention<Heads> self_attention{};

} // namespace laminate::inline LAMINATE_ISA
