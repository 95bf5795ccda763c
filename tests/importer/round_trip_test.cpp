// SPDX-License-Identifier: MIT
// What is saved as ONNX is read back as a network of the same bits.

#include "support/catch.hpp"
#include "support/graphs.hpp"
#include "support/networks.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/graph/edit.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/onnx/import.hpp>
#include <laminate/codegen/onnx/write/write_onnx.hpp>
#include <laminate/file/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;

namespace {

codegen::graph read_back(const codegen::graph& network) {
    const std::string bytes = codegen::onnx_bytes(network).value();
    const auto back = codegen::onnx::import_model_bytes(bytes, "saved.onnx").value();
    CHECK(back.batch_is_free);
    CHECK(back.notes.empty());
    return back.network;
}

std::vector<float> computed(const codegen::graph& network, const std::vector<float>& rows) {
    return codegen::evaluate(codegen::plan_graph(network).value(), rows);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
               (x != x && y != y);
    });
}

// Rows of one number in all places, then rows of random ones.
std::vector<float> hard_rows(std::size_t width) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> rows;
    for (const float x :
         {0.0f, -0.0f, 0.25f, 0.5f, -0.5f, 0.75f, 1.0f, -1.0f, 3.0f, -3.0f, 6.0f, 1e-40f, 1e30f,
          -1e30f, infinity, -infinity, std::numeric_limits<float>::quiet_NaN()})
        rows.insert(rows.end(), width, x);
    std::vector<float> more(50 * width);
    test::fill(more, 5, 4.0f);
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

std::vector<ir::op> kinds(const codegen::graph& network) {
    std::vector<ir::op> all;
    for (const ir::node& n : network.nodes)
        all.push_back(n.kind);
    return all;
}

// A function between an input and an output.
codegen::graph only(ir::node n, codegen::layer_parameters p = {}, std::size_t width = 12) {
    codegen::graph g;
    g.nodes = {{.kind = ir::op::input, .output = lam::vector_shape(width)}, n};
    g.nodes[1].inputs[0] = 0;
    g.parameters = {{}, std::move(p)};
    g.origins.resize(2);
    return g;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("a network read back from its ONNX file has the same bits", "",
                        test::all_networks) {
    const auto model = test::random_model<TestType>(7);
    const codegen::graph network = codegen::graph_of(model);
    if (codegen::is_chain(network)) {
        const std::vector<float> rows = hard_rows(network.inputs());
        CHECK(same_bits(computed(read_back(network), rows), computed(network, rows)));
        return;
    }
    // With branches what is linear in one value, x + w x, comes back as one layer.
    std::vector<float> rows(50 * network.inputs());
    test::fill(rows, 5, 2.0f);
    const std::vector<float> expected = computed(network, rows);
    const std::vector<float> found = computed(read_back(network), rows);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(found[i] - expected[i]) <= 1e-5f * (1.0f + std::abs(expected[i])));
}

TEST_CASE("every layer of its own is read back as that layer, with the same bits") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const auto check = [](const ir::node& n, ir::op as) {
        CAPTURE(ir::name(n.kind));
        const codegen::graph network = only(n);
        const codegen::graph back = read_back(network);
        CHECK(kinds(back) == std::vector<ir::op>{ir::op::input, as});
        const std::vector<float> rows = hard_rows(network.inputs());
        CHECK(same_bits(computed(back, rows), computed(network, rows)));
    };
    for (const ir::op kind :
         {ir::op::linear,      ir::op::relu,       ir::op::selu,     ir::op::sigmoid,
          ir::op::tanh,        ir::op::hard_swish, ir::op::mish,     ir::op::gelu,
          ir::op::gelu_tanh,   ir::op::erf,        ir::op::softplus, ir::op::softsign,
          ir::op::abs,         ir::op::neg,        ir::op::exp,      ir::op::log,
          ir::op::sqrt,        ir::op::reciprocal, ir::op::square,   ir::op::softmax,
          ir::op::log_softmax, ir::op::floor,      ir::op::ceil,     ir::op::round,
          ir::op::sign,        ir::op::sin,        ir::op::cos,      ir::op::tan,
          ir::op::asin,        ir::op::acos,       ir::op::atan,     ir::op::sinh,
          ir::op::cosh,        ir::op::asinh,      ir::op::acosh,    ir::op::atanh})
        check({.kind = kind}, kind);
    for (const ir::op kind :
         {ir::op::leaky_relu, ir::op::thresholded_relu, ir::op::elu, ir::op::celu, ir::op::swish})
        check({.kind = kind, .alpha = 0.3f}, kind);
    check({.kind = ir::op::swish, .alpha = 1.0f}, ir::op::swish);
    check({.kind = ir::op::dropout, .alpha = 0.5f}, ir::op::linear);
    check({.kind = ir::op::hard_sigmoid, .alpha = 0.2f, .beta = 0.4f}, ir::op::hard_sigmoid);
    check({.kind = ir::op::shrink, .beta = 0.3f, .threshold = 0.6f}, ir::op::shrink);
    check({.kind = ir::op::clip, .min_value = -1.0f, .max_value = 0.5f}, ir::op::clip);
    check({.kind = ir::op::clip, .min_value = -infinity, .max_value = infinity}, ir::op::clip);
    check({.kind = ir::op::softmax, .groups = 4}, ir::op::softmax);
    check({.kind = ir::op::maxout, .pieces = 3}, ir::op::maxout);
}

