// SPDX-License-Identifier: MIT
// Convolutions and pools whose attributes are wrong, or hostile, are refused with a sentence; what
// right ones compute is in corpus_test.cpp and round_trip_test.cpp.

#include "../support/catch.hpp"
#include "models.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace laminate;
using namespace laminate::test;
using integers = std::vector<std::int64_t>;

namespace {

constexpr std::int64_t huge = std::int64_t{1} << 34;

// A map of 2 channels, 4 x 3, through `kind`, whose attributes `change` sets; Conv has 4 units of
// windows of 2 x 2.
template <class Change>
std::string refusal_of(const std::string& kind, const Change& change) {
    small_model m;
    m.input({"1", "2", "4", "3"}).output();
    std::vector<std::string> read = {"x"};
    if (kind == "Conv") {
        m.floats("w", {4, 2, 2, 2}, std::vector<float>(32, 0.5f));
        read.push_back("w");
    }
    auto& node = m.node(kind, read, {"y"});
    change(node);
    const auto network = m.import();
    return network ? "imported" : network.error().message;
}

} // namespace

TEST_CASE("import: windows with wrong attributes", "[importer]") {
    const auto conv = [](const char* attribute, const auto& value) {
        return refusal_of("Conv", [&](auto& node) { node.with(attribute, value); });
    };
    CHECK(conv("strides", integers{1, 1}) == "imported");
    CHECK_THAT(conv("strides", integers{1}), contains("expected 2 numbers in strides, found 1"));
    CHECK_THAT(conv("strides", integers{0, 1}), contains("numbers of at least 1 in strides"));
    CHECK_THAT(conv("dilations", integers{1, -1}), contains("at least 1 in dilations, found -1"));
    CHECK_THAT(conv("dilations", integers{4, 1}),
               contains("has a window of 2 on an axis of 4, padding included"));
    CHECK_THAT(conv("pads", integers{0, 0}), contains("expected 4 numbers in pads, found 2"));
    CHECK_THAT(conv("pads", integers{0, 0, -1, 0}), contains("expected pads of at least 0"));
    CHECK_THAT(conv("group", std::int64_t{3}), contains("of a group that divides both"));
    CHECK_THAT(conv("group", std::int64_t{0}), contains("of a group that divides both"));
    CHECK_THAT(conv("kernel_shape", integers{3, 3}), contains("expected kernel_shape as in W"));
    CHECK_THAT(conv("auto_pad", std::string("SAME")), contains("expected auto_pad NOTSET"));
}

TEST_CASE("import: pools with wrong attributes", "[importer]") {
    const auto pool = [](const std::string& kind, const char* attribute, const auto& value) {
        return refusal_of(kind, [&](auto& node) {
            node.with("kernel_shape", integers{2, 2}).with(attribute, value);
        });
    };
    CHECK(pool("MaxPool", "strides", integers{2, 2}) == "imported");
    CHECK_THAT(refusal_of("MaxPool", [](auto&) {}), contains("at least 1 in kernel_shape"));
    CHECK_THAT(pool("MaxPool", "pads", integers{2, 0, 0, 0}),
               contains("lies in the padding alone"));
    CHECK_THAT(pool("AveragePool", "pads", integers{0, 0, 4, 0}),
               contains("lies in the padding alone"));
}

// A small result of a padded map that no memory holds, and of one whose size is no number any more.
TEST_CASE("import: more padding than there is memory", "[importer]") {
    for (const char* const kind : {"Conv", "MaxPool"})
        for (const integers& pads : {integers{huge, 0, 0, 0}, integers{huge, huge, huge, huge}}) {
            const std::string why = refusal_of(kind, [&](auto& node) {
                node.with("pads", pads).with("strides", integers{huge, huge});
                if (std::string(kind) == "MaxPool") node.with("kernel_shape", integers{2, 2});
            });
            INFO(kind);
            CHECK(why != "imported");
            CHECK(why.size() < 500);
        }
}
