// SPDX-License-Identifier: MIT
#pragma once

// A mistake in a declaration as one compile error: a type that carries the facts (the layer, its
// place in the stack, expected, found) and a sentence that says what to do. Needs the mistake that
// ir::check found. Promises exactly one error for one mistake.

#include <cstddef>
#include <tuple>

#include "../base/compiler.hpp"
#include "../ir/check.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

template <class Network>
struct no_input {
    static_assert(detail::never<Network>,
                  "Laminate: a network starts with its input; write input<N> | ... with the number "
                  "of floats in one row");
};
template <class Layer, std::size_t Index>
struct second_input {
    static_assert(detail::never<Layer>,
                  "Laminate: this network has a second input in the middle; a chain has one, at "
                  "its start; remove the other");
};
template <class Network>
struct no_layers {
    static_assert(detail::never<Network>,
                  "Laminate: this network is an input and nothing else; add a layer, such as "
                  "input<4> | dense<2>");
};
template <class Layer, std::size_t Index>
struct zero_units {
    static_assert(
        detail::never<Layer>,
        "Laminate: this layer has no units; write a number of at least 1 between < and >");
};
template <class Layer, std::size_t Index, std::size_t Declared, std::size_t Arrives>
struct width_mismatch {
    static_assert(detail::never<Layer>,
                  "Laminate: this dense layer declares an input width other than what arrives (its "
                  "place in the stack, the width declared and the width that arrives follow its "
                  "name); correct the one that is wrong, or leave the declared width out");
};
template <class Layer, std::size_t Index>
struct softmax_of_scalar {
    static_assert(detail::never<Layer>,
                  "Laminate: softmax of a single unit is always 1; for a probability from one unit "
                  "write sigmoid, or give the layer before softmax a unit for each class (of each "
                  "group)");
};
template <class Layer, std::size_t Index, std::size_t Groups, std::size_t Arrives>
struct groups_indivisible {
    static_assert(
        detail::never<Layer>,
        "Laminate: softmax(groups<N>) cuts a row into N groups of equal length, so N must "
        "divide the width that arrives (place in the stack, N and that width follow its "
        "name); give the layer before it a multiple of N units");
};
template <class Layer, std::size_t Index, std::size_t Pieces, std::size_t Arrives>
struct maxout_indivisible {
    static_assert(detail::never<Layer>,
                  "Laminate: maxout<K> takes the maximum over groups of K units, so K must divide "
                  "the width that arrives (place in the stack, K and that width follow its name); "
                  "give the layer before it a multiple of K units");
};
template <class Layer, std::size_t Index, std::size_t Found>
struct too_large {
    static_assert(detail::never<Layer>,
                  "Laminate: this layer has more than 2^34 weights; is a number mistyped?");
};
template <class Layer, std::size_t Index>
struct misplaced_layer {
    static_assert(detail::never<Layer>,
                  "Laminate: this layer can't read what arrives at it; it needs rows of rank 1");
};

namespace detail {

// The type that explains mistake M of the network `stack<Layers...>`; naming its size shows it.
template <ir::mistake M, class Network, class... Layers>
constexpr auto explain(stack<Layers...>) {
    using enum ir::mistake_kind;
    if constexpr (M.kind == no_input) {
        return laminate::no_input<Network>{};
    } else if constexpr (M.kind == no_layers) {
        return laminate::no_layers<Network>{};
    } else {
        using culprit = std::tuple_element_t<M.node, std::tuple<Layers...>>;
        if constexpr (M.kind == second_input) return laminate::second_input<culprit, M.node>{};
        if constexpr (M.kind == zero_units) return laminate::zero_units<culprit, M.node>{};
        if constexpr (M.kind == width_mismatch)
            return laminate::width_mismatch<culprit, M.node, M.expected, M.found>{};
        if constexpr (M.kind == softmax_of_scalar)
            return laminate::softmax_of_scalar<culprit, M.node>{};
        if constexpr (M.kind == maxout_indivisible)
            return laminate::maxout_indivisible<culprit, M.node, M.expected, M.found>{};
        if constexpr (M.kind == groups_indivisible)
            return laminate::groups_indivisible<culprit, M.node, M.expected, M.found>{};
        if constexpr (M.kind == too_large) return laminate::too_large<culprit, M.node, M.found>{};
        if constexpr (M.kind == unsupported_rank || M.kind == unknown_input)
            return misplaced_layer<culprit, M.node>{};
    }
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
