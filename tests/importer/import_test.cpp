// SPDX-License-Identifier: MIT
// What small models become, and the sentence that refuses each kind of mistake.

#include "../support/catch.hpp"
#include "../support/paths.hpp"
#include "../support/scratch.hpp"
#include "interpret.hpp"
#include "models.hpp"

#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/onnx/read/tensor.hpp>

#include <filesystem>
#include <fstream>
#include <limits>

using namespace laminate;
using namespace laminate::test;
using codegen::onnx::import_options;

namespace {

std::string refusal_of(const small_model& m, const import_options& options = {}) {
    const auto network = m.import(options);
    return network ? "accepted" : network.error().message;
}

std::vector<ir::op> kinds(const codegen::graph& g) {
    std::vector<ir::op> all;
    for (const ir::node& n : g.nodes)
        all.push_back(n.kind);
    return all;
}

using ops = std::vector<ir::op>;

small_model one(const std::string& kind, std::int64_t opset = 13) {
    small_model m(opset);
    m.input({"N", "2"}).output().node(kind, {"x"});
    return m;
}

} // namespace

TEST_CASE("Gemm becomes one dense layer, whatever its attributes") {
    small_model m;
    m.input({"N", "2"}).output();
    m.floats("w", {3, 2}, {1, 2, 3, 4, 5, 6}).floats("c", {3}, {10, 20, 30});
    m.node("Gemm", {"x", "w", "c"}).named("fc").with("transB", std::int64_t{1});
    m.with("alpha", 2.0f).with("beta", 0.5f);
    const auto network = m.import().value();
    CHECK(kinds(network.network) == ops{ir::op::input, ir::op::dense});
    CHECK(network.network.parameters[1].weights() == std::vector<double>{2, 4, 6, 8, 10, 12});
    CHECK(network.network.parameters[1].bias() == std::vector<double>{5, 10, 15});
    CHECK(network.network.origins[1] == "Gemm 'fc'");
    CHECK(network.network.input_shapes.at(0) == std::vector<std::size_t>{2});
    CHECK(network.network.output_shapes.at(0) == std::vector<std::size_t>{3});
    CHECK(network.batch_is_free);
    CHECK(network.opset == 13);
    CHECK(network.operators.at("Gemm") == 1);
}

TEST_CASE("what only moves elements costs nothing") {
    small_model m;
    m.input({"N", "2", "3"}).output().integers("shape", {0, -1});
    m.floats("w", {6, 1}, {1, 2, 3, 4, 5, 6});
    m.node("Transpose", {"x"}, {"t"});
    auto& perm = *m.graph().mutable_node(0)->add_attribute();
    perm.set_name("perm");
    perm.set_type(::onnx::AttributeProto::INTS);
    for (int axis : {0, 2, 1})
        perm.add_ints(axis);
    m.node("Reshape", {"t", "shape"}, {"r"}).node("MatMul", {"r", "w"});
    const auto network = m.import().value();
    CHECK(kinds(network.network) == ops{ir::op::input, ir::op::dense});
    CHECK(network.network.parameters[1].weights() == std::vector<double>{1, 3, 5, 2, 4, 6});
    CHECK(network.batch_is_free);
}

TEST_CASE("layers over one value are added") {
    small_model m;
    m.input({"1", "2"}).output();
    m.floats("a", {2, 2}, {1, 2, 3, 4}).floats("b", {2, 2}, {10, 20, 30, 40});
    m.node("MatMul", {"x", "a"}, {"p"}).node("MatMul", {"x", "b"}, {"q"}).node("Add", {"p", "q"});
    const auto network = m.import().value();
    CHECK(kinds(network.network) == ops{ir::op::input, ir::op::dense});
    CHECK(network.network.parameters[1].weights() == std::vector<double>{11, 33, 22, 44});
}

