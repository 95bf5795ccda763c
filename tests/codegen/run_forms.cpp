// SPDX-License-Identifier: MIT
// Sources whose weights lie in a file: right ones are loaded and give the right bits, wrong ones
// are refused, each for its reason; and sources with one function give the same bits.
//
// usage: run_forms <folder of the files of weights> <scratch folder>

#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "many_rows.hpp"
#include "one_row.hpp"
#include "other.hpp"
#include "stored.h"
#include "stored.hpp"

namespace {

int failures = 0;

void check(bool right, const char* what) {
    if (right) return;
    std::printf("wrong: %s\n", what);
    ++failures;
}

std::string read(const std::string& path) {
    std::string bytes;
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return bytes;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
        bytes += static_cast<char>(c);
    std::fclose(file);
    return bytes;
}

stored::load_error load(const std::string& path) {
    stored::weights weights;
    const bool loaded = weights.load(path.c_str());
    check(loaded == (weights.error() == stored::load_error::none), "load() and error() agree");
    check(loaded == (weights.data() != nullptr), "data() is null unless loaded");
    check(std::strlen(stored::message(weights.error())) > 20, "message");
    return weights.error();
}

// What load() says of a file with these bytes.
stored::load_error load_bytes(const std::string& path, const std::string& bytes) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    return load(path);
}

void check_refusals(const std::string& good, const std::string& path) {
    using stored::load_error;
    const auto altered = [&](std::size_t at) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        return load_bytes(path, bytes);
    };
    check(load_bytes(path, good) == load_error::none, "a copy");
    check(altered(0) == load_error::not_weights, "magic");
    check(altered(8) == load_error::other_version, "version");
    check(altered(12) == load_error::other_version, "size of the header");
    check(altered(16) == load_error::other_network, "hash of the network");
    check(altered(24) == load_error::wrong_size, "bytes of the floats");
    check(altered(32) == load_error::damaged, "hash of the floats");
    check(altered(64) == load_error::damaged, "the first float");
    check(altered(good.size() - 1) == load_error::damaged, "the last float");
    check(load_bytes(path, good + '\0') == load_error::wrong_size, "a byte more");
    for (std::size_t size = 0; size < good.size(); size += 64)
        check(load_bytes(path, good.substr(0, size)) == load_error::wrong_size, "cut off");
    check(load(path + ".none") == load_error::cannot_open, "no file");
}

void check_bits(const stored::weights& weights) {
    constexpr std::size_t rows = 50;
    static float in[rows * stored::inputs];
    for (std::size_t i = 0; i < rows * stored::inputs; ++i)
        in[i] = static_cast<float>(i % 17) * 0.25f - 2.0f;
    static float batch[rows * stored::outputs];
    static float row[rows * stored::outputs];
    static float one[rows * stored::outputs];
    stored::infer_batch(weights, in, batch, rows);
    for (std::size_t r = 0; r < rows; ++r) {
        stored::infer(weights, in + r * stored::inputs, row + r * stored::outputs);
        one_row::infer(in + r * stored::inputs, one + r * stored::outputs);
    }
    check(std::memcmp(batch, row, sizeof row) == 0, "rows of a batch");
    check(std::memcmp(one, row, sizeof row) == 0, "the bits of embedded weights");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::string from = argv[1];
    const std::string stored_file = from + "/stored.weights";
    stored::weights weights;
    check(weights.load(stored_file.c_str()), stored::message(weights.error()));
    check(reinterpret_cast<std::size_t>(weights.data()) % 16 == 0, "alignment");
    check(stored::self_test(weights), "self-test");
    check_bits(weights);
    stored::weights moved = std::move(weights);
    check(stored::self_test(moved), "self-test of moved weights");
    check(moved.load(stored_file.c_str()) && stored::self_test(moved), "loaded again");

    check(one_row::self_test(), "self-test of a single row");
    forms::many::weights many;
    check(many.load((from + "/many_rows.weights").c_str()), "load");
    check(forms::many::self_test(many), "self-test of batches");
    check(load(from + "/other.weights") == stored::load_error::wrong_size, "another network");

    check_refusals(read(stored_file), std::string(argv[2]) + "/altered.weights");

    stored_weights c_weights;
    check(stored_load(&c_weights, argv[2]) != 0, "a folder");
    check(stored_load(&c_weights, stored_file.c_str()) == 0, "load from C");
    check(stored_self_test(&c_weights) == 1, "self-test from C");
    float in[stored_inputs] = {};
    float out[stored_outputs];
    float expected[stored_outputs];
    stored_infer(&c_weights, in, out);
    stored::infer(moved, in, expected);
    check(std::memcmp(out, expected, sizeof out) == 0, "a row from C");
    stored_release(&c_weights);
    stored_release(&c_weights);
    std::printf("%d wrong\n", failures);
    return failures == 0 ? 0 : 1;
}
