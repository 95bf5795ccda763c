// SPDX-License-Identifier: MIT

// Trained networks of other people run through the DSL and agree with outputs computed in double
// precision. Needs what convert.py made of the corpus, in the directory LAMINATE_CORPUS_DATA.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "networks.hpp"
#include "support/catch.hpp"
#include "support/npy.hpp"

namespace {

using laminate::test::read_npy;

// How much farther off than NumPy in float32 we may be. Most networks stay below twice its error;
// but the order of summation alone (1 to 8 chains, tried in NumPy) moves that of an ACAS Xu network
// by a factor of ten.
constexpr double tolerance = 16.0;

std::string data(const std::string& file) { return LAMINATE_CORPUS_DATA "/" + file; }

template <class Network>
auto load(const std::string& name) {
    return laminate::load(Network{}, data(name + ".safetensors"));
}

// The contiguous floats as rows.
template <std::size_t Size, class Float>
std::span<Float, Size> row(std::span<Float> floats, std::size_t index) {
    return floats.subspan(index * Size).template first<Size>();
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// Every row one by one, all at once and unfused: the same bits, and near to `expected`.
template <class Network>
void agrees(const std::string& name) {
    const auto model = load<Network>(name);
    const std::vector<float> in = read_npy<float>(data(name + ".inputs.npy"));
    const std::vector<double> expected = read_npy<double>(data(name + ".outputs.npy"));
    const double allowed = tolerance * read_npy<double>(data(name + ".error.npy")).at(0);
    const std::size_t rows = in.size() / model.inputs;
    INFO(name);
    REQUIRE(rows > 0);
    REQUIRE(in.size() == rows * model.inputs);
    REQUIRE(expected.size() == rows * model.outputs);

    std::vector<float> out(expected.size());
    for (std::size_t r = 0; r < rows; ++r)
        model(row<model.inputs>(std::span(in), r), row<model.outputs>(std::span(out), r));

    double largest = 0.0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double error = std::fabs(static_cast<double>(out[i]) - expected[i]);
        if (!(error <= largest) && !std::isnan(largest)) largest = error; // a NaN stays
    }
    std::printf("%-30s %3zu rows, largest error %.1e, allowed %.1e\n", name.c_str(), rows, largest,
                allowed);
    CHECK(largest <= allowed);

    std::vector<float> batch(out.size());
    model.batch(in, batch);
    CHECK(same_bits(out, batch));

    std::fill(batch.begin(), batch.end(), 0.0f);
    laminate::unfused(model).batch(in, batch);
    CHECK(same_bits(out, batch));
}

// How many of the first 300 images of MNIST's test set are read rightly.
template <class Network>
std::size_t right_of_300(const std::string& name) {
    constexpr std::size_t count = 300, pixels = 784;
    const std::vector<unsigned char> images = read_npy<unsigned char>(data("mnist.images.npy"));
    const std::vector<unsigned char> labels = read_npy<unsigned char>(data("mnist.labels.npy"));
    REQUIRE(labels.size() >= count);
    REQUIRE(images.size() == labels.size() * pixels);

    std::vector<float> in(count * pixels);
    std::transform(images.begin(), images.begin() + count * pixels, in.begin(),
                   [](unsigned char grey) { return static_cast<float>(grey) / 255.0f; });
    std::vector<std::array<float, 10>> out(count);
    load<Network>(name).batch(in, out);

    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i)
        right += laminate::argmax(out[i]) == labels[i];
    std::printf("%-30s %zu of %zu images right\n", name.c_str(), right, count);
    return right;
}

} // namespace

TEST_CASE("31 ACAS Xu networks") {
    for (const char* name :
         {"1_1", "1_3", "1_5", "1_6", "1_7", "1_9", "2_1", "2_2", "2_4", "2_5", "2_7",
          "2_8", "2_9", "3_1", "3_3", "3_4", "3_6", "3_9", "4_4", "4_5", "4_6", "4_7",
          "4_8", "4_9", "5_1", "5_2", "5_3", "5_4", "5_5", "5_8", "5_9"})
        agrees<corpus::acasxu>(std::string("acasxu_") + name);
}

TEST_CASE("jet taggers of hls4ml") {
    agrees<corpus::two_layer_jet_tagger>("hls4ml_two_layer_keras");
    agrees<corpus::two_layer_jet_tagger>("hls4ml_two_layer_pytorch");
    agrees<corpus::three_layer_jet_tagger>("hls4ml_three_layer_keras");
    agrees<corpus::three_layer_jet_tagger>("hls4ml_three_layer_pytorch");
    agrees<corpus::three_layer_jet_tagger>("hls4ml_three_layer_bn_pytorch");
}

TEST_CASE("small controllers and toys") {
    agrees<corpus::fc1>("fc1");
    agrees<corpus::fc_2_2_3>("fc_2_2_3");
    agrees<corpus::velardo_lesson9>("velardo_lesson9");
    agrees<corpus::tanh_controller>("tanh_controller");
    agrees<corpus::rtneural_dense>("rtneural_dense");
}

TEST_CASE("policies of walking robots") {
    agrees<corpus::rl_g1_gangnam_style>("rl_g1_gangnam_style");
    agrees<corpus::rl_go2_policy>("rl_go2_policy");
    agrees<corpus::rl_go2w_policy>("rl_go2w_policy");
    agrees<corpus::rl_gr1t1_policy>("rl_gr1t1_policy");
}

TEST_CASE("the autoencoder of MLPerf Tiny") {
    agrees<corpus::mlperf_ad01_autoencoder>("mlperf_ad01_autoencoder");
}

TEST_CASE("networks that read MNIST") {
    agrees<corpus::mnist2x10>("mnist2x10");
    agrees<corpus::mnist2x5_sigmoid>("mnist2x5_sigmoid");
    agrees<corpus::mnist_fc2>("mnist_fc2");
    agrees<corpus::mnist_robust_sigmoid>("mnist_robust_sigmoid");
    agrees<corpus::onnx2c_mnist_bn_mlp>("onnx2c_mnist_bn_mlp");
    agrees<corpus::yizhak_net>("yizhak_net");
}

// The counts are the corpus' own, in per cent there.
TEST_CASE("MNIST images read rightly") {
    CHECK(right_of_300<corpus::mnist2x10>("mnist2x10") == 282);                       // 94.0 %
    CHECK(right_of_300<corpus::mnist2x5_sigmoid>("mnist2x5_sigmoid") == 257);         // 85.7 %
    CHECK(right_of_300<corpus::mnist_fc2>("mnist_fc2") == 30);                        // 10.0 %
    CHECK(right_of_300<corpus::mnist_robust_sigmoid>("mnist_robust_sigmoid") == 286); // 95.3 %
    CHECK(right_of_300<corpus::onnx2c_mnist_bn_mlp>("onnx2c_mnist_bn_mlp") == 281);   // 93.7 %
    CHECK(right_of_300<corpus::yizhak_net>("yizhak_net") == 256);                     // 85.3 %
}
