// SPDX-License-Identifier: MIT
// libFuzzer target: the importer takes any bytes, and what it accepts can be optimised, for any
// input and for inputs of a range, planned and evaluated. Seeds: tests/fuzz/write_onnx_seeds.py
// DIR, and the corpus' small models.

#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/optimise.hpp>
#include <laminate/codegen/graph/planned.hpp>
#include <laminate/codegen/onnx/import.hpp>

#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

// Small enough that no input takes long or much memory.
laminate::codegen::onnx::import_options small() {
    laminate::codegen::onnx::import_options options;
    options.most.nodes = 64;
    options.most.row = 1 << 10;
    options.most.elements = 1 << 20;
    options.most.work = 1 << 22;
    options.most.message_bytes = 1 << 26;
    return options;
}

// Where no input is wider than what a kernel takes, all of it works as before.
void check_optimised(laminate::codegen::graph network,
                     const laminate::codegen::optimise_options& options) {
    const std::size_t inputs = network.inputs();
    const std::size_t outputs = network.outputs();
    (void)laminate::codegen::optimise(network, options);
    const auto planned = laminate::codegen::plan_graph(network);
    require(planned && network.inputs() == inputs && network.outputs() == outputs);
    const std::vector<float> row(inputs, 0.5f);
    require(laminate::codegen::evaluate(*planned, row).size() == outputs);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto read = laminate::codegen::onnx::import_model_bytes(bytes, "fuzz", small());
    if (!read) {
        const std::string& message = read.error().message;
        require(message.size() > 6 && message.size() < 20000 && message.starts_with("fuzz: "));
        return 0;
    }
    const laminate::codegen::graph& network = read->network;
    require(network.nodes.size() >= 2 && network.nodes.size() == network.parameters.size() &&
            network.nodes.size() == network.origins.size());
    if (!laminate::codegen::plan_graph(network)) return 0; // a width that no kernel has
    check_optimised(network, {});
    check_optimised(network, {{{-1.0, 1.0}}});
    return 0;
}
