// SPDX-License-Identifier: MIT
// Parameter files: error.hpp, half.hpp, json.hpp, file.hpp, tensor_file.hpp, safetensors.hpp.

#include "../support/catch.hpp"

#include <laminate/model/safetensors.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <vector>

#if defined(__unix__)
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace fs = std::filesystem;
namespace lam = laminate;
using laminate::test::contains;

namespace {

// A directory of its own for each test, removed with what is in it.
class scratch_directory {
public:
    scratch_directory() {
        static int count = 0;
        const auto seed = std::random_device{}();
        path_ = fs::temp_directory_path() /
                ("laminate-safetensors-" + std::to_string(seed) + "-" + std::to_string(count++));
        fs::create_directory(path_);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        fs::permissions(path_, fs::perms::owner_all, ignored);
        fs::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return (path_ / name).string();
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(path_)) {
            found.push_back(entry.path().filename().string());
        }
        return found;
    }

private:
    fs::path path_;
};

std::string content(const std::string& path) { return lam::read_file(path, 1 << 20).value(); }

std::string with_length(std::uint64_t length, const std::string& rest) {
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(length >> (8 * i) & 0xff);
    return bytes + rest;
}

std::string file_of(const std::string& header, const std::string& data) {
    return with_length(header.size(), header + data);
}

lam::result<lam::tensor_file> parse(const std::string& bytes) {
    return lam::parse_safetensors(std::as_bytes(std::span(bytes)), "net.safetensors");
}

template <class Bits>
std::string little_endian(const std::vector<Bits>& values) {
    std::string bytes;
    for (const Bits value : values) {
        for (std::size_t i = 0; i < sizeof(Bits); ++i) {
            bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
        }
    }
    return bytes;
}

std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](float x, float y) { return bits(x) == bits(y); });
}

std::string one_tensor(const std::string& dtype, const std::string& shape, const std::string& begin,
                       const std::string& end) {
    return R"({"0.weight":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[)" +
           begin + "," + end + "]}}";
}

} // namespace

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

TEST_CASE("what is written is read back", "[safetensors]") {
    const scratch_directory directory;
    const std::string path = directory / "net.safetensors";
    const std::vector<float> weight = {1.0f,
                                       -0.0f,
                                       0x1p-149f,
                                       std::numeric_limits<float>::max(),
                                       std::numeric_limits<float>::infinity(),
                                       std::bit_cast<float>(0xffc12345u)};
    const std::vector<float> scalar = {0.1f};
    const std::vector<lam::tensor_to_write> tensors = {
        {"0.weight", {2, 3}, weight},
        {"none", {0, 5}, {}},
        {"scalar", {}, scalar},
        {"odd \"name\" \\ \n \xf0\x9f\x98\x80", {1}, scalar},
    };
    const lam::text_pairs metadata = {{"format", "pt"}, {"a \"b\"", "\t"}};
    REQUIRE(lam::write_safetensors(path, tensors, metadata) == std::nullopt);
    CHECK(directory.names() == std::vector<std::string>{"net.safetensors"});

    const auto file = lam::read_safetensors(path);
    REQUIRE(file);
    CHECK(file->name() == path);
    CHECK(file->metadata() == metadata);
    REQUIRE(file->tensors().size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const lam::tensor* const t = file->find(tensors[i].name);
        REQUIRE(t == &file->tensors()[i]);
        CHECK(t->shape == tensors[i].shape);
        CHECK(t->type == lam::dtype::f32);
        CHECK(t->converted_from().empty());
        CHECK(same_bits(file->read_floats(*t).value(),
                        {tensors[i].values.begin(), tensors[i].values.end()}));
    }
    // Equal input, equal bytes; and the data is aligned.
    const std::string bytes = content(path);
    CHECK(lam::safetensors_bytes(tensors, metadata).value() == bytes);
    CHECK((bytes.size() - 4 * (weight.size() + 2)) % 8 == 0);
    // The same bytes as the reference implementation writes.
    CHECK(lam::safetensors_bytes({}).value() == file_of("{}      ", ""));
    const std::vector<lam::tensor_to_write> one = {{"attn0", {1}, scalar}};
    CHECK(lam::safetensors_bytes(one).value() ==
          file_of(R"({"attn0":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}      )",
                  little_endian<std::uint32_t>({bits(0.1f)})));

    const lam::error why = file->missing("2.weight");
    CHECK_THAT(why.message,
               contains(path + ": expected a tensor '2.weight', found '0.weight' [2, 3]"));
    CHECK(file->read_floats("2.weight").error() == why);
    CHECK(file->find("2.weight") == nullptr);
}

