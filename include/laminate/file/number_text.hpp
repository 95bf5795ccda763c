// SPDX-License-Identifier: MIT
#pragma once

// Numbers as text and back, whatever the locale. Needs std::to_chars of floating point. Promises
// that what is read is what was written, to the bit.

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// The shortest decimal text that reads as the number.
template <class Number>
std::string text_of(Number value) {
    std::array<char, 40> buffer = {};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

// So many digits after the point, for people.
inline std::string rounded(double value, int digits) {
    std::array<char, 400> buffer = {};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, digits)
                         .ptr;
    return {buffer.data(), end};
}

// So many significant digits: "0.0312", "1.2e+09".
inline std::string significant(double value, int digits) {
    std::array<char, 40> buffer = {};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::general, digits)
                         .ptr;
    return {buffer.data(), end};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number value = {};
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

} // namespace laminate::inline LAMINATE_ISA::detail
