// SPDX-License-Identifier: MIT
#pragma once

// Numbers of a shape, as files of arrays (.npy, IDX) hold them. Needs readers that check sizes.
// Promises values that are row-major.

#include <cstddef>
#include <vector>

#include "../base/compiler.hpp"

namespace laminate::inline LAMINATE_ISA {

struct array {
    std::vector<std::size_t> shape; // the first extent counts rows; empty: one number
    std::vector<float> values;

    [[nodiscard]] std::size_t rows() const { return shape.empty() ? 1 : shape[0]; }

    friend bool operator==(const array&, const array&) = default;
};

// The same in double, for who computes in it; `whole` numbers may stand for positions or sizes.
struct double_array {
    std::vector<std::size_t> shape;
    std::vector<double> values;
    bool whole = false;
};

// The most bytes of a file of data that are read.
inline constexpr std::size_t max_array_file = std::size_t{1} << (sizeof(std::size_t) > 4 ? 32 : 30);

} // namespace laminate::inline LAMINATE_ISA
