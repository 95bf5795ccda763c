// SPDX-License-Identifier: MIT
#pragma once

// Rows of values that training keeps, unit by unit in the network's order, whatever their order in
// memory. Needs the memory to live. Promises not to read padding.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

class row_view {
public:
    row_view() = default;
    row_view(const float* first, std::size_t rows, std::size_t stride, std::size_t units,
             std::size_t pieces)
        : first_(first), rows_(rows), stride_(stride), units_(units), pieces_(pieces) {}

    // 0 where the values aren't kept.
    std::size_t rows() const { return rows_; }
    std::size_t units() const { return units_; }
    float operator()(std::size_t row, std::size_t unit) const {
        return first_[row * stride_ + unit_position(units_, pieces_, unit)];
    }

private:
    const float* first_ = nullptr;
    std::size_t rows_ = 0;
    std::size_t stride_ = 0;
    std::size_t units_ = 0;
    std::size_t pieces_ = 1;
};

} // namespace laminate::inline LAMINATE_ISA