TEST_CASE("other layouts of the header are read", "[safetensors]") {
    // Any order of entries and keys, space anywhere, no padding, unaligned data, empty metadata.
    const auto file =
        parse(file_of("{ \"b\" : {\"data_offsets\":[3,7], \"shape\":[ 1 "
                      "],\n\"dtype\":\"F32\"},\t\"__metadata__\":{},"
                      "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}, "
                      "\"empty\":{\"dtype\":\"I64\",\"shape\":[2,0],\"data_offsets\":[3,3]}}",
                      "xyz" + little_endian<std::uint32_t>({bits(2.5f)})));
    REQUIRE(file);
    REQUIRE(file->tensors().size() == 3);
    CHECK(file->tensors()[0].name == "a");
    CHECK(file->tensors()[1].name == "empty");
    CHECK(file->tensors()[2].name == "b");
    CHECK(file->read_floats("b").value() == std::vector<float>{2.5f});

    CHECK(parse(file_of("{}", "")));
    for (const lam::dtype_facts& each : lam::dtype_table) {
        const auto type = std::string(each.name);
        CHECK(parse(file_of(one_tensor(type, "[4,2]", "0", std::to_string(each.bits)),
                            std::string(each.bits, 'x'))));
        CHECK(lam::facts(lam::find_dtype(each.name).value()).name == each.name);
    }
    CHECK(lam::find_dtype("F32") == lam::dtype::f32);
    CHECK(lam::find_dtype("BOOL") == lam::dtype::boolean);
    CHECK(lam::find_dtype("F16") == lam::dtype::f16);
    CHECK(lam::find_dtype("BF16") == lam::dtype::bf16);
    CHECK(lam::find_dtype("F64") == lam::dtype::f64);
    CHECK(lam::find_dtype("U64") == lam::dtype::u64);
}

TEST_CASE("F16, BF16 and F64 are converted, and say so", "[safetensors]") {
    const auto half = parse(file_of(one_tensor("F16", "[3]", "0", "6"),
                                    little_endian<std::uint16_t>({0x3c00, 0xc000, 0x0001})));
    REQUIRE(half);
    CHECK(half->read_floats("0.weight").value() == std::vector<float>{1.0f, -2.0f, 0x1p-24f});
    CHECK(half->tensors()[0].converted_from() == "F16");

    const auto brain = parse(file_of(one_tensor("BF16", "[2]", "0", "4"),
                                     little_endian<std::uint16_t>({0x3f80, 0xc049})));
    REQUIRE(brain);
    CHECK(brain->read_floats("0.weight").value() == std::vector<float>{1.0f, -3.140625f});
    CHECK(brain->tensors()[0].converted_from() == "BF16");

    const auto f64 = [](double value) {
        return parse(file_of(one_tensor("F64", "[2]", "0", "16"),
                             little_endian<std::uint64_t>({std::bit_cast<std::uint64_t>(0.1),
                                                           std::bit_cast<std::uint64_t>(value)})))
            .value();
    };
    CHECK(f64(-1.0).read_floats("0.weight").value() == std::vector<float>{0.1f, -1.0f});
    CHECK(f64(-1.0).tensors()[0].converted_from() == "F64");
    CHECK_THAT(f64(1e300).read_floats("0.weight").error().message,
               contains("net.safetensors: tensor '0.weight': expected F64 values that fit a float "
                        "(up to 3.4e38), found 1.0000000000000001e+300 at index 1. Rescale"));

    for (const lam::dtype_facts& each : lam::dtype_table) {
        const std::string type(each.name);
        if (type == "F16" || type == "BF16" || type == "F32" || type == "F64") continue;
        const auto file = parse(file_of(one_tensor(type, "[8]", "0", std::to_string(each.bits)),
                                        std::string(each.bits, 'x')));
        REQUIRE(file);
        CHECK_THAT(file->read_floats("0.weight").error().message,
                   contains("tensor '0.weight': expected values of type F32, F16, BF16 or F64, "
                            "found " +
                            type + ". Convert it before saving"));
        CHECK(file->tensors()[0].converted_from().empty());
    }
}

