// SPDX-License-Identifier: MIT
#pragma once

// What a model accepts as rows: anything that is a contiguous range of floats of known extent, or
// of such arrays. Needs the standard library. Promises one readable error for a wrong extent.

#include <array>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>

#include "../layer/layer.hpp"

namespace laminate {

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

// `row` as a span of N floats, or one error.
template <std::size_t N, class Float, class Row>
constexpr bool is_row() {
    using range = std::remove_cvref_t<Row>;
    constexpr std::size_t found = extent<range>;
    static_assert(found != std::dynamic_extent,
                  "Laminate: the length of this row is known only at run time; pass an array or a "
                  "span of known extent, such as std::span(vector).first<64>(), or call batch()");
    if constexpr (found != std::dynamic_extent) {
        (void)sizeof(wrong_extent<N, found>);
        return found == N && std::is_convertible_v<Row, std::span<Float, N>>;
    }
    return false;
}

// Contiguous floats, or contiguous arrays of floats, as one span of floats.
template <class Float, class Range>
constexpr std::span<Float> flat(Range&& rows) {
    using element = std::ranges::range_value_t<Range>;
    static_assert(std::ranges::contiguous_range<Range> &&
                      (std::is_same_v<element, float> || extent<element> != std::dynamic_extent),
                  "Laminate: batch() takes contiguous floats (a span, a vector, an array), or "
                  "contiguous rows of floats such as std::vector<std::array<float, N>>");
    if constexpr (std::is_same_v<element, float>) {
        return {std::ranges::data(rows), std::ranges::size(rows)};
    } else {
        if (std::ranges::empty(rows)) return {};
        return {std::ranges::data(rows)->data(), std::ranges::size(rows) * extent<element>};
    }
}

}  // namespace detail

}  // namespace laminate
