// SPDX-License-Identifier: MIT
// Saving as ONNX: what is refused, what stays as it was, and that bytes depend on the model alone.
// What the files hold is seen in tests/importer and tests/export.

#include "support/catch.hpp"
#include "support/graphs.hpp"
#include "support/networks.hpp"
#include "support/scratch.hpp"

#include <laminate/codegen/save_onnx.hpp>
#include <laminate/file/whole_file.hpp>
#include <laminate/train/data/normalise.hpp>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;

using test::contains;

namespace {

std::string refusal_of(const codegen::graph& network, const codegen::onnx_options& options = {}) {
    const auto bytes = codegen::onnx_bytes(network, options);
    return bytes ? "accepted" : bytes.error().message;
}

} // namespace

TEST_CASE("a graph that ONNX can't hold is refused") {
    const codegen::graph right = test::graph_builder(100).dense(10);
    CHECK(refusal_of(right) == "accepted");
    CHECK_THAT(refusal_of(right, {.most_bytes = 4000}),
               contains("an ONNX file has at most 4000 bytes; this network takes up to"));

    codegen::graph wrong = right;
    wrong.parameters[1].weights()[3] = 1e39; // no float
    CHECK_THAT(refusal_of(wrong), contains("dense '1': expected finite weights, found 1e+39"));
    wrong = right;
    wrong.parameters[1].bias().pop_back();
    CHECK_THAT(refusal_of(wrong), contains("dense '1': expected numbers of shape [10], found 9"));
    wrong = right;
    wrong.nodes.resize(1);
    wrong.parameters.resize(1);
    CHECK_THAT(refusal_of(wrong), contains("expected a layer"));
}

TEST_CASE("the same model gives the same bytes, another one others") {
    const auto model = test::random_model<test::smooth>(3);
    const std::string bytes = codegen::onnx_bytes(codegen::graph_of(model)).value();
    CHECK(bytes == codegen::onnx_bytes(codegen::graph_of(model)).value());
    const auto other = test::random_model<test::smooth>(4);
    CHECK(bytes != codegen::onnx_bytes(codegen::graph_of(other)).value());
}

TEST_CASE("names and the version are in the file, names once") {
    const codegen::graph network = test::graph_builder(3).dense(4).add(ir::op::relu);
    const std::string bytes =
        codegen::onnx_bytes(network, {.name = "robot", .input = "dense_0", .output = "dense_0"})
            .value();
    for (const char* const text :
         {"Laminate", "0.1.0", "robot", "0.weight", "0.bias", "dense_0_", "dense_0__", "batch"})
        CHECK_THAT(bytes, contains(text));
}

TEST_CASE("a model is written whole or not at all") {
    const test::scratch_directory folder;
    const std::string path = folder / "model.onnx";
    auto model = test::random_model<test::narrow>(3);
    lam::save_onnx(model, path);
    const std::string bytes = lam::read_file(path, 100'000).value();
    CHECK(bytes == codegen::onnx_bytes(codegen::graph_of(model)).value());

    const auto none = lam::try_save_onnx(model, folder / "none/model.onnx");
    CHECK_THAT(none.value().message, contains("none/model.onnx: not written"));
    const auto large = lam::try_save_onnx(model, path, {.most_bytes = 10});
    CHECK_THAT(large.value().message, contains(path + ": not written: an ONNX file has at most"));
    model.layer<0>().weights(0, 0) = std::numeric_limits<float>::infinity();
    CHECK_THAT(lam::try_save_onnx(model, path).value().message, contains("expected finite"));
    CHECK_THROWS_AS(lam::save_onnx(model, path), lam::exception);
    CHECK(lam::read_file(path, 100'000).value() == bytes);
}

TEST_CASE("initialisers have the names of a declaration, also behind a normaliser") {
    constexpr auto network =
        lam::input<3> | lam::name<"actor">(lam::dense<4> | lam::prelu) | lam::dense<2>;
    codegen::graph g = codegen::graph_of(test::random_model<decltype(network)>(3));
    const auto has = [&g](const std::string& name) {
        return codegen::onnx_bytes(g).value().find(name) != std::string::npos;
    };
    CHECK((has("actor.0.weight") && has("actor.0.bias") && has("actor.1.weight")));
    CHECK((has("2.weight") && has("2.bias") && !has("0.0.weight")));
    codegen::prepend_affine(g, {1, 2, 3}, {0, 0, 0});
    CHECK((has("0.weight") && has("actor.0.weight") && has("3.bias") && !has("2.bias")));
}

TEST_CASE("a normaliser is an affine layer in front") {
    const test::scratch_directory folder;
    const std::string path = folder / "model.onnx";
    const auto model = test::random_model<test::narrow>(3);
    const lam::normaliser input = {{1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1}};
    lam::save_onnx(model, input, path);
    codegen::graph network = codegen::graph_of(model);
    codegen::prepend_affine(network, {1, 2, 3, 4, 5, 6, 7}, {7, 6, 5, 4, 3, 2, 1});
    CHECK(network.nodes[1].kind == ir::op::affine);
    CHECK(network.nodes[2].inputs[0] == 1);
    CHECK(lam::read_file(path, 100'000).value() == codegen::onnx_bytes(network).value());

    const lam::normaliser other = {{1, 2}, {3, 4}};
    CHECK_THAT(lam::try_save_onnx(model, other, path).value().message,
               contains("expected a normaliser of 7 inputs, as the model has, found one of 2"));
    CHECK_THROWS_AS(lam::save_onnx(model, other, path), lam::exception);
}