TEST_CASE("products that spell an activation are one") {
    small_model swish;
    swish.input({"1", "2"}).output().node("Sigmoid", {"x"}, {"s"}).node("Mul", {"s", "x"});
    CHECK(kinds(swish.import().value().network) == ops{ir::op::input, ir::op::swish});

    small_model gelu;
    gelu.input({"1", "2"}).output();
    gelu.floats("root", {}, {1.41421356f}).floats("one", {}, {1}).floats("half", {}, {0.5f});
    gelu.node("Div", {"x", "root"}, {"d"})
        .node("Erf", {"d"}, {"e"})
        .node("Add", {"e", "one"}, {"f"});
    gelu.node("Mul", {"x", "f"}, {"g"}).node("Mul", {"g", "half"});
    const auto network = gelu.import().value().network;
    const std::vector<double> y = interpret(network, {1.0, -0.5});
    CHECK(std::abs(y[0] - 0.8413447460685429) < 1e-7);
    CHECK(std::abs(y[1] + 0.15426876936299344) < 1e-7);
}

TEST_CASE("selu of other constants is elu times gamma") {
    small_model m = one("Selu");
    m.with("alpha", 2.0f).with("gamma", 3.0f);
    const auto network = m.import().value().network;
    CHECK(kinds(network) == ops{ir::op::input, ir::op::elu, ir::op::affine});
    const std::vector<double> y = interpret(network, {1.5, -0.5});
    CHECK(y[0] == 4.5);
    CHECK(std::abs(y[1] - 6.0 * std::expm1(-0.5)) < 1e-12);
    CHECK(kinds(one("Selu").import().value().network) == ops{ir::op::input, ir::op::selu});
}

TEST_CASE("swish takes alphas of both signs and 0") {
    for (const float alpha : {1.5f, -0.75f, 0.0f}) {
        small_model m = one("Swish", 24);
        m.with("alpha", alpha);
        small_model spelt;
        spelt.input({"N", "2"}).output().floats("a", {}, {alpha}).node("Mul", {"x", "a"}, {"m"});
        spelt.node("Sigmoid", {"m"}, {"s"}).node("Mul", {"x", "s"});
        for (const small_model* way : {&m, &spelt}) {
            INFO(alpha);
            const std::vector<double> y = interpret(way->import().value().network, {2.0, -3.0});
            CHECK(std::abs(y[0] - 2.0 / (1.0 + std::exp(-2.0 * static_cast<double>(alpha)))) <
                  1e-12);
            CHECK(std::abs(y[1] + 3.0 / (1.0 + std::exp(3.0 * static_cast<double>(alpha)))) <
                  1e-12);
        }
    }
}

TEST_CASE("attributes for which a kernel promises nothing are refused") {
    const auto refusal = [](const char* kind, const char* attribute, float number) {
        small_model m = one(kind, 24);
        m.named("act").with(attribute, number);
        return refusal_of(m);
    };
    CHECK_THAT(refusal("Celu", "alpha", 0.0f),
               contains("small.onnx: Celu 'act': expected alpha above 0, found 0"));
    CHECK_THAT(refusal("Celu", "alpha", -1.0f), contains("expected alpha above 0, found -1"));
    CHECK_THAT(refusal("Shrink", "lambd", -0.5f),
               contains("small.onnx: Shrink 'act': expected lambd of 0 or more, found -0.5"));
    CHECK_THAT(refusal("Swish", "alpha", 0x1p31f),
               contains("Swish 'act': expected alpha 0, or of"));
    CHECK_THAT(refusal("Swish", "alpha", -0x1p-31f), contains("from 2^-30 to 2^30"));
    const float infinity = std::numeric_limits<float>::infinity();
    for (const char* kind : {"LeakyRelu", "Elu", "ThresholdedRelu", "HardSigmoid", "Selu", "Celu"})
        CHECK_THAT(refusal(kind, "alpha", infinity),
                   contains("expected a finite alpha, found inf"));
}

namespace {

// x of two channels; scale, B, mean and var of BatchNormalization as given.
small_model batch_norm(const std::vector<float>& scale, const std::vector<float>& shift,
                       const std::vector<float>& mean, const std::vector<float>& variance,
                       float epsilon = 1e-5f) {
    small_model m;
    m.input({"N", "2"}).output();
    m.floats("s", {2}, scale).floats("b", {2}, shift).floats("m", {2}, mean);
    m.floats("v", {2}, variance);
    m.node("BatchNormalization", {"x", "s", "b", "m", "v"}).named("bn").with("epsilon", epsilon);
    return m;
}

} // namespace

