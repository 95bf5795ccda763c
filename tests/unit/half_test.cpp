// SPDX-License-Identifier: MIT
// Conversions to float: binary16, bfloat16 and binary64.

#include "support/catch.hpp"

#include <laminate/file/half.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

namespace lam = laminate;

namespace {

std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

} // namespace

TEST_CASE("binary16: all 65536 values", "[half]") {
    int wrong = 0;
    for (unsigned h = 0; h < 65536; ++h) {
        const float found = lam::float_from_half(static_cast<std::uint16_t>(h));
        const int exponent = static_cast<int>(h >> 10 & 31u);
        const int fraction = static_cast<int>(h & 1023u);
        const bool negative = h >= 32768;
        bool fine = std::signbit(found) == negative;
        if (exponent == 31) {
            fine = fine && (fraction == 0 ? std::isinf(found) : std::isnan(found));
            fine = fine && (bits(found) >> 13 & 1023u) == static_cast<unsigned>(fraction);
        } else {
            // The definition, in double: (implicit bit and fraction) * 2^(exponent - 25).
            const double magnitude = exponent == 0 ? std::ldexp(fraction, -24)
                                                   : std::ldexp(1024 + fraction, exponent - 25);
            fine = fine && static_cast<double>(found) == (negative ? -magnitude : magnitude);
        }
        wrong += !fine;
    }
    CHECK(wrong == 0);
    STATIC_REQUIRE(lam::float_from_half(0x3c00) == 1.0f);
    STATIC_REQUIRE(lam::float_from_half(0x0001) == 0x1p-24f);
}

TEST_CASE("bfloat16: all 65536 values", "[half]") {
    int wrong = 0;
    for (unsigned h = 0; h < 65536; ++h) {
        wrong += bits(lam::float_from_bfloat16(static_cast<std::uint16_t>(h))) != h * 65536;
    }
    CHECK(wrong == 0);
}

TEST_CASE("binary64 rounds to nearest even", "[half]") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    constexpr double largest = std::numeric_limits<float>::max();
    CHECK(lam::float_from_double(0x1.000001p0) == 1.0f);          // a tie, 1 is even
    CHECK(lam::float_from_double(0x1.000003p0) == 0x1.000004p0f); // a tie, up to even
    CHECK(lam::float_from_double(0x1.0000010001p0) == 0x1.000002p0f);
    CHECK(lam::float_from_double(0x1p-149) == 0x1p-149f);
    CHECK(lam::float_from_double(0x1.8p-149) == 0x1p-148f); // a tie among denormals
    CHECK(lam::float_from_double(0x1p-150) == 0.0f);
    CHECK(std::signbit(lam::float_from_double(-1e-300)));
    CHECK(lam::float_from_double(std::numeric_limits<double>::infinity()) == inf);
    CHECK(std::isnan(lam::float_from_double(std::numeric_limits<double>::quiet_NaN())));

    CHECK(lam::fits_float(largest));
    CHECK(lam::fits_float(std::nextafter(0x1.ffffffp127, 0.0)));
    CHECK_FALSE(lam::fits_float(0x1.ffffffp127));
    CHECK_FALSE(lam::fits_float(-1e39));
    CHECK(lam::fits_float(-std::numeric_limits<double>::infinity()));
    CHECK(lam::fits_float(std::numeric_limits<double>::quiet_NaN()));

    // No float is nearer, and of two equally near ones it is the even.
    std::mt19937_64 random(1);
    int wrong = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto exponent = std::uint64_t{1023 - 152} + random() % 279;
        const std::uint64_t mask = i % 2 == 0 ? ~std::uint64_t{0} : ~std::uint64_t{0} << 28;
        const double x =
            std::bit_cast<double>(exponent << 52 | (random() & mask & 0xfffffffffffff));
        const float f = lam::float_from_double(x);
        if (!lam::fits_float(x) || std::isinf(f)) {
            wrong += lam::fits_float(x) || !std::isinf(f);
            continue;
        }
        const double error = std::abs(static_cast<double>(f) - x);
        for (const float other : {std::nextafter(f, inf), std::nextafter(f, -inf)}) {
            if (std::isinf(other)) continue;
            const double distance = std::abs(static_cast<double>(other) - x);
            wrong += distance < error || (distance == error && (bits(f) & 1u) != 0);
        }
    }
    CHECK(wrong == 0);
}
