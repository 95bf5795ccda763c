// SPDX-License-Identifier: MIT

// Standalone sources of trained networks give the bits of the library. Needs what convert.py and
// laminate_add_model wrote.

#include "acas_xu.hpp"
#include "every_activation.hpp"
#include "jet_tagger.hpp"
#include "networks.hpp"
#include "support/catch.hpp"
#include "support/npy.hpp"

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace {

using infer_batch = void (*)(const float*, float*, std::size_t) noexcept;

template <class Network>
void same_bits(infer_batch generated, const std::string& name) {
    const std::string path = LAMINATE_CORPUS_DATA "/" + name;
    const auto model = laminate::load(Network{}, path + ".safetensors");
    const std::vector<float> in = laminate::test::read_npy<float>(path + ".inputs.npy");
    const std::size_t rows = in.size() / model.inputs;
    std::vector<float> expected(rows * model.outputs), found(rows * model.outputs);
    model.batch(in, expected);
    generated(in.data(), found.data(), rows);
    REQUIRE(rows > 0);
    CHECK(std::memcmp(expected.data(), found.data(), rows * sizeof(float) * model.outputs) == 0);
}

} // namespace

TEST_CASE("standalone sources of trained networks") {
    same_bits<corpus::acasxu>(acas_xu::infer_batch, "acasxu_1_1");
    same_bits<corpus::three_layer_jet_tagger>(jet_tagger::infer_batch, "hls4ml_three_layer_keras");
    same_bits<corpus::rtneural_dense>(every_activation::infer_batch, "rtneural_dense");
}