TEST_CASE("batch norm divides by the root of a number above 0") {
    CHECK_THAT(refusal_of(batch_norm({1, 1}, {0, 0}, {0, 0}, {1, 0}, 0.0f)),
               contains("BatchNormalization 'bn': expected var + epsilon above 0, found 0.000000 + "
                        "0.000000 for channel 1"));
    CHECK_THAT(refusal_of(batch_norm({1, 1}, {0, 0}, {0, 0}, {-1, 1})),
               contains("expected var + epsilon above 0, found -1.000000"));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK_THAT(refusal_of(batch_norm({1, 1}, {0, 0}, {0, 0}, {1, 1}, nan)),
               contains("expected var + epsilon above 0"));
    CHECK_THAT(refusal_of(batch_norm({1, 1}, {0, nan}, {0, 0}, {1, 1})),
               contains("expected finite numbers as B, found nan for channel 1"));
    CHECK_THAT(refusal_of(batch_norm({1, 1}, {0, 0}, {0, 0}, {1, 1}, -0.5f)), contains("accepted"));
}

TEST_CASE("batch norm takes a mean that is far from 0 off before it scales") {
    const auto near = batch_norm({1, 1}, {0.5f, 0}, {2, -1}, {9, 4}).import().value().network;
    CHECK(kinds(near) == ops{ir::op::input, ir::op::affine});
    const auto far = batch_norm({1, 2}, {0.5f, 0}, {2, 101325}, {9, 9}).import().value().network;
    REQUIRE(kinds(far) == ops{ir::op::input, ir::op::affine, ir::op::affine});
    CHECK(far.parameters[1].scale() == std::vector<double>{1, 1});
    CHECK(far.parameters[1].bias() == std::vector<double>{-2, -101325});
    CHECK(far.parameters[2].bias() == std::vector<double>{0.5, 0});
}

TEST_CASE("parameters that are no numbers are refused") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    small_model old(6);
    old.input({"N", "2"}).output().node("Clip", {"x"}).named("cut").with("max", nan);
    CHECK_THAT(refusal_of(old), contains("Clip 'cut': expected a number as max, found nan"));
    small_model clip;
    clip.input({"N", "2"}).output().floats("low", {}, {nan}).node("Clip", {"x", "low"});
    CHECK_THAT(refusal_of(clip), contains("expected a number as min, found nan"));
    // What a node's numbers become is checked when the network is planned.
    const auto planned = [](const char* kind, float number) {
        small_model m;
        m.input({"N", "2"})
            .output()
            .floats("k", {2}, {1, number})
            .node(kind, {"x", "k"})
            .named("n");
        const auto plan = codegen::plan_graph(m.import().value().network);
        return plan ? "accepted" : plan.error().message;
    };
    CHECK_THAT(planned("Add", nan),
               contains("Add 'n': expected biases that are numbers, found nan"));
    CHECK_THAT(planned("Mul", nan), contains("Mul 'n': expected finite weights, found nan"));
    CHECK_THAT(planned("Div", 0.0f), contains("Div 'n': expected finite weights, found inf"));
    CHECK_THAT(planned("PRelu", infinity),
               contains("PRelu 'n': expected finite weights, found inf"));
    CHECK_THAT(planned("PRelu", nan), contains("PRelu 'n': expected finite weights, found nan"));
    CHECK(planned("Add", -infinity) == "accepted"); // a mask in front of a softmax
}

TEST_CASE("a training mode of no number is refused") {
    small_model m;
    m.input({"N", "2"}).output().floats("ratio", {}, {0.5f});
    auto& none = *m.graph().add_initializer();
    none.set_name("mode");
    none.set_data_type(::onnx::TensorProto::BOOL);
    none.add_dims(0);
    m.node("Dropout", {"x", "ratio", "mode"});
    CHECK_THAT(refusal_of(m), contains("expected one truth value as training_mode, found 0"));
}

