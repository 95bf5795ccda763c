// SPDX-License-Identifier: MIT
#pragma once

// The elementwise functions that follow a kernel, composed at compile time and applied to a
// register before it is stored. Needs functors f(pack, x, unit), where `unit` is the position of
// lane 0. Promises their order and nothing else; an empty chain is the identity.

#include <cstddef>
#include <type_traits>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Whether a function is also told where its result is stored: see binary.hpp, and
// kernel/back/derivative.hpp.
template <class Function>
inline constexpr bool is_placed = false;

template <class P, class Function>
LAMINATE_INLINE typename P::reg finished(const Function& f, typename P::reg x,
                                         [[maybe_unused]] const float* to, std::size_t unit) {
    if constexpr (is_placed<Function>)
        return f(P{}, x, to, unit);
    else
        return f(P{}, x, unit);
}

template <class... Functions>
struct chain;
template <class... Functions>
inline constexpr bool is_placed<chain<Functions...>> = (is_placed<Functions> || ...);

template <>
struct chain<> {
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, std::size_t) const {
        return x;
    }
};

template <class First, class... Rest>
struct chain<First, Rest...> {
    First first;
    chain<Rest...> rest;

    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P pack, typename P::reg x, std::size_t unit) const {
        return rest(pack, first(pack, x, unit), unit);
    }
    template <class P>
    LAMINATE_INLINE typename P::reg operator()(P, typename P::reg x, const float* to,
                                               std::size_t unit) const {
        return finished<P>(rest, finished<P>(first, x, to, unit), to, unit);
    }
};

// Whether a function among them is approximated, and so takes many constants; and whether these are
// in registers, not looked up in tables.
template <class Function, class = void>
inline constexpr bool is_approximated = false;
template <class Function>
inline constexpr bool is_approximated<Function, std::void_t<decltype(Function::max_ulp)>> = true;
template <class... Functions>
inline constexpr bool is_approximated<chain<Functions...>, void> = (is_approximated<Functions> ||
                                                                    ...);

template <class Function, class = void>
inline constexpr bool has_tables = false;
template <class Function>
inline constexpr bool has_tables<Function, std::void_t<decltype(Function::by_table)>> = true;
template <class... Functions>
inline constexpr bool has_tables<chain<Functions...>, void> = (has_tables<Functions> || ...);

// Whether a function holds nothing, and so knows nothing of units.
template <class Function>
inline constexpr bool is_stateless = std::is_empty_v<Function>;
template <class... Functions>
inline constexpr bool is_stateless<chain<Functions...>> = (is_stateless<Functions> && ...);

constexpr chain<> compose() { return {}; }

template <class First, class... Rest>
constexpr chain<First, Rest...> compose(First first, Rest... rest) {
    return {first, compose(rest...)};
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
