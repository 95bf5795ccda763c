// SPDX-License-Identifier: MIT
#pragma once

// Where the first number is that isn't finite, after a step that wasn't. Needs views of what the
// step computed. Promises the order in which it was computed: of each layer its parameters, then
// its values; then, from the last layer back, gradients of values and of parameters.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"
#include "row_view.hpp"

namespace laminate::inline LAMINATE_ISA {

enum class divergence_kind : std::uint8_t { none, parameter, value, loss, gradient };

constexpr const char* name(divergence_kind kind) {
    constexpr const char* names[] = {"none", "parameter", "value", "loss", "gradient"};
    return names[static_cast<std::size_t>(kind)];
}

struct divergence {
    divergence_kind what = divergence_kind::none;
    std::size_t layer = 0; // as in model.layer<layer>()
    std::size_t row = 0;   // of the batch, for a value or the gradient of one

    explicit operator bool() const { return what != divergence_kind::none; }
};

namespace training {

inline bool all_finite(std::span<const float> floats) {
    for (const float f : floats)
        if (!std::isfinite(f)) return false;
    return true;
}

// The first row with a number that isn't finite, or their count.
inline std::size_t first_bad_row(const row_view& rows) {
    for (std::size_t r = 0; r < rows.rows(); ++r)
        for (std::size_t u = 0; u < rows.units(); ++u)
            if (!std::isfinite(rows(r, u))) return r;
    return rows.rows();
}

} // namespace training

} // namespace laminate::inline LAMINATE_ISA