TEST_CASE("softmax over any axis, old and new") {
    small_model m;
    m.input({"N", "2", "3"}).output().node("Softmax", {"x"}).with("axis", std::int64_t{1});
    const auto network = m.import().value().network;
    const std::vector<double> y = interpret(network, {1, 2, 3, 1, 5, 3});
    CHECK(std::abs(y[0] - 0.5) < 1e-12);
    CHECK(std::abs(y[1] + y[4] - 1.0) < 1e-12);

    small_model last;
    last.input({"N", "2", "3"}).output().node("Softmax", {"x"});
    const auto grouped = last.import().value().network;
    CHECK(kinds(grouped) == ops{ir::op::input, ir::op::softmax});
    CHECK(grouped.nodes[1].groups == 2);

    small_model old(11);
    old.input({"N", "2", "3"}).output().node("Softmax", {"x"});
    CHECK(old.import().value().network.nodes[1].groups == 1);

    small_model mixing;
    mixing.input({"N", "2"}).output().node("Softmax", {"x"}).with("axis", std::int64_t{0});
    CHECK_THAT(refusal_of(mixing), contains("Softmax of 'y': mixes the rows of the batch"));
    for (const std::int64_t opset : {9, 11, 13, 17})
        for (const char* const kind : {"Softmax", "LogSoftmax"}) {
            CAPTURE(opset, kind);
            small_model rows(opset);
            rows.input({"N", "2"}).output().node(kind, {"x"}).with("axis", std::int64_t{0});
            CHECK_THAT(refusal_of(rows), contains("mixes the rows of the"));
            small_model numbers(opset);
            numbers.input({"N"}).output().node(kind, {"x"}).with("axis", std::int64_t{0});
            CHECK_THAT(refusal_of(numbers), contains("mixes the rows of the batch, its axis 0"));
            import_options options;
            options.batch = 3;
            CHECK(rows.import(options).value().network.inputs() == 6);
            CHECK(numbers.import(options).value().network.inputs() == 3);
        }
}

TEST_CASE("rows of a free batch don't mix") {
    small_model m;
    m.input({"N", "2"}).output().floats("w", {1, 1}, {3}).node("MatMul", {"w", "x"});
    CHECK_THAT(refusal_of(m), contains("MatMul of 'y' mixes the rows of the free batch 'N' of "
                                       "input 'x'. Fix it: --batch 1"));
    import_options options;
    options.batch = 1;
    const auto fixed = m.import(options).value();
    CHECK_FALSE(fixed.batch_is_free);
    options.batch = 3;
    CHECK_THAT(refusal_of(m, options), contains("inner extents agree"));

    small_model size;
    size.input({"N", "2"}).output().node("Shape", {"x"}, {"s"}).node("Cast", {"s"}, {"f"});
    size.with("to", std::int64_t{1}).node("Mul", {"x", "f"});
    CHECK_THAT(refusal_of(size), contains("Mul of 'y' mixes the rows"));
}

