// SPDX-License-Identifier: MIT
#pragma once

// The elementwise functions that follow a kernel, composed at compile time and applied to a
// register before it is stored. Needs functors f(pack, x, unit), where `unit` is the position of
// lane 0. Promises their order and nothing else; an empty chain is the identity.

#include <cstddef>

#include "../base/compiler.hpp"

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

// Whether an epilogue is also told where its result is stored: see kernel/derivative.hpp.
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

constexpr chain<> compose() { return {}; }

template <class First, class... Rest>
constexpr chain<First, Rest...> compose(First first, Rest... rest) {
    return {first, compose(rest...)};
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
