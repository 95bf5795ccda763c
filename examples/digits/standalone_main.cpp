// SPDX-License-Identifier: MIT

// Runs the generated source on images from a file. The demo compiles it, together with that source
// alone, to compare all bits. Needs C++17 and the generated digits.hpp, and nothing of Laminate.
// Promises, for `images` rows in the file given first, their outputs in the file given second: by
// digits::infer, then once more by digits::infer_batch; then what a row takes, by either.

#include "digits.hpp"
#include "timing.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <vector>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    std::ifstream in(argv[1], std::ios::binary | std::ios::ate);
    if (!in) return 1;
    const auto bytes = static_cast<std::size_t>(in.tellg());
    const std::size_t rows = bytes / (digits::inputs * sizeof(float));

    std::vector<float> images(rows * digits::inputs);
    in.seekg(0);
    in.read(reinterpret_cast<char*>(images.data()), static_cast<std::streamsize>(bytes));

    const std::size_t size = rows * digits::outputs;
    std::vector<float> answers(2 * size);
    for (std::size_t row = 0; row < rows; ++row) {
        digits::infer(images.data() + row * digits::inputs, answers.data() + row * digits::outputs);
    }
    digits::infer_batch(images.data(), answers.data() + size, rows);

    std::vector<float> thrown_away(rows * digits::outputs);
    const auto times = demo::compare(
        rows,
        [&] {
            for (std::size_t row = 0; row < rows; ++row) {
                digits::infer(images.data() + row * digits::inputs,
                              thrown_away.data() + row * digits::outputs);
                demo::keep(thrown_away.data());
            }
        },
        [&] {
            for (std::size_t row = 0; row < rows; row += demo::rows_of_batch) {
                digits::infer_batch(images.data() + row * digits::inputs,
                                    thrown_away.data() + row * digits::outputs,
                                    std::min(rows - row, demo::rows_of_batch));
                demo::keep(thrown_away.data());
            }
        });

    std::ofstream out(argv[2], std::ios::binary);
    out.write(reinterpret_cast<const char*>(answers.data()),
              static_cast<std::streamsize>(answers.size() * sizeof(float)));
    out.write(reinterpret_cast<const char*>(times.data()), sizeof times);
    return out.flush() ? 0 : 1;
}
