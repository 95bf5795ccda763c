// SPDX-License-Identifier: MIT
// Errors as values, and names as messages show them.

#include "support/catch.hpp"

#include <laminate/base/error.hpp>

#include <string>
#include <utility>

namespace lam = laminate;

TEST_CASE("result holds a value or an error", "[error]") {
    const lam::result<int> good = 7;
    REQUIRE(good.has_value());
    CHECK(static_cast<bool>(good));
    CHECK(*good == 7);
    CHECK(good.value() == 7);

    const lam::result<std::string> bad = lam::error{"file x: expected 1, found 2"};
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message == "file x: expected 1, found 2");
    CHECK_THROWS_AS(bad.value(), lam::exception);
    CHECK_THROWS_WITH(bad.value(), "file x: expected 1, found 2");

    lam::result<std::string> text = std::string("abc");
    text->append("d");
    CHECK(std::move(text).value() == "abcd");

    constexpr lam::result<int> in_constant_expressions = 3;
    STATIC_REQUIRE(in_constant_expressions.value() == 3);
}

TEST_CASE("names from files are shown safely", "[error]") {
    CHECK(lam::quote("0.weight") == "'0.weight'");
    CHECK(lam::quote(std::string("a\nb\0c\x1b\x7f", 7)) == "'a\\x0ab\\x00c\\x1b\\x7f'");
    CHECK(lam::quote(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
    CHECK(lam::quote(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
    // é straddles byte 80.
    CHECK(lam::quote(std::string(79, 'x') + "\xc3\xa9y") == "'" + std::string(79, 'x') + "...'");
}
