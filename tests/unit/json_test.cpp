// SPDX-License-Identifier: MIT
// The strict JSON reader: UTF-8, strings, whole numbers.

#include "support/catch.hpp"

#include <laminate/file/json.hpp>

#include <cstddef>
#include <limits>
#include <string>

namespace lam = laminate;
using laminate::test::contains;

TEST_CASE("UTF-8 is checked to the letter", "[json]") {
    using lam::json::find_invalid_utf8;
    constexpr auto npos = std::string_view::npos;
    CHECK(find_invalid_utf8("plain") == npos);
    CHECK(find_invalid_utf8("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf") == npos);
    // A lone continuation, overlong forms, a surrogate, above U+10FFFF, cut short.
    for (const std::string bad :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
          "\xc3(", "\xe2\x82("}) {
        CHECK(find_invalid_utf8("ab" + bad) == 2);
    }
    // Every code point survives encoding.
    int wrong = 0;
    for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
        std::string text;
        lam::json::append_utf8(text, code);
        const bool surrogate = code >= 0xd800 && code < 0xe000;
        wrong += (find_invalid_utf8(text) == npos) == surrogate;
    }
    CHECK(wrong == 0);
}

TEST_CASE("JSON strings", "[json]") {
    const auto read = [](const std::string& text) {
        std::string out;
        lam::json::reader in(text);
        return in.string(out) && in.end() ? out : "! " + in.problem();
    };
    CHECK(read(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
    CHECK(read(R"( "\u0041\u00e9\u20AC\uD83D\ude00" )") == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(read(R"("\u0000")") == std::string(1, '\0'));
    CHECK_THAT(read(R"("\ud83d")"), contains("! a string holds half a surrogate pair"));
    CHECK_THAT(read(R"("\ud83dA")"), contains("half a surrogate pair"));
    CHECK_THAT(read(R"("\ud83d\u0041")"), contains("half a surrogate pair"));
    CHECK_THAT(read(R"("\ude00")"), contains("half a surrogate pair"));
    CHECK_THAT(read(R"("\u12g4")"), contains("four hexadecimal digits"));
    CHECK_THAT(read(R"("\u12)"), contains("four hexadecimal digits"));
    CHECK_THAT(read(R"("\x41")"), contains("unknown escape"));
    CHECK_THAT(read("\"a\nb\""), contains("control character"));
    CHECK_THAT(read("\"ab"), contains("isn't closed, at byte 3"));
    CHECK_THAT(read("\"ab\\"), contains("unknown escape"));
    CHECK_THAT(read("17"), contains("expected a string, found 17, at byte 0"));

    std::string all;
    for (int c = 0; c < 128; ++c)
        all += static_cast<char>(c);
    std::string escaped;
    lam::json::append_string(escaped, all);
    CHECK(read(escaped) == all);
}

TEST_CASE("JSON whole numbers", "[json]") {
    const auto read = [](const std::string& text) {
        std::size_t out = 0;
        lam::json::reader in(text);
        return in.whole_number(out) && in.end() ? std::to_string(out) : "! " + in.problem();
    };
    CHECK(read("0") == "0");
    CHECK(read(" 1234567890 ") == "1234567890");
    const std::string largest = std::to_string(std::numeric_limits<std::size_t>::max());
    CHECK(read(largest) == largest);
    std::string above = largest;
    ++above.back(); // ends in 5
    CHECK_THAT(read(above), contains("up to " + largest + ", found " + above));
    CHECK_THAT(read(largest + "0"), contains("up to " + largest));
    CHECK_THAT(read("-3"), contains("from 0 up, found -3"));
    CHECK_THAT(read("01"), contains("from 0 up, found 01"));
    CHECK_THAT(read("1.0"), contains("found 1.0"));
    CHECK_THAT(read("1e3"), contains("found 1e3"));
    CHECK_THAT(read("+1"), contains("from 0 up, found '+'"));
    CHECK_THAT(read("true"), contains("a whole number, found true"));
    CHECK_THAT(read(""), contains("a whole number, found the end"));
    CHECK_THAT(read("1 2"), contains("nothing more, found 2, at byte 2"));
}
