// SPDX-License-Identifier: MIT
#pragma once

// Sums that stay in registers: where they start, and how their chains are added. Needs a pack.
// Promises the order that the contract on bits states: chain c + n is added to chain c for n =
// Chains/2, ..., 2, 1. All indices come from packs, not from loops: GCC keeps an array in registers
// only if its indices are constants from the start, and Clang moves instructions across what is
// left of a loop when it has unrolled it.

#include <cstddef>
#include <utility>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t Count>
using indices = std::make_index_sequence<Count>;

// Of each chain in turn, all of its registers.
template <class P, std::size_t Count>
struct register_sums {
    typename P::reg at[Count];
};

// The first Biased sums start from the bias, which is Registers registers, again and again.
template <class P, std::size_t Biased, std::size_t Registers, std::size_t... At>
LAMINATE_INLINE register_sums<P, sizeof...(At)> start_sums(const float* bias,
                                                           std::index_sequence<At...>) {
    return {{(At < Biased ? P::load(bias + At % Registers * P::lanes) : P::splat(0.0f))...}};
}

template <class P, std::size_t... At>
LAMINATE_INLINE void add_upper_half(typename P::reg* sum, std::index_sequence<At...>) {
    ((sum[At] = P::add(sum[At], sum[At + sizeof...(At)])), ...);
}
// Chains of Sums registers each.
template <class P, std::size_t Chains, std::size_t Sums>
LAMINATE_INLINE void add_chains(typename P::reg* sum) {
    if constexpr (Chains > 1) {
        add_upper_half<P>(sum, indices<Chains / 2 * Sums>{});
        add_chains<P, Chains / 2, Sums>(sum);
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
