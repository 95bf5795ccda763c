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

template <class... Functions>
struct chain;

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
};

// Whether an epilogue is also told where its result is stored: see kernel/back/derivative.hpp.
template <class Epilogue>
inline constexpr bool is_placed = false;

template <class P, class Epilogue>
LAMINATE_INLINE typename P::reg finished(const Epilogue& epilogue, typename P::reg x,
                                         [[maybe_unused]] const float* to, std::size_t unit) {
    if constexpr (is_placed<Epilogue>)
        return epilogue(P{}, x, to, unit);
    else
        return epilogue(P{}, x, unit);
}

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

constexpr chain<> compose() { return {}; }

template <class First, class... Rest>
constexpr chain<First, Rest...> compose(First first, Rest... rest) {
    return {first, compose(rest...)};
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
