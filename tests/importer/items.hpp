// SPDX-License-Identifier: MIT
#pragma once

// The items of the corpus that are ONNX models, with their inputs and outputs. Needs nlohmann-json
// and the corpus. Promises arrays in the order of the graph's inputs and outputs.

#include <laminate/codegen/onnx/import.hpp>
#include <laminate/codegen/onnx/read/tensor.hpp>
#include <laminate/file/half.hpp>
#include <laminate/file/whole_file.hpp>

#include "../support/catch.hpp"
#include "../support/paths.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace laminate::test {

using codegen::onnx::array;

struct corpus_item {
    std::string id;   // group/name
    std::string path; // of its folder
    std::vector<std::string> input_names, output_names;
    nlohmann::json vectors;

    std::string model() const { return path + "/model.onnx"; }
};

// One sample: what is fed, and what comes out.
struct sample {
    std::vector<array> inputs, outputs;
    bool is_exact = false; // outputs computed in double
};

// Python writes numbers that JSON doesn't have.
inline std::string without_infinities(std::string text) {
    for (const std::string number : {": NaN", ": Infinity", ": -Infinity"})
        for (std::size_t at = text.find(number); at != std::string::npos;
             at = text.find(number, at))
            text.replace(at, number.size(), ": null");
    return text;
}

inline std::vector<corpus_item> corpus_items(const std::string& corpus) {
    const std::string text =
        without_infinities(read_file(corpus + "/index.json", std::size_t{1} << 28).value());
    std::vector<corpus_item> items;
    for (const auto& entry : nlohmann::json::parse(text)) {
        const std::string group = entry.at("group");
        const std::string path = corpus + "/" + std::string(entry.at("path"));
        if (!std::filesystem::exists(path + "/model.onnx")) continue;
        corpus_item item{
            group + "/" + std::string(entry.at("name")), path, {}, {}, entry.at("vectors")};
        for (const auto& input : entry.at("onnx").at("inputs"))
            item.input_names.push_back(input.at("name"));
        for (const auto& output : entry.at("onnx").at("outputs"))
            item.output_names.push_back(output.at("name"));
        items.push_back(std::move(item));
    }
    return items;
}

namespace detail {

template <class T>
double number_at(const char* data) {
    T number;
    std::memcpy(&number, data, sizeof number);
    return static_cast<double>(number);
}

struct npy_type {
    const char* name;
    std::size_t bytes;
    double (*read)(const char*);
};

inline constexpr npy_type npy_types[] = {
    {"float32", 4, number_at<float>},
    {"float64", 8, number_at<double>},
    {"int64", 8, number_at<std::int64_t>},
    {"int32", 4, number_at<std::int32_t>},
    {"uint8", 1, number_at<unsigned char>},
    {"int8", 1, number_at<signed char>},
    {"bool", 1, number_at<unsigned char>},
    {"float16", 2,
     [](const char* data) {
         std::uint16_t half;
         std::memcpy(&half, data, sizeof half);
         return static_cast<double>(float_from_half(half));
     }},
};

// Sample `index` of an array file whose leading axis is the sample.
inline array npy_sample(const corpus_item& item, const nlohmann::json& entry, std::size_t index) {
    const std::string dtype = entry.at("dtype");
    for (const npy_type& type : npy_types) {
        if (dtype != type.name) continue;
        const std::string path = item.path + "/" + std::string(entry.at("file"));
        const std::string bytes = read_file(path, std::size_t{1} << 30).value();
        const std::size_t begin = 10 + static_cast<unsigned char>(bytes.at(8)) +
                                  std::size_t{256} * static_cast<unsigned char>(bytes.at(9));
        std::vector<std::int64_t> shape = entry.at("shape");
        shape.erase(shape.begin());
        std::size_t count = 1;
        for (std::int64_t extent : shape)
            count *= static_cast<std::size_t>(extent);
        array a{shape, {}, dtype[0] != 'f'};
        for (std::size_t i = index * count; i < (index + 1) * count; ++i)
            a.numbers.push_back(type.read(bytes.data() + begin + i * type.bytes));
        return a;
    }
    throw std::runtime_error(item.id + ": no reader for " + dtype);
}

inline std::vector<array> pb_arrays(const std::string& folder, const std::string& stem) {
    std::vector<array> arrays;
    for (int k = 0;; ++k) {
        const std::string path = folder + "/" + stem + std::to_string(k) + ".pb";
        if (!std::filesystem::exists(path)) return arrays;
        const std::string bytes = read_file(path, std::size_t{1} << 28).value();
        arrays.push_back(codegen::onnx::parse_tensor(bytes, path).value());
    }
}

} // namespace detail

inline std::vector<sample> samples_of(const corpus_item& item) {
    std::vector<sample> samples;
    if (item.vectors.is_object()) {
        const std::size_t count = item.vectors.at("samples");
        for (std::size_t s = 0; s < std::min<std::size_t>(count, 4); ++s) {
            sample one{{}, {}, true};
            for (const auto& entry : item.vectors.at("inputs"))
                one.inputs.push_back(detail::npy_sample(item, entry, s));
            for (const auto& entry : item.vectors.at("outputs"))
                one.outputs.push_back(detail::npy_sample(item, entry, s));
            samples.push_back(std::move(one));
        }
        return samples;
    }
    for (int n = 0;; ++n) {
        const std::string folder = item.path + "/test_data_set_" + std::to_string(n);
        if (!std::filesystem::exists(folder)) return samples;
        samples.push_back(
            {detail::pb_arrays(folder, "input_"), detail::pb_arrays(folder, "output_"), false});
    }
}

// Without the corpus tests are skipped, but not in CI.
inline bool corpus_is_there() {
    if (std::filesystem::exists(laminate::test::paths::corpus + "/index.json")) return true;
    const char* const ci = std::getenv("CI");
    if (ci != nullptr && std::string(ci) == "true")
        FAIL("no corpus of networks in '" + laminate::test::paths::corpus +
             "'; set LAMINATE_CORPUS");
    WARN("skipped: no corpus of networks in '" + laminate::test::paths::corpus +
         "'; set LAMINATE_CORPUS");
    return false;
}

} // namespace laminate::test