TEST_CASE("symbols, fixed extents and inputs that are constants") {
    small_model m;
    m.input({"N", "F"}).output().node("Relu", {"x"});
    CHECK_THAT(refusal_of(m), contains("input 'x': expected a known extent at axis 1, found 'F'. "
                                       "Set it: --set F=<extent>"));
    import_options options;
    options.symbols["F"] = 5;
    CHECK(m.import(options).value().network.inputs() == 5);
    options.symbols["G"] = 5;
    CHECK_THAT(refusal_of(m, options), contains("'G', which isn't one"));

    small_model fixed;
    fixed.input({"4", "3"}).output().node("Relu", {"x"});
    const auto row = fixed.import().value();
    CHECK(row.network.inputs() == 12);
    CHECK(row.network.input_shapes.at(0) == std::vector<std::size_t>{4, 3});
    CHECK(row.notes.size() == 1);

    for (const std::int64_t written : {std::int64_t{0}, std::int64_t{-1}}) {
        small_model batch = one("Relu");
        auto& shape = *batch.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
        shape.mutable_shape()->mutable_dim(0)->set_dim_value(written);
        CHECK_THAT(refusal_of(batch), contains("expected extents of 1 and more, found ") &&
                                          contains("Is it the batch? Fix it: --batch 1"));
        import_options known;
        known.batch = 1;
        const auto free = batch.import(known).value();
        CHECK(free.batch_is_free);
        CHECK(free.network.inputs() == 2);
        shape.mutable_shape()->mutable_dim(1)->set_dim_value(written);
        CHECK_THAT(refusal_of(batch, known), contains("expected extents of 1 and more, found "));
    }

    small_model two;
    two.input({"1", "2"}).input({"2"}, "b").output().node("Add", {"x", "b"});
    const auto both = two.import().value();
    CHECK(both.network.input_names == std::vector<std::string>{"x", "b"});
    CHECK_FALSE(both.batch_is_free);
    import_options bound;
    bound.constants["b"] = {{2}, {1.0, 2.0}, false};
    CHECK(kinds(two.import(bound).value().network) == ops{ir::op::input, ir::op::affine});
    bound.constants["b"] = {{3}, {1.0, 2.0, 3.0}, false};
    CHECK_THAT(refusal_of(two, bound), contains("the constant's shape [3] is not"));
}

TEST_CASE("all unsupported operators are listed at once") {
    small_model m;
    m.input({"1", "2"}).output();
    m.node("LSTM", {"x"}, {"a"}).named("one").node("LSTM", {"a"}, {"b"}).named("two");
    m.node("Loop", {"b"}, {"c"}).node("Mine", {"c"});
    m.graph().mutable_node(3)->set_domain("own");
    CHECK(
        refusal_of(m) ==
        "small.onnx: 3 operators aren't supported: LSTM (2 nodes: 'one', 'two'), Loop (control "
        "flow; 1 node: 'c'), own.Mine (of a domain of its own; 1 node: 'y'). `laminate operators` "
        "lists those that are");
    CHECK_THAT(refusal_of(one("Relu", 99)),
               contains("Relu (known up to opset 24, the model has 99"));
    CHECK_THAT(refusal_of(one("Mish", 13)), contains("Mish (new in opset 18, the model has 13"));

    // An operator's name is the file's: shown legibly, and all of the message is there.
    m.graph().mutable_node(3)->set_op_type(std::string("Mi\0ne\n", 6) + std::string(200, 'x'));
    CHECK_THAT(refusal_of(m), contains("own.Mi\\x00ne\\x0axx"));
    CHECK_THAT(refusal_of(m), contains("xxx... (of a domain of its own"));
    m.graph().mutable_node(3)->set_op_type(std::string("\0", 1));
    m.graph().mutable_node(3)->set_input(0, "nothing");
    CHECK_THAT(refusal_of(m), contains("found no node, input or initialiser of that name"));
}

