// SPDX-License-Identifier: MIT
#pragma once

// Maxout: y[u] = max over j < Pieces of piece j of unit u (Goodfellow et al., Maxout Networks,
// 2013). Needs piece j of unit u at x[u * UnitStep + j * PieceStep], and UnitStep 1 unless P has
// one lane. Reads and writes exactly Units outputs of each row; a NaN in any piece gives NaN.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "largest.hpp"
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, class Sizes>
LAMINATE_INLINE void maxout(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                            std::size_t y_stride, std::size_t rows) {
    const auto units = sizes.template get<0>();
    const auto pieces = sizes.template get<1>();
    const auto unit_step = sizes.template get<2>();
    const auto piece_step = sizes.template get<3>();
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride;
        float* const to = y + row * y_stride;
        for (std::size_t u = 0; u < units; u += P::lanes) {
            const std::size_t count = units - u < P::lanes ? units - u : P::lanes;
            const bool whole = count == P::lanes;
            const float* const first = from + u * unit_step;
            typename P::reg best = whole ? P::load(first) : P::load_first(first, count);
            for (std::size_t j = 1; j < pieces; ++j) {
                const float* const piece = first + j * piece_step;
                best = max_or_nan<P>(best, whole ? P::load(piece) : P::load_first(piece, count));
            }
            if (whole) {
                P::store(to + u, best);
            } else {
                P::store_first(to + u, best, count);
            }
        }
    }
}

template <class P, std::size_t Units, std::size_t Pieces, std::size_t UnitStep,
          std::size_t PieceStep>
constexpr void maxout(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                      std::size_t rows) {
    static_assert(UnitStep == 1 || P::lanes == 1,
                  "Laminate: a maxout over units that aren't adjacent needs the scalar pack");
    maxout<P>(constants<Units, Pieces, UnitStep, PieceStep>{}, x, x_stride, y, y_stride, rows);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
