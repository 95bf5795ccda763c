// SPDX-License-Identifier: MIT
// Runs every generated network and compares all output bits with those of the library. Needs C++17
// and the directory that generate_networks wrote, as the first argument and on the include path.
// All sources are one translation unit here: they must not get into each other's way.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

struct network {
    const char* name;
    std::size_t inputs;
    std::size_t outputs;
    void (*infer)(const float*, float*);
    void (*infer_batch)(const float*, float*, std::size_t);
    bool (*self_test)();
};
// Networks of several inputs or outputs.
struct tested {
    const char* name;
    bool (*self_test)() noexcept;
};

} // namespace

#define LAMINATE_INLINE set_aside_and_given_back
#define LAMINATE_TEST_NETWORK(name) \
    { \
#name, generated::name::inputs, generated::name::outputs, generated::name::infer, \
            generated::name::infer_batch, generated::name::self_test \
    }
#include "all.inc"

#define LAMINATE_TEST_TEXT(x) #x
#define LAMINATE_TEST_EXPAND(x) LAMINATE_TEST_TEXT(x)

namespace {

const float guard = -12345.0f;

std::uint32_t bits_of(float number) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    return bits;
}

// Which NaN comes out of two is up to the compiler.
bool same(float a, float b) { return bits_of(a) == bits_of(b) || (a != a && b != b); }

class checker {
public:
    checker(const network& n, std::vector<float> data)
        : n_(n), data_(std::move(data)), rows_(data_.size() / (n.inputs + n.outputs)) {}

    // The first mistake, or nothing.
    std::string run() const {
        if (rows_ < 2) return "no data";
        std::string found;
        for (std::size_t row = 0; row < rows_ && found.empty(); ++row)
            found = check(row, 1, false);
        for (const std::size_t rows :
             {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7},
              std::size_t{23}, std::size_t{24}, std::size_t{25}, rows_})
            if (found.empty()) found = check(rows_ - rows, rows, true);
        if (found.empty() && !n_.self_test()) found = "self_test";
        return found;
    }

private:
    // Rows are copied to an odd place, whose end is the end of the memory, for a sanitizer to see.
    std::string check(std::size_t first, std::size_t rows, bool batch) const {
        std::vector<float> in(1 + rows * n_.inputs);
        if (rows > 0)
            std::memcpy(in.data() + 1, data_.data() + first * n_.inputs,
                        rows * n_.inputs * sizeof(float));
        std::vector<float> out(2 + rows * n_.outputs, guard);
        if (batch) {
            n_.infer_batch(in.data() + 1, out.data() + 1, rows);
        } else {
            n_.infer(in.data() + 1, out.data() + 1);
        }
        if (!same(out.front(), guard) || !same(out.back(), guard)) return "wrote outside its rows";
        const float* const expected = data_.data() + rows_ * n_.inputs + first * n_.outputs;
        for (std::size_t i = 0; i < rows * n_.outputs; ++i)
            if (!same(out[i + 1], expected[i]))
                return (batch ? "batch of " + std::to_string(rows) : std::string("single")) +
                       ", row " + std::to_string(first + i / n_.outputs) + ", output " +
                       std::to_string(i % n_.outputs) + ": expected " +
                       std::to_string(expected[i]) + ", found " + std::to_string(out[i + 1]);
        return {};
    }

    network n_;
    std::vector<float> data_;
    std::size_t rows_;
};

std::vector<float> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return {};
    std::vector<float> data(static_cast<std::size_t>(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(data.data()),
              static_cast<std::streamsize>(data.size() * sizeof(float)));
    return data;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    if (std::strcmp(LAMINATE_TEST_EXPAND(LAMINATE_INLINE), "set_aside_and_given_back") != 0) {
        std::puts("a macro of the user's was lost");
        return 1;
    }
    int wrong = 0;
    for (const network& n : networks) {
        const std::string mistake =
            checker(n, read(std::string(argv[1]) + "/" + n.name + ".bin")).run();
        if (mistake.empty()) continue;
        std::printf("%s: %s\n", n.name, mistake.c_str());
        ++wrong;
    }
    for (const tested& t : several) {
        if (t.self_test()) continue;
        std::printf("%s: self_test\n", t.name);
        ++wrong;
    }
    std::printf("%zu networks, %d wrong\n",
                sizeof networks / sizeof networks[0] + sizeof several / sizeof several[0], wrong);
    return wrong == 0 ? 0 : 1;
}
