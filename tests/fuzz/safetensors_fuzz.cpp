// SPDX-License-Identifier: MIT
// libFuzzer target: the reader of safetensors files takes any bytes.
//
//   clang++-19 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined
//     -fno-sanitize-recover=undefined -Iinclude tests/fuzz/safetensors_fuzz.cpp -o fuzz_safetensors
//   ./fuzz_safetensors -max_len=2048 -dict=tests/fuzz/safetensors.dict corpus
//     tests/fuzz/seeds/safetensors
//
// (new inputs go to the first directory). Seeds: tests/unit/safetensors_reference.py seeds DIR.

#include <laminate/file/safetensors.hpp>

#include <cstdlib>

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

// Whatever is accepted must keep the reader's promises, and survive being written again.
void check(std::string_view bytes) {
    const auto file = laminate::parse_safetensors(std::as_bytes(std::span(bytes)), "fuzz");
    if (!file) {
        const std::string& message = file.error().message;
        require(message.size() > 6 && message.size() < 2000 && message.starts_with("fuzz: "));
        return;
    }
    std::vector<std::vector<float>> values;
    std::vector<laminate::tensor_to_write> copies;
    std::size_t reached = 0;
    for (const laminate::tensor& t : file->tensors()) {
        require(t.offset == reached);
        reached += t.size;
        require(file->find(t.name) == &t);
        const auto floats = file->read_floats(t);
        if (!floats) continue;
        require(laminate::element_count(t.shape) == floats->size());
        values.push_back(*floats);
        copies.push_back({t.name, t.shape, {}});
    }
    for (std::size_t i = 0; i < copies.size(); ++i)
        copies[i].values = values[i];

    const auto written = laminate::safetensors_bytes(copies, file->metadata());
    require(written.has_value());
    const auto again = laminate::parse_safetensors(std::as_bytes(std::span(*written)), "fuzz");
    require(again && again->tensors().size() == copies.size());
    require(again->metadata() == file->metadata());
    for (const laminate::tensor_to_write& t : copies) {
        const laminate::tensor* const found = again->find(t.name);
        require(found != nullptr && found->shape == t.shape);
        require(again->read_floats(*found)->size() == t.values.size());
    }
    const auto twice = laminate::safetensors_bytes(copies, again->metadata());
    require(twice && *twice == *written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    check(bytes);
    // Once more with a header that ends at its last brace, because few mutations keep the length
    // right.
    if (size > 8) {
        const std::size_t brace = bytes.rfind('}');
        const std::size_t length = brace == std::string::npos || brace < 8 ? size - 8 : brace - 7;
        for (std::size_t i = 0; i < 8; ++i)
            bytes[i] = static_cast<char>(length >> (8 * i) & 0xff);
        check(bytes);
    }
    return 0;
}
