// SPDX-License-Identifier: MIT
// What `laminate generate` does with ten trained models cut at every 64th byte: it says so, in time
// and memory, and leaves nothing behind.

#include "../support/catch.hpp"
#include "../support/paths.hpp"
#include "../support/scratch.hpp"
#include "items.hpp"

#include "../../codegen/tool/generate.hpp"

#include <filesystem>

namespace {

using namespace laminate;
using namespace laminate::test;
namespace tool = codegen::tool;

// "" if sources were written, else why not.
std::string refusal_of(const tool::generate_options& options) {
    try {
        (void)tool::generate(options);
    } catch (const laminate::exception& why) {
        return why.what();
    }
    return "";
}

} // namespace

TEST_CASE("models cut at every 64th byte are refused and leave nothing", "[corpus]") {
    if (!corpus_is_there()) return;
    const scratch_directory folder;
    tool::generate_options options;
    options.model.model = folder / "cut.onnx";
    options.output = folder / "out";
    for (const char* name : {"acasxu_1_1", "fc1", "fc_2_2_3", "fc_matMul", "hls4ml_two_layer_keras",
                             "onnx2c_mnist_bn_mlp", "rl_go2_policy", "rtneural_dense",
                             "tanh_controller", "velardo_lesson9"}) {
        INFO(name);
        const std::string whole = test::paths::corpus + "/real/" + name + "/model.onnx";
        std::filesystem::copy_file(whole, options.model.model,
                                   std::filesystem::copy_options::overwrite_existing);
        CHECK(refusal_of(options).empty());
        std::filesystem::remove_all(options.output);
        std::size_t accepted = 0;
        for (std::size_t length = (std::filesystem::file_size(whole) - 1) / 64 * 64;;
             length -= 64) {
            std::filesystem::resize_file(options.model.model, length);
            const std::string why = refusal_of(options);
            if (why.empty()) {
                ++accepted;
                std::filesystem::remove_all(options.output);
            } else {
                REQUIRE(why.find("cut.onnx: ") != std::string::npos);
            }
            REQUIRE(folder.names() == std::vector<std::string>{"cut.onnx"});
            if (length == 0) break;
        }
        // What follows the graph may be missing unnoticed, as in any file of protobuf.
        CHECK(accepted <= 8);
    }
}
