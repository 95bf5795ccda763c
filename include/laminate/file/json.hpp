// SPDX-License-Identifier: MIT
#pragma once

// The part of JSON that parameter files use: objects, arrays, strings, whole numbers from 0 up.
// Needs text that was checked to be UTF-8; the caller says what it expects next, so there is no
// tree and no recursion, and input can nest only as deep as the caller's code does.
// Promises to accept nothing that RFC 8259 doesn't, and to say what was found instead, and where.

#include <laminate/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"

namespace laminate::inline LAMINATE_ISA::json {

// The position of the first byte that isn't part of well-formed UTF-8 (no overlong forms, no
// surrogates, nothing above U+10FFFF), or npos.
[[nodiscard]] constexpr std::size_t find_invalid_utf8(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        const std::uint32_t first = byte(i);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xc2 ? 0
                                   : first < 0xe0 ? 2
                                   : first < 0xf0 ? 3
                                   : first < 0xf5 ? 4
                                                  : 0;
        if (length == 0 || length > text.size() - i) return i;
        std::uint32_t code = length == 1 ? first : first & (0x7fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            if ((byte(i + k) & 0xc0u) != 0x80u) return i;
            code = code << 6 | (byte(i + k) & 0x3fu);
        }
        const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
        if (overlong || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return i;
        i += length;
    }
    return std::string_view::npos;
}

inline void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0u | code >> 6);
        put(0x80u | (code & 0x3fu));
    } else if (code < 0x10000) {
        put(0xe0u | code >> 12);
        put(0x80u | (code >> 6 & 0x3fu));
        put(0x80u | (code & 0x3fu));
    } else {
        put(0xf0u | code >> 18);
        put(0x80u | (code >> 12 & 0x3fu));
        put(0x80u | (code >> 6 & 0x3fu));
        put(0x80u | (code & 0x3fu));
    }
}

// Appends text as a JSON string, quotes included.
inline void append_string(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15u];
        } else {
            out += c;
        }
    }
    out += '"';
}

// ["a", "b"]
[[nodiscard]] inline std::string text_of(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts) {
        if (out.size() > 1) out += ", ";
        append_string(out, text);
    }
    return out + "]";
}

// Reads front to back. Every function returns false at the first problem, which then stays; the
// callbacks of `object` and `array` may report their own through `fail`.
class reader {
public:
    // Positions in messages count from `first_position`.
    explicit reader(std::string_view text, std::size_t first_position = 0)
        : text_(text), first_position_(first_position) {}

    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] std::size_t position() const { return first_position_ + at_; }

    // Keeps the first message, completed by the position.
    template <class... Parts>
    bool fail(const Parts&... message) {
        if (problem_.empty()) problem_ = sentence(message..., ", at byte ", position());
        return false;
    }

    // Calls member(key), which reads the value. Duplicate keys are the caller's to refuse.
    template <class Member>
    bool object(Member member) {
        if (!expect('{', "an object")) return false;
        if (take('}')) return true;
        do {
            std::string key;
            if (!string(key) || !expect(':', "':' after a key") || !member(std::move(key))) {
                return false;
            }
        } while (take(','));
        return expect('}', "',' or '}'");
    }

    // Calls element(), which reads one.
    template <class Element>
    bool array(Element element) {
        if (!expect('[', "an array")) return false;
        if (take(']')) return true;
        do {
            if (!element()) return false;
        } while (take(','));
        return expect(']', "',' or ']'");
    }

    // Appends the decoded string to `out`.
    bool string(std::string& out) {
        if (!expect('"', "a string")) return false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (static_cast<unsigned char>(c) < 0x20) {
                return fail("a string holds a control character, which JSON wants as an escape");
            }
            ++at_;
            if (c == '"') return true;
            if (c != '\\') {
                out += c;
            } else if (!escape(out)) {
                return false;
            }
        }
        return fail("a string isn't closed");
    }

    bool whole_number(std::size_t& out) {
        constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
        skip_space();
        const std::string_view number = number_here();
        if (number.empty()) return fail("expected a whole number, found ", found());
        if (number.find_first_not_of("0123456789") != std::string_view::npos ||
            (number.size() > 1 && number[0] == '0')) {
            return fail("expected a whole number from 0 up, found ", found());
        }
        out = 0;
        for (const char c : number) {
            const auto digit = static_cast<std::size_t>(c - '0');
            if (out > (largest - digit) / 10) {
                return fail("expected a whole number up to ", largest, ", found ", found());
            }
            out = out * 10 + digit;
        }
        at_ += number.size();
        return true;
    }

    bool end() {
        skip_space();
        return at_ == text_.size() || fail("expected nothing more, found ", found());
    }