TEST_CASE("a tensor of another file is refused", "[safetensors]") {
    const auto file = parse(file_of(one_tensor("F32", "[2]", "0", "8"), "12345678")).value();
    lam::tensor foreign = file.tensors()[0];
    foreign.offset = 4;
    CHECK_THAT(file.read_floats(foreign).error().message, contains("not one of this file's"));
    foreign.offset = std::numeric_limits<std::size_t>::max() - 3;
    CHECK_THAT(file.read_floats(foreign).error().message, contains("not one of this file's"));
    foreign.offset = 0;
    foreign.size = 9;
    CHECK_THAT(file.read_floats(foreign).error().message, contains("not one of this file's"));
}

TEST_CASE("every way to be wrong has its own message", "[safetensors]") {
    struct broken {
        std::string bytes;
        std::vector<std::string> fragments;
    };
    const std::string max = std::to_string(std::numeric_limits<std::size_t>::max());
    const std::string f32 = R"({"dtype":"F32","shape":[1],"data_offsets":[)";
    const auto weight = [](const std::string& entry) {
        return file_of(R"({"0.weight":)" + entry + "}", "1234");
    };
    const std::vector<broken> table = {
        {"", {"expected a safetensors file, found an empty one", "copy it or save it again"}},
        {"1234567", {"expected at least 8 bytes for the length of the header, found 7"}},
        {with_length(100'000'001, "{}"),
         {"expected a header of at most 100000000 bytes, found a length of 100000001",
          "not a safetensors file", "safetensors.torch.save_file"}},
        {with_length(~std::uint64_t{0}, "{}"), {"found a length of 18446744073709551615"}},
        {std::string("PK\x03\x04\x14\x00\x08\x08", 8),
         {"looks like a zip archive, as torch.save", "safetensors.torch.save_file"}},
        {"\x89HDF\r\n\x1a\n", {"looks like an HDF5 file, as Keras (.h5)"}},
        {"version https://git-lfs.github.com/spec/v1", {"git lfs pull"}},
        {R"({"0.weight": 1})", {"looks like JSON text without the 8 bytes"}},
        {with_length(100, "{}"), {"expected a header of 100 bytes, found 2 after the first 8"}},
        {with_length(3, "{}"), {"expected a header of 3 bytes, found 2 after the first 8"}},
        {with_length(0, "{}"), {"header that starts with '{' at byte 8, found an empty header"}},
        {file_of("[]", ""), {"header that starts with '{' at byte 8, found '['"}},
        {file_of(" {}", ""), {"header that starts with '{' at byte 8, found ' '"}},
        {file_of("{\"\xff\"}", ""), {"header in UTF-8, found an invalid byte at byte 10"}},
        {file_of("{", ""),
         {"header: expected a string, found the end, at byte 9",
          "save it with the safetensors library"}},
        {file_of("{} x", ""), {"header: expected nothing more, found 'x', at byte 11"}},
        {file_of("{\"a\"}", ""), {"header: expected ':' after a key, found '}', at byte 12"}},
        {file_of(R"({"a":null})", ""), {"tensor 'a': expected an object, found null, at byte 13"}},
        {file_of(R"({"__metadata__":null})", ""),
         {"header: __metadata__: expected an object, found null"}},
        {file_of(R"({"__metadata__":{"a":1}})", ""),
         {"header: __metadata__: expected a string, found 1"}},
        {file_of(R"({"__metadata__":{"a":"1","a":"2"}})", ""),
         {"header: __metadata__: expected every key once, found 'a' twice"}},
        {file_of(R"({"__metadata__":{},"__metadata__":{}})", ""),
         {"header: __metadata__: expected this key once, found it twice"}},
        {file_of(R"({"a":)" + f32 + R"(0,4]},"a":)" + f32 + "4,8]}}", "12345678"),
         {"tensor 'a': expected every name once, found it twice"}},
        {file_of(R"({"a":)" + f32 + R"(0,4]},})", "1234"),
         {"header: expected a string, found '}'"}},
        {file_of(R"({"a":)" + f32 + R"(0,4]} "b":1})", "1234"),
         {"header: expected ',' or '}', found a string"}},
        {weight(R"({"shape":[1],"data_offsets":[0,4]})"),
         {"tensor '0.weight': expected a key dtype, found none"}},
        {weight(R"({"dtype":"F32","data_offsets":[0,4]})"),
         {"tensor '0.weight': expected a key shape, found none"}},
        {weight(R"({"dtype":"F32","shape":[1]})"),
         {"tensor '0.weight': expected a key data_offsets, found none"}},
        {weight(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]})"),
         {"tensor '0.weight': expected the keys dtype, shape and data_offsets, found 'strides'"}},
        {weight(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})"),
         {"tensor '0.weight': expected the key dtype once, found it twice"}},
        {weight(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})"),
         {"tensor '0.weight': expected a dtype of BOOL, F4,", "I64, U64, found 'F31'"}},
        {weight(R"({"dtype":5,"shape":[1],"data_offsets":[0,4]})"),
         {"tensor '0.weight': expected a string, found 5"}},
        {file_of(one_tensor("F32", "[-1]", "0", "4"), "1234"),
         {"tensor '0.weight': expected a whole number from 0 up, found -1, at byte 44"}},
        {file_of(one_tensor("F32", "[1.5]", "0", "4"), "1234"), {"from 0 up, found 1.5"}},
        {file_of(one_tensor("F32", "4", "0", "4"), "1234"), {"expected an array, found 4"}},
        {file_of(one_tensor("F32", "[[1]]", "0", "4"), "1234"),
         {"expected a whole number, found an array"}},
        {file_of(one_tensor("F32", "[1,]", "0", "4"), "1234"),
         {"expected a whole number, found ']'"}},
        {file_of(one_tensor("F32", "[1 1]", "0", "4"), "1234"), {"expected ',' or ']', found 1"}},
        {file_of(one_tensor("F32", "[1" + std::string(99999, '0') + "]", "0", "4"), "1234"),
         {"expected a whole number up to " + max + ", found 1000"}},
        {file_of(one_tensor("F32",
                            "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
                            "1,1]",
                            "0", "4"),
                 "1234"),
         {"expected a shape of at most 32 dimensions, found more"}},
        {file_of(one_tensor("F32", "[" + max + ",2]", "0", "4"), "1234"),
         {"shape whose size in bits fits", "found [" + max + ", 2]"}},
        {file_of(one_tensor("F32", "[" + max + "]", "0", "4"), "1234"),
         {"shape whose size in bits fits", "found [" + max + "]"}},
        {file_of(one_tensor("F4", "[3]", "0", "1"), "1"),
         {"expected a whole number of bytes, found F4 [3], which is 12 bits"}},
        {file_of(one_tensor("F32", "[1]", "4", "0"), "1234"),
         {"expected data_offsets in ascending order, found [4, 0]"}},
        {file_of(one_tensor("F32", "[1]", "0", max), "1234"),
         {"expected data_offsets up to 4, the bytes of data in the file, found [0, " + max + "]"}},
        {file_of(one_tensor("F32", "[2]", "0", "8"), "1234567"),
         {"expected data_offsets up to 7", "found [0, 8]", "copy it or save it again"}},
        {file_of(one_tensor("F32", "[2,3]", "0", "20"), std::string(20, 'x')),
         {"tensor '0.weight': expected 24 bytes for F32 [2, 3], found data_offsets [0, 20], which "
          "are 20"}},
        {file_of(one_tensor("F32", "[1]", "0", "4,8"), "1234"),
         {"expected two data_offsets, found more"}},
        {weight(R"({"dtype":"F32","shape":[1],"data_offsets":[4]})"),
         {"expected two data_offsets, found 1"}},
        {weight(R"({"dtype":"F32","shape":[1],"data_offsets":[]})"),
         {"expected two data_offsets, found 0"}},
        {file_of(R"({"a":)" + f32 + R"(0,4]},"b":)" + f32 + "2,6]}}", "123456"),
         {"tensor 'b': expected data from byte 4, where tensor 'a' ends, found it from byte 2: the "
          "two overlap"}},
        {file_of(R"({"a":)" + f32 + R"(0,4]},"b":)" + f32 + "6,10]}}", "1234567890"),
         {"tensor 'b': expected data from byte 4, where tensor 'a' ends, found it from byte 6: the "
          "bytes between belong to no tensor"}},
        {file_of(one_tensor("F32", "[1]", "1", "5"), "12345"),
         {"tensor '0.weight': expected data from byte 0, found it from byte 1"}},
        {file_of(one_tensor("F32", "[1]", "0", "4"), "123456"),
         {"expected 4 bytes of data, found 6: the last 2 belong to no tensor"}},
        {file_of("{}", "x"), {"expected 0 bytes of data, found 1"}},
        {file_of("{\"a\nb\":1}", ""), {"header: a string holds a control character"}},
    };
    std::vector<std::string> messages;
    for (const broken& each : table) {
        CAPTURE(each.fragments.front());
        const auto file = parse(each.bytes);
        REQUIRE_FALSE(file);
        const std::string& message = file.error().message;
        CHECK_THAT(message, contains("net.safetensors: "));
        for (const std::string& fragment : each.fragments)
            CHECK_THAT(message, contains(fragment));
        CHECK(message.size() < 1000);
        messages.push_back(message);
    }
    std::sort(messages.begin(), messages.end());
    CHECK(std::adjacent_find(messages.begin(), messages.end()) == messages.end());
}

