// SPDX-License-Identifier: MIT
// Every model of the corpus is imported and agrees with its outputs, or folds to them, or is
// refused with a sentence. corpus_items.txt holds which; LAMINATE_WRITE_CORPUS_ITEMS=<file> writes
// it anew. What was imported or folded once may not be less: the list can only grow, and its file
// is never written with less.

#include "../support/catch.hpp"
#include "../support/paths.hpp"
#include "interpret.hpp"
#include "items.hpp"

#include <laminate/codegen/graph/edit.hpp>
#include <laminate/codegen/graph/evaluate.hpp>
#include <laminate/codegen/graph/likely.hpp>
#include <laminate/codegen/graph/planned.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace {

using namespace laminate;
using namespace laminate::test;
using codegen::onnx::import_options;
using codegen::onnx::imported;

std::string shortened(const std::string& message, const std::string& path) {
    const std::string rest = message.substr(message.find(path) == 0 ? path.size() + 2 : 0);
    return rest.substr(0, 160);
}

// Published outputs come with ONNX's own tolerance; those in double allow for attributes in float.
bool agrees(double found, double expected, bool is_exact) {
    if (std::isnan(expected)) return std::isnan(found);
    if (std::isinf(expected)) return found == expected;
    const double tolerance =
        is_exact ? 1e-6 + 1e-6 * std::abs(expected) : 1e-7 + 1e-3 * std::abs(expected);
    return std::abs(found - expected) <= tolerance;
}

std::string compare(const std::vector<double>& found, const array& expected, bool is_exact) {
    if (found.size() != expected.numbers.size())
        return "expected " + std::to_string(expected.numbers.size()) + " numbers, found " +
               std::to_string(found.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!agrees(found[i], expected.numbers[i], is_exact))
            return "number " + std::to_string(i) + ": expected " +
                   std::to_string(expected.numbers[i]) + ", found " + std::to_string(found[i]);
    return "";
}

// What takes seconds in double is computed once, and not by kernels, of which three_ways.py looks
// at the compiled ones.
bool is_large(const codegen::graph& network) {
    std::size_t products = 0;
    for (std::size_t i = 0; i < network.nodes.size(); ++i)
        products += ir::multiply_adds(network.nodes, i);
    return products > 4'000'000;
}

// All inputs but the first one bound to the sample's; the leading extent of a file that wasn't
// meant as a row is taken from the sample.
import_options options_for(const corpus_item& item, const sample& s, std::size_t bound_from) {
    import_options options;
    for (std::size_t i = bound_from; i < std::min(s.inputs.size(), item.input_names.size()); ++i)
        options.constants[item.input_names[i]] = s.inputs[i];
    if (item.output_names.size() > 1) options.output = item.output_names.front();
    return options;
}

// With branches: the kernels, fused and not, within the reference's bound.
std::string run_kernels(const codegen::graph& network, const std::vector<double>& row) {
    const std::vector<float> x(row.begin(), row.end());
    const auto fused = codegen::plan_graph(network);
    if (!fused) return "no plan: " + fused.error().message;
    const std::vector<float> y = codegen::evaluate(*fused, x);
    const auto apart = codegen::plan_graph(network, ir::fusion::off);
    const std::vector<float> z = codegen::evaluate(*apart, x);
    if (std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) != 0)
        return "fused and unfused differ";
    const auto values =
        codegen::reference::interpret_likely(network.nodes, network.parameters, x, {});
    const auto expected =
        codegen::reference::outputs<codegen::reference::row>(network.nodes, values);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (std::abs(static_cast<double>(y[i]) - expected[i].value) > expected[i].bound)
            return "the kernels give " + std::to_string(y[i]) + ", the reference " +
                   std::to_string(expected[i].value);
    return "";
}

// The sample's inputs that the network has: some files have more.
std::vector<array> inputs_of(const corpus_item& item, const imported& network, const sample& s) {
    std::vector<array> all;
    for (const std::string& name : network.network.input_names) {
        const auto found = std::find(item.input_names.begin(), item.input_names.end(), name);
        all.push_back(s.inputs.at(static_cast<std::size_t>(found - item.input_names.begin())));
    }
    return all;
}

