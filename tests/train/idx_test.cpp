// SPDX-License-Identifier: MIT
// IDX files: every type, and every way to be wrong.

#include "support/catch.hpp"

#include <laminate/file/idx.hpp>

namespace lam = laminate;
using lam::test::contains;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int v : values)
        text += static_cast<char>(v);
    return text;
}
std::vector<float> values(std::initializer_list<int> file) {
    return lam::parse_idx(bytes(file), "t.idx").value().values;
}
std::string refused(std::initializer_list<int> file) {
    return lam::parse_idx(bytes(file), "t.idx").error().message;
}

} // namespace

TEST_CASE("idx: every type of number", "[train]") {
    CHECK(values({0, 0, 8, 1, 0, 0, 0, 2, 0, 255}) == std::vector<float>{0, 255});
    CHECK(values({0, 0, 9, 1, 0, 0, 0, 2, 1, 255}) == std::vector<float>{1, -1});
    CHECK(values({0, 0, 11, 1, 0, 0, 0, 1, 255, 0}) == std::vector<float>{-256});
    CHECK(values({0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 0}) == std::vector<float>{65536});
    CHECK(values({0, 0, 13, 0, 0xc0, 0x20, 0, 0}) == std::vector<float>{-2.5f});
    CHECK(values({0, 0, 14, 1, 0, 0, 0, 1, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}) ==
          std::vector<float>{1.5f});
    const auto image = lam::parse_idx(bytes({0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3}), "t");
    CHECK(image->shape == std::vector<std::size_t>{1, 3});
}

TEST_CASE("idx: what is wrong is said with its byte", "[train]") {
    CHECK_THAT(refused({}), contains("t.idx: byte 0: expected an IDX file"));
    CHECK_THAT(refused({0x1f, 0x8b, 8, 0}), contains("gunzip t.idx"));
    CHECK_THAT(refused({0, 0, 7, 1, 0, 0, 0, 0}), contains("byte 2") && contains("found 7"));
    CHECK_THAT(refused({0, 0, 8, 17}), contains("byte 3") && contains("found 17"));
    CHECK_THAT(refused({0, 0, 8, 3, 0, 0, 0, 1}), contains("byte 4") && contains("3 axes"));
    CHECK_THAT(refused({0, 0, 8, 1, 0, 0, 0, 3, 1, 2}), contains("byte 8: expected [3] numbers"));
    CHECK_THAT(refused({0, 0, 8, 1, 0, 0, 0, 1, 1, 2}), contains("found 2 bytes"));
    CHECK_THAT(refused({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}),
               contains("found 0 bytes"));
    CHECK_THAT(refused({0, 0, 11, 1, 0, 0, 0, 1, 1, 2, 3}), contains("found 3 bytes"));
    CHECK_THAT(refused({0, 0, 14, 1, 0, 0, 0, 1, 0x48, 0, 0, 0, 0, 0, 0, 0}), // 2^129
               contains("byte 8: expected numbers that fit a float") && contains("found 6.8"));
}