TEST_CASE("deep nesting costs nothing", "[safetensors]") {
    const auto file = parse(file_of("{\"a\":" + std::string(1'000'000, '[') + "}", ""));
    CHECK_THAT(file.error().message, contains("tensor 'a': expected an object, found an array"));
    const auto shape = parse(file_of(one_tensor("F32", std::string(1'000'000, '['), "0", "4"), ""));
    CHECK_THAT(shape.error().message, contains("expected a whole number, found an array"));
}

TEST_CASE("what no reader would accept isn't written", "[safetensors]") {
    const std::vector<float> four(4);
    const auto message = [](const lam::tensor_to_write& t, const lam::text_pairs& metadata = {}) {
        return lam::safetensors_bytes(std::span(&t, 1), metadata).error().message;
    };
    CHECK_THAT(message({"a", {2, 3}, four}),
               contains("tensor 'a': expected as many values as the shape [2, 3] has, found 4"));
    const std::size_t half = std::numeric_limits<std::size_t>::max() / 2 + 1;
    CHECK_THAT(message({"a", {half, 2}, {}}), contains("expected as many values"));
    CHECK_THAT(message({"__metadata__", {4}, four}), contains("the format reserves this name"));
    CHECK_THAT(message({"\xff", {4}, four}), contains("expected a name in UTF-8"));
    CHECK_THAT(message({"a", std::vector<std::size_t>(33, 1), std::span(four).first(1)}),
               contains("at most 32 dimensions, found 33"));
    CHECK_THAT(message({"a", {4}, four}, {{"k", "\xff"}}),
               contains("metadata 'k': expected UTF-8"));
    CHECK_THAT(message({"a", {4}, four}, {{"k", ""}, {"k", ""}}),
               contains("metadata 'k': expected every key once"));
    const std::vector<lam::tensor_to_write> twice = {{"a", {4}, four}, {"a", {4}, four}};
    CHECK_THAT(lam::safetensors_bytes(twice).error().message,
               contains("tensor 'a': expected every name once"));
    CHECK_THAT(message({std::string(100'000'000, 'x'), {4}, four}),
               contains("names, shapes and metadata of at most 100000000 bytes"));

    const scratch_directory directory;
    const auto why = lam::write_safetensors(directory / "net.safetensors", twice);
    REQUIRE(why);
    CHECK_THAT(why->message, contains("net.safetensors: not written: tensor 'a'"));
    CHECK(directory.names().empty());
}

