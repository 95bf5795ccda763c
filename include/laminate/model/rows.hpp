// SPDX-License-Identifier: MIT
#pragma once

// What a model accepts as rows: anything that is a contiguous range of floats of known extent, or
// of such arrays. Needs the standard library. Promises one readable error for a wrong extent.

#include <array>
#include <cstddef>
#include <functional>
#include <ranges>
#include <span>
#include <type_traits>

#include "../base/compiler.hpp"
#include "../layer/layer.hpp"

namespace laminate::inline LAMINATE_ISA {

template <std::size_t Expected, std::size_t Found>
struct wrong_extent {
    static_assert(Expected == Found,
                  "Laminate: this row has the wrong number of floats (expected and found follow "
                  "the name wrong_extent); a row in has as many as the network's input, a row out "
                  "as many as its last layer");
};

namespace detail {

// The number of floats in a value of type T as far as its type tells.
template <class T>
inline constexpr std::size_t extent = std::dynamic_extent;
template <class T, std::size_t N>
inline constexpr std::size_t extent<std::array<T, N>> = N;
template <class T, std::size_t N>
inline constexpr std::size_t extent<T[N]> = N;
template <class T, std::size_t N>
inline constexpr std::size_t extent<std::span<T, N>> = N;

// Whether a `Row` is N floats, which can be written unless Float is const.
template <std::size_t N, class Float, class Row>
inline constexpr bool is_row =
    extent<std::remove_cvref_t<Row>> == N&& std::is_convertible_v<Row, std::span<Float, N>>;

// The one error of a row that isn't. (Apart from is_row, because Clang calls a condition that
// contains an error a second error.)
template <std::size_t N, class Float, class Row>
constexpr void check_row() {
    constexpr std::size_t found = extent<std::remove_cvref_t<Row>>;
    if constexpr (found == std::dynamic_extent) {
        static_assert(never<Row>,
                      "Laminate: the length of this row is known only at run time; pass an array "
                      "or a span of known extent, such as std::span(vector).first<64>(), or call "
                      "batch()");
    } else if constexpr (!std::is_same_v<std::ranges::range_value_t<Row>, float>) {
        static_assert(never<Row>, "Laminate: a row is of floats, and this one is of something "
                                  "else; convert its elements to float");
    } else if constexpr (found != N) {
        (void)sizeof(wrong_extent<N, found>);
    } else {
        static_assert(is_row<N, Float, Row>, "Laminate: this row out is constant and can't be "
                                             "written; pass an array or a span of float");
    }
}

// Rows that hold their floats themselves, so that in a contiguous range one follows the other.
template <class T>
inline constexpr bool holds_floats = false;
template <std::size_t N>
inline constexpr bool holds_floats<std::array<float, N>> = true;
template <std::size_t N>
inline constexpr bool holds_floats<float[N]> = true;

// Contiguous floats, or contiguous rows of N floats, as one span of floats.
template <class Float, std::size_t N, class Range>
constexpr std::span<Float> flat(Range& rows) {
    constexpr bool accepted = [] {
        if constexpr (std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range>) {
            using element = std::ranges::range_value_t<Range>;
            return std::is_same_v<element, float> || holds_floats<element>;
        } else {
            return false;
        }
    }();
    static_assert(accepted,
                  "Laminate: batch() takes contiguous floats (a span, a vector, an array), or "
                  "contiguous rows of floats such as std::vector<std::array<float, N>>");
    if constexpr (accepted) {
        using element = std::ranges::range_value_t<Range>;
        constexpr bool writable =
            !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Range>>>;
        static_assert(writable || std::is_const_v<Float>,
                      "Laminate: these rows out are constant and can't be written; pass a vector, "
                      "an array or a span of float");
        if constexpr (!writable && !std::is_const_v<Float>) {
            return {};
        } else if constexpr (std::is_same_v<element, float>) {
            return {std::ranges::data(rows), std::ranges::size(rows)};
        } else if constexpr (extent<element> != N) {
            (void)sizeof(wrong_extent<N, extent<element>>);
            return {};
        } else {
            if (std::ranges::empty(rows)) return {};
            return {std::data(*std::ranges::data(rows)), std::ranges::size(rows) * N};
        }
    } else {
        return {};
    }
}

// How many floats two spans have in common.
constexpr std::size_t shared_floats(std::span<const float> a, std::span<const float> b) {
    if (std::is_constant_evaluated()) return 0; // where such a comparison is no constant
    const std::less<const float*> before;
    const float* const first = before(a.data(), b.data()) ? b.data() : a.data();
    const float* const a_end = a.data() + a.size();
    const float* const b_end = b.data() + b.size();
    const float* const end = before(a_end, b_end) ? a_end : b_end;
    return before(first, end) ? static_cast<std::size_t>(end - first) : 0;
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