// Rows of all inputs through the network; output `first` of the sample and those behind it.
std::string run_rows(const corpus_item& item, const imported& network, const sample& s,
                     std::size_t first) {
    const std::vector<array> inputs = inputs_of(item, network, s);
    const ir::ports in = ir::inputs_of(network.network.nodes);
    const ir::ports out = ir::outputs_of(network.network.nodes);
    const std::size_t rows = inputs[0].numbers.size() / in[0].units;
    for (std::size_t k = 0; k < in.size(); ++k)
        if (inputs[k].numbers.size() != rows * in[k].units)
            return "the sample's width is not the network's";
    std::vector<std::vector<double>> found(out.size());
    for (std::size_t r = 0; r < rows; ++r) {
        std::vector<double> x;
        for (std::size_t k = 0; k < in.size(); ++k) {
            const auto row =
                inputs[k].numbers.begin() + static_cast<std::ptrdiff_t>(r * in[k].units);
            x.insert(x.end(), row, row + static_cast<std::ptrdiff_t>(in[k].units));
        }
        if (r == 0 && !codegen::is_chain(network.network) && !is_large(network.network))
            if (std::string wrong = run_kernels(network.network, x); !wrong.empty()) return wrong;
        const std::vector<double> y = interpret(network.network, x);
        for (std::size_t k = 0; k < out.size(); ++k) {
            const auto row = y.begin() + static_cast<std::ptrdiff_t>(out[k].begin);
            found[k].insert(found[k].end(), row, row + static_cast<std::ptrdiff_t>(out[k].units));
        }
    }
    for (std::size_t k = 0; k < out.size(); ++k)
        if (const std::string wrong = compare(found[k], s.outputs.at(first + k), s.is_exact);
            !wrong.empty())
            return "output " + std::to_string(first + k) + ": " + wrong;
    return "";
}

std::string fold(const corpus_item& item, const std::vector<sample>& samples) {
    for (const sample& s : samples) {
        import_options options = options_for(item, s, 0);
        const auto outputs = codegen::onnx::fold_model(item.model(), options);
        if (!outputs) return outputs.error().message;
        for (std::size_t k = 0; k < std::min(outputs->size(), s.outputs.size()); ++k)
            if (const std::string wrong = compare((*outputs)[k].numbers, s.outputs[k], s.is_exact);
                !wrong.empty())
                return "WRONG: folded output " + std::to_string(k) + ": " + wrong;
    }
    return samples.empty() ? "no samples" : "";
}

// These files say that their outputs are of rank 0; the corpus' outputs aren't.
bool contradicts_itself(const std::string& id) {
    return id == "op-zoo/burn_reduce_max" || id == "op-zoo/burn_reduce_min";
}

// Of the first input: how many rows it has where rows mix.
std::int64_t leading_extent(const sample& s) {
    return s.inputs.empty() || s.inputs[0].shape.empty() ? 1 : s.inputs[0].shape[0];
}

// The network of a sample, with the batch that this takes.
result<imported> network_of(const corpus_item& item, const sample& s, import_options options) {
    auto network = codegen::onnx::import_model(item.model(), options);
    // Some files have the number of rows of a data set as their leading extent.
    if (network && !s.inputs.empty() &&
        s.inputs[0].numbers.size() < ir::inputs_of(network->network.nodes)[0].units)
        options.batch = s.inputs[0].shape.at(0);
    if (!network && network.error().message.find("--batch 1") != std::string::npos)
        options.batch = leading_extent(s);
    return options.batch ? codegen::onnx::import_model(item.model(), options) : network;
}

// As one network of all inputs and outputs: "", a refusal, or WRONG.
std::string whole(const corpus_item& item, const std::vector<sample>& samples) {
    for (const sample& s : samples) {
        const auto network = network_of(item, s, {});
        if (!network) return network.error().message;
        if (s.inputs.empty()) continue;
        if (const std::string wrong = run_rows(item, *network, s, 0); !wrong.empty())
            return "WRONG: " + wrong;
        if (is_large(network->network)) break;
    }
    return "";
}

// Each output alone, as a function of the first input where the others are bound.
std::string by_output(const corpus_item& item, const std::vector<sample>& samples) {
    for (std::size_t k = 0; k < std::max<std::size_t>(item.output_names.size(), 1); ++k)
        for (const sample& s : samples) {
            import_options options = options_for(item, s, 1);
            if (item.output_names.size() > 1) options.output = item.output_names[k];
            const auto network = network_of(item, s, options);
            if (!network) return network.error().message;
            if (s.inputs.empty()) continue;
            if (const std::string wrong = run_rows(item, *network, s, k); !wrong.empty())
                return "WRONG: " + wrong;
        }
    return "";
}