TEST_CASE("a wrong file is refused in a sentence") {
    const auto of_bytes = [](const std::string& bytes) {
        return codegen::onnx::import_model_bytes(bytes, "f").error().message;
    };
    CHECK_THAT(of_bytes("no protobuf"), contains("f: not an ONNX model"));
    CHECK_THAT(of_bytes(""), contains("expected a model with a graph, found none"));
    CHECK_THAT(refusal_of(one("Relu", 5)), contains("expected opset 6 or newer, found 5"));

    CHECK_THAT(of_bytes(std::string("PK\x03\x04\x14\0\0\0", 8)),
               contains("f: expected an ONNX model, found what looks like a zip archive, as "
                        "torch.save (.pt, .pth)") &&
                   contains("torch.onnx.export"));
    CHECK_THAT(of_bytes("\x80\x02}q"), contains("looks like a Python pickle"));
    CHECK_THAT(of_bytes("\x89HDF\r\n\x1a\n"), contains("looks like an HDF5 file, as Keras (.h5)"));
    CHECK_THAT(of_bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a"),
               contains("looks like a Git LFS pointer; fetch the file itself with `git lfs pull`"));

    small_model old = one("Relu");
    old.model.set_ir_version(2);
    CHECK_THAT(refusal_of(old), contains("expected IR version 3 or newer, found 2"));

    small_model cycle;
    cycle.input({"1", "2"}).output().node("Relu", {"b"}, {"a"}).node("Relu", {"a"}, {"b"});
    cycle.node("Add", {"x", "a"});
    CHECK_THAT(refusal_of(cycle), contains("depends on its own output"));

    small_model nowhere;
    nowhere.input({"1", "2"}).output().node("Add", {"x", "z"});
    CHECK_THAT(refusal_of(nowhere), contains("expected a value named 'z', found no node"));

    small_model twice = one("Relu");
    twice.node("Relu", {"x"});
    CHECK_THAT(refusal_of(twice), contains("found 'y' twice"));

    small_model attribute = one("Relu");
    attribute.with("slope", 1.0f);
    CHECK_THAT(refusal_of(attribute), contains("attribute 'slope' isn't known"));

    small_model type;
    type.input({"1", "2"}, "x", ::onnx::TensorProto::INT64).output().node("Relu", {"x"});
    CHECK_THAT(refusal_of(type), contains("expected floating-point numbers, found INT64"));

    small_model outputs = one("Relu");
    outputs.output("z").node("Neg", {"x"}, {"z"});
    CHECK(outputs.import().value().network.output_names == std::vector<std::string>{"y", "z"});
    import_options chosen;
    chosen.output = "z";
    CHECK(kinds(outputs.import(chosen).value().network) == ops{ir::op::input, ir::op::neg});

    small_model mask;
    mask.input({"1", "2"}).output("m").node("Dropout", {"x"}, {"y", "m"});
    CHECK(interpret(mask.import().value().network, {5, 6}) == std::vector<double>{1, 1});

    small_model damaged;
    damaged.input({"1", "2"}).output().floats("w", {2, 2}, {1, 2, 3}).node("MatMul", {"x", "w"});
    CHECK_THAT(refusal_of(damaged), contains("initialiser 'w': expected 4 numbers in float_data, "
                                             "found 3"));
}

TEST_CASE("a weight that isn't finite is found at its place in the file") {
    const float infinity = std::numeric_limits<float>::infinity();
    small_model m;
    m.input({"N", "2"}).output().floats("w", {2, 3}, {1, 2, 3, 4, 5, infinity});
    m.node("MatMul", {"x", "w"}).named("fc");
    CHECK_THAT(refusal_of(m), contains("MatMul 'fc': expected finite weights, found inf at [1, 2] "
                                       "of 'w', whose shape is [2, 3]"));
    small_model turned;
    turned.input({"N", "2"}).output().floats("w", {3, 2}, {1, 2, infinity, 4, 5, 6});
    turned.node("Gemm", {"x", "w"}).with("transB", std::int64_t{1});
    CHECK_THAT(refusal_of(turned), contains("found inf at [1, 0] of 'w', whose shape is [3, 2]"));
}

TEST_CASE("what a file asks for is bounded") {
    small_model huge;
    huge.input({"1", "2"}).output().integers("s", {1000000, 1000000});
    huge.node("ConstantOfShape", {"s"}, {"c"}).node("Add", {"x", "c"});
    CHECK_THAT(refusal_of(huge), contains("numbers, the most that is made while importing"));

    import_options few;
    few.most.nodes = 0;
    CHECK_THAT(refusal_of(one("Relu"), few), contains("expected at most 0 nodes, found 1"));
    few = {};
    few.most.name_bytes = 3;
    CHECK_THAT(refusal_of(one("Relu"), few), contains("names of at most 3 bytes"));
    few = {};
    few.most.row = 1;
    CHECK_THAT(refusal_of(one("Relu"), few), contains("expected at most 1 numbers in a row"));
    few = {};
    few.most.message_bytes = 100;
    CHECK_THAT(refusal_of(one("Relu"), few), contains("bytes of memory; at most 100"));
}