private:
    void skip_space() {
        at_ = text_.find_first_not_of(" \t\n\r", at_);
        if (at_ == std::string_view::npos) at_ = text_.size();
    }

    bool take(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool expect(char c, const char* what) {
        return take(c) || fail("expected ", what, ", found ", found());
    }

    [[nodiscard]] std::string_view number_here() const {
        const std::string_view rest = text_.substr(at_);
        return rest.substr(0, rest.find_first_not_of("+-.0123456789eE"));
    }

    // What stands here, for a message.
    [[nodiscard]] std::string found() const {
        if (at_ == text_.size()) return "the end";
        const char c = text_[at_];
        if (c == '"') return "a string";
        if (c == '{') return "an object";
        if (c == '[') return "an array";
        const std::string_view rest = text_.substr(at_);
        for (const std::string_view word : {"true", "false", "null"}) {
            if (rest.starts_with(word)) return std::string(word);
        }
        if (c == '-' || (c >= '0' && c <= '9')) {
            const std::string_view number = number_here();
            return std::string(number.substr(0, 40)) + (number.size() > 40 ? "..." : "");
        }
        if (c > ' ' && c < '\x7f') return quote(std::string_view(&c, 1));
        return sentence("byte ", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }

    // After a backslash.
    bool escape(std::string& out) {
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view values = "\"\\/\b\f\n\r\t";
        const char name = at_ < text_.size() ? text_[at_] : '\0';
        if (name == 'u') {
            ++at_;
            return unicode_escape(out);
        }
        const std::size_t which = names.find(name);
        if (which == std::string_view::npos) return fail("a string holds an unknown escape");
        ++at_;
        out += values[which];
        return true;
    }

    // After \u: a character, or the first half of a pair of surrogates with \u and the second.
    bool unicode_escape(std::string& out) {
        std::uint32_t code = 0;
        if (!four_digits(code)) return false;
        if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
            std::uint32_t low = 0;
            at_ += 2;
            if (!four_digits(low)) return false;
            if (low < 0xdc00 || low >= 0xe000) return fail("a string holds half a surrogate pair");
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        if (code >= 0xd800 && code < 0xe000) return fail("a string holds half a surrogate pair");
        append_utf8(out, code);
        return true;
    }

    bool four_digits(std::uint32_t& out) {
        for (int i = 0; i < 4; ++i) {
            const char c = at_ < text_.size() ? text_[at_] : '\0';
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'f' ? c - 'a' + 10
                              : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                     : -1;
            if (digit < 0) return fail("expected four hexadecimal digits after \\u");
            out = out << 4 | static_cast<std::uint32_t>(digit);
            ++at_;
        }
        return true;
    }

    std::string_view text_;
    std::size_t first_position_;
    std::size_t at_ = 0;
    std::string problem_;
};

// Appends what text_of wrote; returns what is wrong, or an empty text.
[[nodiscard]] inline std::string read_texts(std::string_view text, std::vector<std::string>& out) {
    reader in(text);
    (void)(in.array([&] { return in.string(out.emplace_back()); }) && in.end());
    return in.problem();
}

} // namespace laminate::inline LAMINATE_ISA::json