TEST_CASE("random tensor sets survive, and random damage never crashes", "[safetensors]") {
    std::mt19937 random(20240501);
    const auto below = [&random](unsigned n) { return static_cast<unsigned>(random() % n); };
    int accepted = 0;
    for (int round = 0; round < 200; ++round) {
        std::vector<std::vector<float>> values;
        std::vector<lam::tensor_to_write> tensors;
        for (unsigned i = 0, n = below(6); i < n; ++i) {
            lam::tensor_to_write t;
            t.name = std::to_string(i) + ".";
            for (unsigned k = below(8); k > 0; --k) {
                // Below the surrogates, of which no string consists.
                lam::json::append_utf8(t.name, below(k % 2 == 0 ? 128 : 0xd800));
            }
            std::size_t count = 1;
            for (unsigned k = below(4); k > 0; --k)
                count *= t.shape.emplace_back(below(5));
            values.emplace_back(count);
            for (float& v : values.back())
                v = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
            tensors.push_back(std::move(t));
        }
        for (std::size_t i = 0; i < tensors.size(); ++i)
            tensors[i].values = values[i];
        lam::text_pairs metadata;
        for (unsigned i = below(3); i > 0; --i)
            metadata.emplace_back(std::to_string(i), "\"\\\n");

        const std::string bytes = lam::safetensors_bytes(tensors, metadata).value();
        const auto file = parse(bytes);
        REQUIRE(file);
        REQUIRE(file->metadata() == metadata);
        REQUIRE(file->tensors().size() == tensors.size());
        for (const lam::tensor_to_write& t : tensors) {
            const lam::tensor* const found = file->find(t.name);
            REQUIRE(found != nullptr);
            REQUIRE(found->shape == t.shape);
            REQUIRE(
                same_bits(file->read_floats(*found).value(), {t.values.begin(), t.values.end()}));
        }

        for (int damage = 0; damage < 200; ++damage) {
            std::string bad = bytes;
            for (unsigned n = 1 + below(3); n > 0; --n) {
                char& byte = bad[below(static_cast<unsigned>(bad.size()))];
                byte = static_cast<char>(static_cast<unsigned char>(byte) ^ 1u << below(8));
            }
            if (damage % 8 == 0) bad.resize(below(static_cast<unsigned>(bad.size())));
            const auto damaged = parse(bad);
            if (!damaged) continue;
            ++accepted;
            for (const lam::tensor& t : damaged->tensors())
                (void)damaged->read_floats(t);
        }
    }
    CHECK(accepted > 0); // damage to the values alone, or to a name
}

