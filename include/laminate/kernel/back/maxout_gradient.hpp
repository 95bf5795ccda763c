// SPDX-License-Identifier: MIT
#pragma once

// The gradient of maxout's pieces: that of the output for the piece that was the maximum, the first
// of equals, and 0 for all others. Needs what kernel/forward/maxout.hpp read and wrote, and
// gradients that lie like its rows. Reads Units outputs of each row; writes exactly the pieces of
// these.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// dx = dy where x is y, else 0, and then the epilogue, for all pieces.
template <class P, std::size_t Units, std::size_t Pieces, std::size_t UnitStep,
          std::size_t PieceStep, class Epilogue>
constexpr void maxout_gradient(const float* x, std::size_t x_stride, const float* y,
                               const float* dy, std::size_t y_stride, float* dx, std::size_t rows,
                               const Epilogue& epilogue) {
    const typename P::reg zero = P::splat(0.0f);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t u = 0; u < Units; u += P::lanes) {
            const std::size_t count = Units - u < P::lanes ? Units - u : P::lanes;
            const typename P::reg best = load_some<P>(y + row * y_stride + u, count);
            typename P::reg left = load_some<P>(dy + row * y_stride + u, count);
            for (std::size_t j = 0; j < Pieces; ++j) {
                const std::size_t unit = u * UnitStep + j * PieceStep;
                const std::size_t at = row * x_stride + unit;
                const typename P::mask less = P::less(load_some<P>(x + at, count), best);
                const typename P::reg gradient = P::select(less, zero, left);
                left = P::select(less, left, zero);
                store_some<P>(dx + at, finished<P>(epilogue, gradient, dx + at, unit), count);
            }
        }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
