// SPDX-License-Identifier: MIT
#pragma once

// A mistake in a declaration as one compile error: a type that carries the facts (the layer, its
// place in the stack, expected, found) and a sentence that says what to do. Needs the mistake that
// ir::check found. Promises exactly one error for one mistake.

#include <cstddef>
#include <tuple>

#include "../base/compiler.hpp"
#include "../ir/mistake.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

// The culprit is a layer, or the network.
#define LAMINATE_MISTAKE(name, culprit, sentence, line) \
    template <class Culprit, std::size_t Index, std::size_t Expected, std::size_t Found> \
    struct name { \
        static_assert(detail::never<Culprit>, "Laminate: " sentence); \
    };
LAMINATE_MISTAKES(LAMINATE_MISTAKE)
#undef LAMINATE_MISTAKE

namespace detail {

// The type that explains mistake M of culprit number M.node.
template <ir::mistake M, class Culprit>
constexpr auto explain_of() {
#define LAMINATE_MISTAKE(name, ...) \
    if constexpr (M.kind == ir::mistake_kind::name) \
        return laminate::name<Culprit, M.node, M.expected, M.found>{};
    LAMINATE_MISTAKES(LAMINATE_MISTAKE)
#undef LAMINATE_MISTAKE
}

// That of the network `stack<Layers...>`; naming its size shows it.
template <ir::mistake M, class Network, class... Layers>
constexpr auto explain(stack<Layers...>) {
    if constexpr (ir::culprit_of(M.kind) == ir::culprit::network)
        return explain_of<M, Network>();
    else
        return explain_of<M, std::tuple_element_t<M.node, std::tuple<Layers...>>>();
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
