// SPDX-License-Identifier: MIT
#pragma once

// Catch2, version 2 or 3, under one name.
// Needs either on the include path, and linking with Catch2WithMain.
// Promises TEST_CASE and friends, the matcher laminate::test::contains(text), and
// laminate::test::approx.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace laminate::test {

#if __has_include(<catch2/catch_all.hpp>)
using approx = Catch::Approx;
#else
using approx = Catch::Detail::Approx;
#endif

inline auto contains(const std::string& text) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}

} // namespace laminate::test
