// SPDX-License-Identifier: MIT
// What only moves elements takes no memory for each of them, as far as strides can say where they
// are: of an import with room for little more than its input that is seen.

#include "../support/catch.hpp"
#include "models.hpp"

#include <laminate/codegen/graph/planned.hpp>

#include <algorithm>

using namespace laminate;
using namespace laminate::test;
using codegen::onnx::import_options;
using axes = std::vector<std::int64_t>;

namespace {

constexpr std::int64_t side = 512;
constexpr std::size_t all = 4u * side * side;

// A map to planes, a hundred times there and back, and every other position of it.
small_model turning_map() {
    small_model m;
    m.input({"1", "512", "512", "4"}).output();
    m.integers("planes", {1, 4, side * side}).integers("map", {1, 4, side, side});
    m.integers("from", {1}).integers("to", {side * side}).integers("axis", {2}).integers("by", {2});
    m.integers("two", {1, 3}).integers("wide", {1, 4, side, side});
    std::string at = "x";
    for (int k = 0; k < 100; ++k) {
        const std::string n = std::to_string(k);
        m.node("Transpose", {at}, {"t" + n}).with("perm", axes{0, 3, 1, 2});
        m.node("Reshape", {"t" + n, "planes"}, {"p" + n});
        m.node("Reshape", {"p" + n, "map"}, {"m" + n});
        m.node("Expand", {"m" + n, "wide"}, {"e" + n});
        at = "x" + n;
        m.node("Transpose", {"e" + n}, {at}).with("perm", axes{0, 2, 3, 1});
    }
    m.node("Transpose", {at}, {"t"}).with("perm", axes{0, 3, 1, 2});
    m.node("Reshape", {"t", "planes"}, {"p"});
    m.node("Slice", {"p", "from", "to", "axis", "by"}, {"s"});
    m.node("Gather", {"s", "two"}, {"g"}).with("axis", std::int64_t{1});
    m.node("Relu", {"g"}, {"r"});
    m.node("Transpose", {"r"}, {"y"}).with("perm", axes{0, 2, 1});
    return m;
}

} // namespace

TEST_CASE("import: a large map is moved by strides", "[importer]") {
    import_options options;
    options.most.elements = all + 100;
    const auto network = turning_map().import(options);
    INFO((network ? "" : network.error().message));
    REQUIRE(network);
    const std::vector<ir::node>& nodes = network->network.nodes;
    const auto moves = std::find_if(nodes.begin(), nodes.end(),
                                    [](const ir::node& n) { return n.kind == ir::op::as_strided; });
    REQUIRE(moves != nodes.end());
    CHECK(moves->begin == 5); // channel 1 of position 1
    CHECK(moves->axes == shape{2, {side * side / 2, 2}});
    CHECK(network->network.output_shapes[0] == std::vector<std::size_t>{side * side / 2, 2});
}

TEST_CASE("import: what strides can't say takes its room", "[importer]") {
    small_model m;
    m.input({"1", "512", "512", "4"}).output();
    m.integers("some", {0, 1, 3});
    m.node("Gather", {"x", "some"}, {"y"}).with("axis", std::int64_t{3});
    import_options options;
    options.most.elements = all + 100;
    const auto network = m.import(options);
    REQUIRE_FALSE(network);
    CHECK(network.error().message.find("needs more than") != std::string::npos);
}

TEST_CASE("import: of no elements, however large other extents are", "[importer]") {
    constexpr std::int64_t huge = std::int64_t{1} << 40;
    const auto refusal_of = [](small_model m) {
        m.input({"1", "4"}).output().integers("none", {1, 0});
        m.node("Reshape", {"k", "none"}, {"r"})
            .node("Concat", {"x", "r"})
            .with("axis", std::int64_t{1});
        const auto network = m.import();
        return network ? "accepted" : network.error().message;
    };
    small_model gathered;
    gathered.floats("e", {huge, huge, 0}, {}).integers("i", {0, 5});
    gathered.node("Gather", {"e", "i"}, {"k"}).with("axis", std::int64_t{1});
    CHECK(refusal_of(gathered).find("expected a shape of 0 elements") != std::string::npos);
    small_model product;
    product.floats("e", {huge, huge, huge, 0, 3}, {}).floats("w", {3, 1}, {1, 2, 3});
    product.node("MatMul", {"e", "w"}, {"k"});
    CHECK(refusal_of(product).find("expected a shape of 0 elements") != std::string::npos);
}
