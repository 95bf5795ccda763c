// SPDX-License-Identifier: MIT
// NumPy's files: every type, and every way to be wrong.

#include "support/catch.hpp"

#include <laminate/file/npy.hpp>

#include <cstring>
#include <limits>

namespace lam = laminate;
using lam::test::contains;

namespace {

std::string file(const std::string& header, const std::string& data, int version = 1) {
    std::string out = "\x93NUMPY";
    out += static_cast<char>(version);
    out += '\0';
    const std::size_t width = version == 1 ? 2 : 4;
    for (std::size_t i = 0; i < width; ++i)
        out += static_cast<char>(header.size() >> (8 * i) & 255u);
    return out + header + data;
}
std::string header(const std::string& descr, const std::string& shape) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }   \n";
}
template <class T>
std::string raw(std::initializer_list<T> values) {
    std::string out(values.size() * sizeof(T), '\0');
    std::memcpy(out.data(), std::data(values), out.size());
    return out;
}
std::vector<float> values(const std::string& bytes) {
    return lam::parse_npy(bytes, "t.npy").value().values;
}
std::string refused(const std::string& bytes) {
    const auto read = lam::parse_npy(bytes, "t.npy");
    REQUIRE(!read);
    return read.error().message;
}

} // namespace

TEST_CASE("npy: every type of number, each version", "[train]") {
    CHECK(values(file(header("<f4", "2,"), raw<float>({1.5f, -2.0f}))) ==
          std::vector<float>{1.5f, -2.0f});
    CHECK(values(file(header("<f8", "1,"), raw<double>({0.1}), 2)) == std::vector<float>{0.1f});
    CHECK(values(file(header("|i1", "1,"), raw<signed char>({-3}), 3)) == std::vector<float>{-3});
    CHECK(values(file(header("<i2", "1,"), raw<std::int16_t>({-300}))) == std::vector<float>{-300});
    CHECK(values(file(header("<i4", "1,"), raw<std::int32_t>({-70000}))) ==
          std::vector<float>{-70000});
    CHECK(values(file(header("<i8", "1,"), raw<std::int64_t>({-1}))) == std::vector<float>{-1});
    CHECK(values(file(header("|u1", "1,"), raw<unsigned char>({200}))) == std::vector<float>{200});
    CHECK(values(file(header("<u2", "1,"), raw<std::uint16_t>({65535}))) ==
          std::vector<float>{65535});
    CHECK(values(file(header("<u4", "1,"), raw<std::uint32_t>({4294967295u}))) ==
          std::vector<float>{4294967296.0f});
    CHECK(values(file(header("<u8", ""), raw<std::uint64_t>({7}))) == std::vector<float>{7});
    CHECK(values(file(header("|b1", "3,"), raw<unsigned char>({0, 1, 2}))) ==
          std::vector<float>{0, 1, 1});
    CHECK(values(file(header("<f2", "2,"), raw<std::uint16_t>({0x3e00, 0xc000}))) ==
          std::vector<float>{1.5f, -2.0f});
    CHECK(values(file(header(">f2", "1,"), raw<unsigned char>({0x3e, 0x00}))) ==
          std::vector<float>{1.5f});
    CHECK(values(file(header(">i4", "1,"), raw<unsigned char>({0xff, 0xff, 0xff, 0xfe}))) ==
          std::vector<float>{-2});
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(values(file(header("<f8", "2,"), raw<double>({0x1.fffffefffffffp127, -infinity}))) ==
          std::vector<float>{0x1.fffffep127f, -std::numeric_limits<float>::infinity()});
    const auto table = lam::parse_npy(file(header("|u1", "2, 3"), "abcdef"), "t").value();
    CHECK(table.shape == std::vector<std::size_t>{2, 3});
    CHECK(values(file("{\"shape\":(0,),\"fortran_order\":True,\"descr\":\"<f4\"}", "")).empty());
}

TEST_CASE("npy: Fortran's order is read row by row", "[train]") {
    const std::string header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2)}";
    const auto read = lam::parse_npy(file(header, "012345678901"), "t").value();
    CHECK(read.shape == std::vector<std::size_t>{2, 3, 2});
    // Element [i, j, k] lies at i + 2 j + 6 k.
    CHECK(read.values ==
          std::vector<float>{'0', '6', '2', '8', '4', '0', '1', '7', '3', '9', '5', '1'});
}

TEST_CASE("npy: doubles keep their digits", "[train]") {
    const auto read =
        lam::parse_npy_doubles(file(header("<f8", "2,"), raw<double>({0.1, 1e300})), "t").value();
    CHECK(read.values == std::vector<double>{0.1, 1e300});
    CHECK_FALSE(read.whole);
    const auto whole =
        lam::parse_npy_doubles(file(header("<i8", "1,"), raw<std::int64_t>({1 << 30})), "t");
    CHECK((whole->whole && whole->values == std::vector<double>{0x1p30}));
}

TEST_CASE("npy: what was written is read, from a multiple of 64 on", "[train]") {
    const std::vector<float> numbers = {1.5f, -2.0f, 3.0f, 0.1f, 0.0f, 7.0f};
    const std::vector<std::size_t> shape = {2, 3};
    const std::string floats = lam::npy_bytes(shape, numbers);
    CHECK((floats.size() - 24) % 64 == 0);
    CHECK(lam::parse_npy(floats, "t").value() == lam::array{shape, numbers});
    const std::vector<double> doubles = {0.1, 1e300};
    const auto read =
        lam::parse_npy_doubles(lam::npy_bytes(std::vector<std::size_t>{2}, doubles), "t");
    CHECK(read->values == doubles);
}

TEST_CASE("npy: what is wrong is said with its byte", "[train]") {
    CHECK_THAT(refused(""), contains("t.npy: byte 0"));
    CHECK_THAT(refused(file(header("<f4", "1,"), "1234", 4)), contains("byte 6"));
    CHECK_THAT(refused(file(header("<f4", "1,"), "").substr(0, 40)), contains("byte 8"));
    CHECK_THAT(refused(file(header(">f3", "1,"), "123")), contains("found '>f3'"));
    CHECK_THAT(refused(file(header("f4", "1,"), "1234")), contains("found 'f4'"));
    CHECK_THAT(refused(file(header("<c8", "1,"), "12345678")), contains("found '<c8'"));
    CHECK_THAT(refused(file(header("<f4", "2,"), "1234")), contains("found 4 bytes"));
    CHECK_THAT(refused(file(header("<f4", "1,"), "12345")), contains("found 5 bytes"));
    CHECK_THAT(refused(file(header("<f4", "99999999999999999999,"), "")), contains("smaller"));
    CHECK_THAT(refused(file(header("<f8", "288230376151711744, 2, 2, 2, 2, 2, 2"), "")),
               contains("found 0 bytes"));
    const std::string doubles = header("<f8", "2,");
    CHECK_THAT(refused(file(doubles, raw<double>({1.0, -1e39}))),
               contains(std::to_string(10 + doubles.size() + 8)) && contains("found -1e+39"));
    CHECK_THAT(refused(file("{}", "")), contains("byte 12: expected the keys"));
    CHECK_THAT(refused(file("[", "")), contains("byte 10: expected a dictionary"));
    CHECK_THAT(refused(file("{'descr': [('a', '<f4')]}", "")), contains("a quoted word"));
    CHECK_THAT(refused(file("{'other': 1}", "")), contains("the keys"));
    CHECK_THAT(refused(file(header("<f4", "1,") + "x", "1234")), contains("end of the header"));
    CHECK_THAT(refused(file("{'shape': (1", "")), contains("found the end"));
}
