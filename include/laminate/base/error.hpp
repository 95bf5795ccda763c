// SPDX-License-Identifier: MIT
#pragma once

// Errors as values: `error` is a sentence for the user, `result<T>` is a T or such a sentence.
// Needs the standard library alone, and works without exceptions and RTTI.
// Promises that only `result::value()` ever throws (or, without exceptions, prints and aborts).
// The types are the same for every instruction set, so that compiled libraries can return them.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "compiler.hpp"
#include "standard.hpp"

namespace laminate {

// What went wrong: where, what was expected, what was found, and what to do about it.
struct error {
    std::string message;

    friend bool operator==(const error&, const error&) = default;
};

// What `result::value()` throws when there is no value; what() is the error's message.
class exception : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline namespace LAMINATE_ISA {

[[noreturn]] inline void raise(const error& why) {
#if defined(__cpp_exceptions)
    throw exception(why.message);
#else
    std::fprintf(stderr, "laminate: %s\n", why.message.c_str());
    std::abort();
#endif
}

} // namespace LAMINATE_ISA

// A T, or the error that explains why there is none. Test it before `*`, `->` and `error()`, which
// don't check; `value()` checks. Usable in constant expressions as long as there is no error.
template <class T>
class [[nodiscard]] result {
    static_assert(!std::is_same_v<T, laminate::error> && !std::is_reference_v<T> &&
                      !std::is_void_v<T>,
                  "result<T> holds a value other than an error; for a function that returns "
                  "nothing but may fail, use std::optional<laminate::error>");

public:
    LAMINATE_OF_ISA constexpr result(T value) : value_(std::move(value)) {}
    LAMINATE_OF_ISA constexpr result(laminate::error why) : error_(std::move(why)) {}
    LAMINATE_OF_ISA constexpr result(const result&) = default;
    LAMINATE_OF_ISA constexpr result(result&&) = default;
    LAMINATE_OF_ISA constexpr result& operator=(const result&) = default;
    LAMINATE_OF_ISA constexpr result& operator=(result&&) = default;
    LAMINATE_OF_ISA constexpr ~result() = default;

    [[nodiscard]] LAMINATE_OF_ISA constexpr bool has_value() const noexcept {
        return value_.has_value();
    }
    LAMINATE_OF_ISA constexpr explicit operator bool() const noexcept { return has_value(); }

    LAMINATE_OF_ISA constexpr T& operator*() & noexcept { return *value_; }
    LAMINATE_OF_ISA constexpr const T& operator*() const& noexcept { return *value_; }
    LAMINATE_OF_ISA constexpr T&& operator*() && noexcept { return *std::move(value_); }
    LAMINATE_OF_ISA constexpr T* operator->() noexcept { return &*value_; }
    LAMINATE_OF_ISA constexpr const T* operator->() const noexcept { return &*value_; }

    [[nodiscard]] LAMINATE_OF_ISA constexpr T& value() & {
        check();
        return *value_;
    }
    [[nodiscard]] LAMINATE_OF_ISA constexpr const T& value() const& {
        check();
        return *value_;
    }
    [[nodiscard]] LAMINATE_OF_ISA constexpr T&& value() && {
        check();
        return *std::move(value_);
    }

    [[nodiscard]] LAMINATE_OF_ISA constexpr const laminate::error& error() const& noexcept {
        return *error_;
    }
    [[nodiscard]] LAMINATE_OF_ISA constexpr laminate::error&& error() && noexcept {
        return *std::move(error_);
    }

private:
    LAMINATE_OF_ISA constexpr void check() const {
        if (!has_value()) raise(*error_);
    }

    // Exactly one of the two. (Not a variant: that header costs more than these lines.)
    std::optional<T> value_;
    std::optional<laminate::error> error_;
};

inline namespace LAMINATE_ISA {

// Joins the parts of a message: text, and whole numbers in decimal.
template <class... Parts>
[[nodiscard]] std::string sentence(const Parts&... parts) {
    std::string joined;
    const auto append = [&joined](const auto& part) {
        if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(part)>>) {
            joined += std::to_string(part);
        } else {
            joined += part;
        }
    };
    (append(parts), ...);
    return joined;
}

// A word from a file, for a message: control characters shown as \xNN, and cut after 80 bytes,
// because a hostile file may choose any word.
[[nodiscard]] inline std::string legible(std::string_view text) {
    constexpr std::size_t longest = 80;
    constexpr char digits[] = "0123456789abcdef";
    std::size_t end = text.size() < longest ? text.size() : longest;
    if (end < text.size()) {
        // Not in the middle of a UTF-8 character.
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
            --end;
    }
    std::string shown;
    for (const char c : text.substr(0, end)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            shown += "\\x";
            shown += digits[byte >> 4];
            shown += digits[byte & 15u];
        } else {
            shown += c;
        }
    }
    return end < text.size() ? shown + "..." : shown;
}

// A name from a file, legible, in single quotes.
[[nodiscard]] inline std::string quote(std::string_view text) {
    return sentence("'", legible(text), "'");
}

} // namespace LAMINATE_ISA

} // namespace laminate
