// SPDX-License-Identifier: MIT
// Saves the test networks, a trained one with the normaliser of its inputs, and what they don't
// have, as ONNX, for check_onnx.py to look at: <name>.onnx, and as plain floats <name>.x, rows of
// inputs, and <name>.y, their outputs.
//
// usage: save_networks <directory>

#include "../support/graphs.hpp"
#include "../support/networks.hpp"
#include "../support/random.hpp"

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/save_onnx.hpp>
#include <laminate/laminate.hpp>
#include <laminate/train/data/normalise.hpp>
#include <laminate/train/steps/initialise.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
namespace ir = laminate::ir;
namespace test = laminate::test;
namespace codegen = laminate::codegen;

constexpr std::size_t rows = 20;

std::string directory;

void write_floats(const std::string& name, const std::vector<float>& floats) {
    std::ofstream(directory + "/" + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(floats.data()),
               static_cast<std::streamsize>(floats.size() * sizeof(float)));
}

std::vector<float> inputs(std::size_t width) {
    std::vector<float> x(rows * width);
    test::fill(x, 3, 4.0f);
    return x;
}

void save(const std::string& name, const codegen::graph& network) {
    if (const auto why = codegen::write_onnx(network, directory + "/" + name + ".onnx"))
        lam::raise(*why);
    const std::vector<float> x = inputs(network.inputs());
    write_floats(name + ".x", x);
    write_floats(name + ".y", codegen::evaluate(codegen::plan_graph(network).value(), x));
}

template <std::size_t... I>
void save_test_networks(std::index_sequence<I...>) {
    (save("network_" + std::to_string(I),
          codegen::graph_of(
              test::random_model<std::tuple_element_t<I, test::all_networks>>(11 + I))),
     ...);
}

// relu with each of its options, and a picture in and out.
void save_others() {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    int count = 0;
    for (const float most : {infinity, 1.0f})
        for (const float slope : {0.0f, 0.25f, 1.0f})
            for (const float threshold : {0.0f, 0.5f, -0.5f}) {
                test::graph_builder g(9);
                g.add({.kind = ir::op::relu,
                       .alpha = slope,
                       .max_value = most,
                       .threshold = threshold},
                      {});
                save("relu_" + std::to_string(count++), g);
            }
    codegen::graph picture = test::graph_builder(24).dense(12).add(ir::op::tanh);
    picture.input_shapes = {{2, 3, 4}};
    picture.output_shapes = {{3, 4}};
    save("picture", picture);
    codegen::graph number = test::graph_builder(1).dense(1);
    number.input_shapes = number.output_shapes = {{}};
    save("number", number);
}

constexpr auto learnt = lam::input<3> | lam::dense<16> | lam::gelu | lam::dense<2>;

// What a user does: normalise, train, save.
void save_trained() {
    lam::dataset data;
    data.inputs = 3;
    data.outputs = 2;
    data.x = inputs(3);
    for (std::size_t i = 0; i < data.x.size(); ++i)
        data.x[i] = data.x[i] * 100.0f + 50.0f;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < 2; ++k)
            data.targets.push_back(data.x[3 * r + k] / 400.0f);
    const lam::normaliser normal = lam::fit_standardise(data);
    const lam::dataset normalised = normal(data);
    auto model = lam::initialised(learnt, 1);
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adam{.learning_rate = 0.01f});
    for (int step = 0; step < 50; ++step)
        trainer.step(normalised.x, normalised.targets);
    lam::save_onnx(model, normal, directory + "/trained.onnx", {.name = "trained", .input = "raw"});
    std::vector<float> y(rows * 2);
    model.batch(normalised.x, y);
    write_floats("trained.x", data.x);
    write_floats("trained.y", y);
}

} // namespace

int main(int count, char** words) {
    if (count != 2) return std::puts("usage: save_networks <directory>"), 2;
    directory = words[1];
    try {
        save_test_networks(std::make_index_sequence<std::tuple_size_v<test::all_networks>>());
        save_others();
        save_trained();
    } catch (const std::exception& why) {
        std::fprintf(stderr, "save_networks: %s\n", why.what());
        return 1;
    }
}