TEST_CASE("external data stays in the model's folder") {
    const scratch_directory outside;
    const scratch_directory folder;
    std::ofstream(outside / "secret.bin") << std::string(8, 'x');
    std::ofstream(folder / "data.bin") << std::string("\0\0\0\0\0\0\x80?\0\0\0@", 12);
    std::filesystem::create_symlink(outside / "secret.bin", folder / "link.bin");
    const auto import = [&](const std::string& location, const std::string& offset,
                            const std::string& length) {
        small_model m;
        m.input({"1", "2"}).output().node("Add", {"x", "b"});
        ::onnx::TensorProto& b = *m.graph().add_initializer();
        b.set_name("b");
        b.set_data_type(::onnx::TensorProto::FLOAT);
        b.add_dims(2);
        b.set_data_location(::onnx::TensorProto::EXTERNAL);
        for (const auto& [key, text] :
             {std::pair{"location", location}, {"offset", offset}, {"length", length}}) {
            auto& entry = *b.add_external_data();
            entry.set_key(key);
            entry.set_value(text);
        }
        std::ofstream(folder / "model.onnx", std::ios::binary) << m.bytes();
        const auto network = codegen::onnx::import_model(folder / "model.onnx");
        return network ? std::to_string(network->network.parameters[1].bias()[1])
                       : network.error().message;
    };
    CHECK(import("data.bin", "4", "8") == "2.000000");
    CHECK_THAT(import("../secret.bin", "", ""), contains("has '..' in it"));
    CHECK_THAT(import("/etc/hostname", "", ""), contains("is an absolute path"));
    CHECK_THAT(import("link.bin", "", ""), contains("is a link that leaves the model's folder"));
    CHECK_THAT(import("none.bin", "", ""), contains("found no such file"));
    CHECK_THAT(import("data.bin", "8", "8"), contains("found a file of 12 bytes"));
    CHECK_THAT(import("data.bin", "18446744073709551615", "8"), contains("found a file of 12"));
    CHECK_THAT(import("data.bin", "-1", "8"), contains("expected a number as the offset"));
    CHECK_THAT(import("data.bin", "0", "4"), contains("expected 8 bytes of external data"));
}

TEST_CASE("tensors of every type and form") {
    const auto numbers = [](const ::onnx::TensorProto& tensor) {
        const auto read = codegen::onnx::parse_tensor(tensor.SerializeAsString(), "t");
        return read ? read->numbers : std::vector<double>{};
    };
    ::onnx::TensorProto t;
    t.add_dims(2);
    t.set_data_type(::onnx::TensorProto::FLOAT16);
    t.add_int32_data(0x3c00);
    t.add_int32_data(0xc000);
    CHECK(numbers(t) == std::vector<double>{1, -2});
    t.clear_int32_data();
    t.set_raw_data(std::string("\x80\x3f\x00\xc0", 4));
    t.set_data_type(::onnx::TensorProto::BFLOAT16);
    CHECK(numbers(t) == std::vector<double>{1, -2});
    t.set_data_type(::onnx::TensorProto::INT16);
    CHECK(numbers(t) == std::vector<double>{0x3f80, -0x4000});
    t.set_data_type(::onnx::TensorProto::UINT16);
    CHECK(numbers(t) == std::vector<double>{0x3f80, 0xc000});
    t.set_data_type(::onnx::TensorProto::INT32);
    CHECK(numbers(t).empty()); // two numbers of four bytes aren't there
    t.set_data_type(::onnx::TensorProto::STRING);
    CHECK(numbers(t).empty());
}

TEST_CASE("what is supported is what the list has") {
    const auto all = codegen::onnx::supported_operators();
    CHECK(all.size() > 70);
    CHECK(std::is_sorted(all.begin(), all.end(),
                         [](const auto& a, const auto& b) { return a.name < b.name; }));
    std::ifstream docs(test::paths::source + "/docs/onnx.md");
    const std::string text((std::istreambuf_iterator<char>(docs)), {});
    for (const auto& o : all) {
        const std::string row = "| " + o.name + " | " + std::to_string(o.since) + "-" +
                                std::to_string(o.until) + " | " + o.restriction + " |";
        CHECK_THAT(text, contains(row));
    }
}