TEST_CASE("relu with any options is read back with the same bits") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float most : {infinity, 3.0f, 0.25f})
        for (const float slope : {0.0f, 0.25f, 1.0f, -0.5f})
            for (const float threshold : {0.0f, 0.5f, -0.5f, 1.0f}) {
                CAPTURE(most, slope, threshold);
                const codegen::graph network = only({.kind = ir::op::relu,
                                                     .alpha = slope,
                                                     .max_value = most,
                                                     .threshold = threshold});
                const std::vector<float> rows = hard_rows(network.inputs());
                CHECK(same_bits(computed(read_back(network), rows), computed(network, rows)));
            }
}

TEST_CASE("a scale in front of a function isn't taken for a part of it") {
    test::graph_builder scaled(8);
    const std::vector<double> zeros(8, 0.0);
    scaled.affine({1.5, 0.5, 2, 1, 3, 1, 1, -1}, zeros);
    scaled.add({.kind = ir::op::relu, .alpha = 0.25f, .threshold = 0.5f}, {});
    scaled.affine(std::vector<double>(8, 0.5), zeros).add(ir::op::gelu);
    scaled.affine(std::vector<double>(8, 0.5), zeros).add(ir::op::gelu_tanh);
    scaled.affine(std::vector<double>(8, 2.0), zeros).add(ir::op::square);
    const codegen::graph network = scaled;
    const codegen::graph back = read_back(network);
    CHECK(kinds(back) == kinds(network));
    const std::vector<float> rows = hard_rows(network.inputs());
    CHECK(same_bits(computed(back, rows), computed(network, rows)));
}

TEST_CASE("shapes and names are read back") {
    codegen::graph network = only({.kind = ir::op::tanh});
    network.name = "camera";
    network.input_names = {"pixels"};
    network.output_names = {"tanh_0"}; // what the layer would be called
    network.input_shapes = {{2, 3, 2}};
    network.output_shapes = {{3, 4}};
    const codegen::graph back = read_back(network);
    CHECK(back.name == "camera");
    CHECK(back.input_names.at(0) == "pixels");
    CHECK(back.output_names.at(0) == "tanh_0");
    CHECK(back.input_shapes.at(0) == std::vector<std::size_t>{2, 3, 2});
    CHECK(back.output_shapes.at(0) == std::vector<std::size_t>{3, 4});
    network.input_shapes = network.output_shapes = {{5}}; // not what the layers have
    CHECK(read_back(network).input_shapes.at(0) == std::vector<std::size_t>{12});
    network = only({.kind = ir::op::tanh}, {}, 1);
    network.output_shapes = {{}};
    CHECK(read_back(network).output_shapes.at(0).empty()); // a number per row
    network.input_shapes = network.output_shapes = {{1}};
    CHECK(read_back(network).input_shapes.at(0) == std::vector<std::size_t>{1});
}

TEST_CASE("names of classes are saved and read, or left out with a note") {
    const codegen::graph network = test::graph_builder(3).dense(2);
    const std::vector<std::string> names = {"rosé", "a \"b\""};
    const std::string bytes = codegen::onnx_bytes(network, {.class_name = names}).value();
    CHECK(codegen::onnx::import_model_bytes(bytes, "saved.onnx")->class_name == names);
    const auto refused = [&](std::vector<std::string> wrong) {
        return codegen::onnx_bytes(network, {.class_name = std::move(wrong)}).error().message;
    };
    CHECK_THAT(refused({"one"}), test::contains("a class_name for each of 2 outputs, found 1"));
    CHECK_THAT(refused({"a", "\xff"}), test::contains("in UTF-8"));

    const auto noted = [&](std::string text) {
        std::string changed = bytes;
        const std::string before = lam::json::text_of(names);
        text.resize(before.size(), ' '); // no length in the file changes
        changed.replace(changed.find(before), before.size(), text);
        const auto read = codegen::onnx::import_model_bytes(changed, "saved.onnx").value();
        CHECK(read.class_name.empty());
        REQUIRE(read.notes.size() == 1);
        return read.notes[0];
    };
    CHECK_THAT(noted("[\"three\", \"\", \"\"]"), test::contains("2 outputs, found 3"));
    CHECK_THAT(noted("['python', 'repr']"), test::contains("left out: expected a string"));
}