TEST_CASE("files are read whole, up to a limit", "[file]") {
    const scratch_directory directory;
    const std::string path = directory / "bytes";
    std::string bytes(100'000, 'x');
    bytes[50'000] = '\0';
    REQUIRE(lam::write_file_atomically(path, bytes) == std::nullopt);
    CHECK(lam::read_file(path, 100'000).value() == bytes);
    CHECK_THAT(lam::read_file(path, 99'999).error().message,
               contains("bytes: larger than 99999 bytes, the most that is read"));

    CHECK_THAT(lam::read_safetensors(directory / "absent").error().message,
               contains("absent: can't be opened: No such file or directory. Check the path"));
    CHECK_THAT(lam::read_safetensors(directory.path()).error().message,
               contains(directory.path() + ": is a directory. Give the path of a file"));
    REQUIRE(lam::write_file_atomically(path, "") == std::nullopt);
    CHECK(content(path).empty());
    CHECK_THAT(lam::read_safetensors(path).error().message,
               contains("bytes: expected a safetensors"));
}

#if defined(__unix__)

TEST_CASE("a written file replaces the old one, or nothing happens", "[file]") {
    const scratch_directory directory;
    const std::string path = directory / "net";
    REQUIRE(lam::write_file_atomically(path, "old") == std::nullopt);
    const auto unchanged = [&] {
        return content(path) == "old" && directory.names() == std::vector<std::string>{"net"};
    };
    REQUIRE(unchanged());

    SECTION("permissions are kept") {
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
        REQUIRE(lam::write_file_atomically(path, "new") == std::nullopt);
        CHECK(content(path) == "new");
        CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
        CHECK(directory.names().size() == 1);
    }
    SECTION("a link is followed") {
        fs::create_symlink("net", directory / "link");
        REQUIRE(lam::write_file_atomically(directory / "link", "new") == std::nullopt);
        CHECK(fs::is_symlink(directory / "link"));
        CHECK(content(path) == "new");
        CHECK(directory.names().size() == 2);
    }
    SECTION("another writer's temporary file is left alone") {
        REQUIRE(lam::write_file_atomically(path + ".0.tmp", "theirs") == std::nullopt);
        REQUIRE(lam::write_file_atomically(path, "new") == std::nullopt);
        CHECK(content(path) == "new");
        CHECK(content(path + ".0.tmp") == "theirs");
        CHECK(directory.names().size() == 2);
    }
    SECTION("all temporary names are taken") {
        for (int i = 0; i < 100; ++i) {
            REQUIRE_FALSE(lam::write_file_atomically(path + "." + std::to_string(i) + ".tmp", ""));
        }
        const auto why = lam::write_file_atomically(path, "new");
        REQUIRE(why);
        CHECK_THAT(why->message,
                   contains("creating a temporary file beside it failed: File exists"));
        CHECK(content(path) == "old");
        CHECK(directory.names().size() == 101);
    }
    SECTION("a full disk (here: the limit on file sizes)") {
        rlimit before{};
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
        const rlimit small{4096, before.rlim_max};
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
        // Fails in fwrite, and, when it fits the stream's buffer, in a later step.
        const auto large = lam::write_file_atomically(path, std::string(100'000, 'x'));
        const auto slightly = lam::write_file_atomically(path, std::string(4097, 'x'));
        const auto fitting =
            lam::write_file_atomically(directory / "other", std::string(4096, 'x'));
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        std::signal(SIGXFSZ, handler);
        for (const auto& why : {large, slightly}) {
            REQUIRE(why);
            CHECK_THAT(why->message,
                       contains("net: not written, because writing the temporary file "
                                "failed: File too large. Raise the limit"));
            CHECK_THAT(why->message, contains("Nothing was changed"));
        }
        CHECK_FALSE(fitting);
        fs::remove(directory / "other");
        CHECK(unchanged());
    }
    SECTION("a directory without permission") {
        REQUIRE(::chmod(directory.path().c_str(), 0555) == 0);
        const bool root = ::geteuid() == 0; // whom permissions don't stop
        if (root) REQUIRE(::seteuid(65534) == 0);
        const auto why = lam::write_file_atomically(path, "new");
        if (root) REQUIRE(::seteuid(0) == 0);
        REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
        REQUIRE(why);
        CHECK_THAT(why->message, contains("creating a temporary file beside it failed: Permission "
                                          "denied. Check the permissions"));
        CHECK(unchanged());
    }
    SECTION("a missing directory") {
        const auto why = lam::write_file_atomically(directory / "absent/net", "new");
        REQUIRE(why);
        CHECK_THAT(why->message,
                   contains("creating a temporary file beside it failed: No such file"));
        CHECK(unchanged());
    }
    SECTION("a failed rename") {
        const fs::path here = fs::current_path();
        fs::current_path(directory.path());
        const auto why = lam::write_file_atomically("", "new");
        fs::current_path(here);
        REQUIRE(why);
        CHECK_THAT(why->message, contains("renaming the temporary file failed: No such file"));
        CHECK(unchanged());
    }
    SECTION("a directory, a pipe") {
        CHECK_THAT(lam::write_file_atomically(directory.path(), "new").value().message,
                   contains("not written, because it is a directory"));
        // Not a real device: where the check is broken, the test would replace it.
        const std::string pipe = directory / "pipe";
        REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
        CHECK_THAT(lam::write_file_atomically(pipe, "new").value().message,
                   contains("pipe: not written, because it is not a regular file"));
        CHECK(fs::is_fifo(pipe));
        fs::remove(pipe);
        CHECK(unchanged());
    }
}

// safetensors_reference.py shares no code with us: each reads what the other wrote.
TEST_CASE("an independent implementation agrees", "[safetensors]") {
    if (std::system(
            "python3 -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1") != 0) {
        WARN("skipped: no python3");
        return;
    }
    const fs::path script = fs::path(__FILE__).parent_path() / "safetensors_reference.py";
    REQUIRE(fs::exists(script));
    const scratch_directory directory;
    const auto run = [&](const std::string& verb, const std::string& file) {
        const std::string output = directory / "output";
        const std::string command =
            "python3 '" + script.string() + "' " + verb + " '" + file + "' >'" + output + "'";
        const int status = std::system(command.c_str());
        return std::pair(status, content(output));
    };

    const std::vector<float> values = {1.5f, -0.0f, 0x1p-149f, 3.0f, -2.0f, 1e38f};
    const std::vector<lam::tensor_to_write> tensors = {
        {"0.weight", {2, 3}, values},
        {"0.bias \"\n\xf0\x9f\x98\x80", {3}, std::span(values).first(3)},
        {"empty", {0}, {}},
        {"scalar", {}, std::span(values).first(1)}};
    const std::string ours = directory / "ours.safetensors";
    REQUIRE_FALSE(lam::write_safetensors(ours, tensors, {{"format", "pt"}}));
    const auto [read_status, listing] = run("read", ours);
    REQUIRE(read_status == 0);
    CHECK(listing == "__metadata__ {\"format\": \"pt\"}\n"
                     "\"0.weight\" F32 [2, 3] 1.5 -0.0 1.401298464324817e-45 3.0 -2.0 "
                     "9.999999680285692e+37\n"
                     "\"0.bias \\\"\\n\\ud83d\\ude00\" F32 [3] 1.5 -0.0 1.401298464324817e-45\n"
                     "\"empty\" F32 [0]\n"
                     "\"scalar\" F32 [] 1.5\n");

    const std::string theirs = directory / "theirs.safetensors";
    const auto [write_status, nothing] = run("write", theirs);
    REQUIRE(write_status == 0);
    const auto file = lam::read_safetensors(theirs);
    REQUIRE(file);
    CHECK(file->metadata() == lam::text_pairs{{"format", "pt"}, {"\xc3\xa9", "\xf0\x9f\x98\x80"}});
    const std::vector<float> expected = {0.0f, -1.0f, 0.5f, 65504.0f, -0.0f, 0.099975586f};
    for (const char* const name : {"half", "single", "double", "escaped \xe2\x82\xac \"/\""}) {
        CAPTURE(name);
        const auto found = file->read_floats(name);
        REQUIRE(found);
        CHECK(same_bits(*found, expected));
        CHECK(file->find(name)->shape == std::vector<std::size_t>{3, 2});
    }
    CHECK(same_bits(file->read_floats("brain").value(), {1.0f, -3.140625f}));
}

#endif
