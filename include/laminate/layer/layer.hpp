// SPDX-License-Identifier: MIT
#pragma once

// What a layer is, and `|`, which stacks layers. Needs nodes. Promises that a stack is a type: a
// flat list of empty descriptors, in the order they were written.

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../ir/kind/walk.hpp"
#include "../ir/node.hpp"

namespace laminate::inline LAMINATE_ISA {

// The base of every descriptor, which also carries one `static constexpr ir::node node`.
struct layer_base {};
// The base of every stack.
struct stack_base {};

template <class T>
concept layer = std::derived_from<T, layer_base>;
template <class T>
concept element = layer<T> || std::derived_from<T, stack_base>;

// (Not constrained: Clang checks such a constraint by nesting, 256 deep at most.)
template <class... Layers>
struct stack : stack_base {
    static constexpr std::size_t size = sizeof...(Layers);
};

namespace detail {

template <class Element>
struct as_stack {
    using type = stack<Element>;
};
template <class... Layers>
struct as_stack<stack<Layers...>> {
    using type = stack<Layers...>;
};
template <class Other>
    requires(!element<Other>)
struct as_stack<Other> {
    using type = stack<>;
};
template <class Element>
using as_stack_t = typename as_stack<Element>::type;

template <class... A, class... B>
constexpr stack<A..., B...> concat(stack<A...>, stack<B...>) {
    return {};
}

template <class>
inline constexpr bool never = false;

// Stands for what was refused, so that no second error follows.
struct any_layer : layer_base {
    static constexpr ir::node node = {.kind = ir::op::linear};
};

} // namespace detail

namespace detail {

// The extents of a row, or what a layer names for each of its axes.
template <std::size_t... Extents>
consteval shape shape_of() {
    constexpr bool right = sizeof...(Extents) > 0 && sizeof...(Extents) <= ir::max_axes;
    static_assert(right, "Laminate: rows have one to three axes; write as many numbers between < "
                         "and >, such as input<28, 28, 1>");
    if constexpr (right)
        return {sizeof...(Extents), {Extents...}};
    else
        return vector_shape(1);
}

} // namespace detail

template <element Left, element Right>
constexpr auto operator|(Left, Right) {
    return detail::concat(detail::as_stack_t<Left>{}, detail::as_stack_t<Right>{});
}
template <element Left, class Right>
    requires(!element<Right>)
constexpr Left operator|(Left left, const Right&) {
    static_assert(element<Right>,
                  "Laminate: only layers can be stacked with |, and this is something else; write "
                  "a layer such as dense<64> or relu, a stack of layers, or repeat<N>(stack)");
    return left;
}
template <class Left, element Right>
    requires(!element<Left>)
constexpr Right operator|(const Left&, Right right) {
    static_assert(element<Left>,
                  "Laminate: only layers can be stacked with |, and this is something else; write "
                  "a layer such as dense<64> or relu, a stack of layers, or repeat<N>(stack)");
    return right;
}

// `block` Times times in a row.
template <std::size_t Times, class Block>
constexpr auto repeat(Block block) {
    static_assert(Times > 0, "Laminate: repeat<0> leaves nothing; write repeat<1> or more");
    static_assert(
        element<Block>,
        "Laminate: only layers can be repeated, and this is something else; write a layer "
        "or a stack of layers, such as repeat<3>(dense<64> | relu)");
    if constexpr (!element<Block>) {
        return detail::any_layer{};
    } else if constexpr (Times == 0) {
        return block;
    } else {
        return []<std::size_t... I>(std::index_sequence<I...>, Block b) {
            return (... | (static_cast<void>(I), b));
        }
        (std::make_index_sequence<Times>{}, block);
    }
}

} // namespace laminate::inline LAMINATE_ISA