// imported, folded, or refused: <why>; WRONG where the outputs differ.
std::string outcome(const corpus_item& item) {
    if (contradicts_itself(item.id)) return "skipped: its outputs contradict its shapes";
    std::vector<sample> samples;
    std::string no_samples;
    try {
        samples = samples_of(item);
    } catch (const std::exception& why) {
        no_samples = why.what();
    }
    if (samples.empty()) samples.emplace_back();
    std::string refusal = whole(item, samples);
    // What is beyond a limit is so for each output, too.
    const bool too_large = refusal.find("the most that") != std::string::npos;
    if (!refusal.empty() && !refusal.starts_with("WRONG") && !too_large)
        refusal = by_output(item, samples);
    if (refusal.empty()) return "imported";
    if (refusal.starts_with("WRONG")) return refusal;
    if (!samples.front().inputs.empty() && !too_large) {
        const std::string folded = fold(item, samples);
        if (folded.empty()) return "folded: as a network, " + shortened(refusal, item.model());
        if (folded.starts_with("WRONG")) return folded;
    }
    return "refused: " + shortened(refusal, item.model());
}

std::map<std::string, std::string> stored_items() {
    std::map<std::string, std::string> stored;
    std::ifstream file(test::paths::source + "/tests/importer/corpus_items.txt");
    for (std::string line; std::getline(file, line);)
        if (const std::size_t at = line.find('\t'); at != std::string::npos)
            stored[line.substr(0, at)] = line.substr(at + 1);
    return stored;
}

// How far an item gets: 2 imported, 1 folded, 0 refused.
std::size_t level(const std::string& found) {
    return found.starts_with("imported") ? 2 : found.starts_with("folded") ? 1 : 0;
}

} // namespace

TEST_CASE("every model of the corpus is imported and right, or refused", "[corpus]") {
    if (!corpus_is_there()) return;
    const std::string corpus = test::paths::corpus;
    const char* const write_to = std::getenv("LAMINATE_WRITE_CORPUS_ITEMS");
    std::ostringstream written;
    const std::map<std::string, std::string> stored = stored_items();
    std::set<std::string> seen;
    bool has_less = false;
    std::array<std::size_t, 3> counts{};
    for (const corpus_item& item : corpus_items(corpus)) {
        const std::string found = outcome(item);
        seen.insert(item.id);
        written << item.id << '\t' << found << '\n';
        ++counts[level(found)];
        INFO(item.id);
        CHECK_THAT(found, !contains("WRONG"));
        const auto before = stored.find(item.id);
        const bool is_less = before != stored.end() && level(found) < level(before->second);
        CHECK_FALSE(is_less);
        has_less = has_less || is_less;
        if (write_to == nullptr) CHECK(found == (before == stored.end() ? "" : before->second));
    }
    for (const auto& [id, found] : stored)
        CHECK(seen.count(id) == 1);
    // These only rise.
    CHECK(counts[2] >= 802);
    CHECK(counts[2] + counts[1] >= 817);
    if (write_to != nullptr && !has_less) std::ofstream(write_to) << written.str();
}

TEST_CASE("what has to be refused is, with its reason", "[corpus]") {
    if (!corpus_is_there()) return;
    const std::map<std::string, std::string> reasons = {
        {"burn_bernoulli", "Bernoulli (random"},
        {"burn_grid_sample", "GridSample"},
        {"burn_loop_dynamic_cond", "Loop (control flow"},
        {"burn_random_normal", "RandomNormal (random"},
        {"burn_scan_axis1", "Scan (control flow"},
        {"burn_topk", "TopK"},
        {"hls4ml_three_layer_bn_keras", "expected var of shape [1] for x of shape [64, 1]"},
        {"marabou_dropout_training_mode_true", "expected training_mode false"},
        {"onnx2c_treeensembleclassifier", "ai.onnx.ml.TreeEnsembleClassifier"},
        {"onnx_test_gradient_of_add", "ai.onnx.preview.training.Gradient"},
        {"onnx_test_sequence_model1", "SequenceInsert (a sequence"},
    };
    for (const auto& [name, reason] : reasons) {
        INFO(name);
        const auto network =
            codegen::onnx::import_model(test::paths::corpus + "/reject/" + name + "/model.onnx");
        REQUIRE_FALSE(network.has_value());
        CHECK_THAT(network.error().message, contains(reason));
    }
}
