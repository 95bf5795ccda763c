// SPDX-License-Identifier: MIT
#pragma once

// Sizes that a kernel runs on, one body for both: constants, by which rows are cut into registers;
// or numbers that are known at run time only, for a pack of one lane, where nothing is cut.
//
//     sizes.template get<0>()         the first: an integral_constant, or a number
//     over(width, groups)             their quotient
//     units_left<P, Width>            how many units fill no register, a constant in any case

#include <cstddef>
#include <type_traits>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t N>
using constant = std::integral_constant<std::size_t, N>;

template <std::size_t... N>
struct constants {
    template <std::size_t K>
    constexpr auto get() const {
        constexpr std::size_t all[] = {N...};
        return constant<all[K]>{};
    }
};

struct run_time_sizes {
    const std::size_t* first;

    template <std::size_t K>
    constexpr std::size_t get() const {
        return first[K];
    }
};

template <std::size_t A, std::size_t B>
constexpr constant<A / B> over(constant<A>, constant<B>) {
    return {};
}
constexpr std::size_t over(std::size_t a, std::size_t b) { return a / b; }

template <class P, std::size_t N>
constexpr constant<N % P::lanes> tail_of(constant<N>) {
    return {};
}
template <class P>
constexpr constant<0> tail_of(std::size_t) {
    static_assert(P::lanes == 1, "Laminate: sizes known at run time need the scalar pack");
    return {};
}
template <class P, class Size>
inline constexpr std::size_t units_left = decltype(tail_of<P>(Size{}))::value;

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
