// SPDX-License-Identifier: MIT
// safetensors files: tensor_file.hpp and safetensors.hpp.

#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/scratch.hpp"

#include <laminate/file/safetensors.hpp>

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

namespace fs = std::filesystem;
namespace lam = laminate;
using laminate::test::contains;
using laminate::test::content;
using laminate::test::scratch_directory;

namespace {

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

#if defined(__unix__)

// safetensors_reference.py shares no code with us: each reads what the other wrote.
TEST_CASE("an independent implementation agrees", "[safetensors]") {
    if (std::system(
            "python3 -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1") != 0) {
        WARN("skipped: no python3");
        return;
    }
    const fs::path script =
        fs::path(laminate::test::paths::source) / "tests/unit/safetensors_reference.py";
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
