// SPDX-License-Identifier: MIT
#pragma once

// What a way back by rows reads and writes: x and y, the rows that a kernel read and wrote, the
// gradient by y, and that by x, which it computes. Rows that it needs lie in whole lines.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/rows_at.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

struct backward_rows {
    rows_at<const float> x;
    rows_at<const float> y;
    rows_at<const float> dy;
    rows_at<float> dx;
    std::size_t rows;
    float number; // of the node's, which some kernels take
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
