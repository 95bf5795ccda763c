// SPDX-License-Identifier: MIT
#pragma once

// The gradient of maxout's pieces: that of the output for the piece that was the maximum, the first
// of equals, and 0 for all others. Needs gradients that lie like the rows of their values. Reads
// Units outputs of each row; writes exactly the pieces of these.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "backward_rows.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// dx = dy where x is y, else 0, and then the epilogue, for all pieces.
template <class P, std::size_t Units, std::size_t Pieces, std::size_t UnitStep,
          std::size_t PieceStep, class Epilogue>
constexpr void maxout_gradient(const backward_rows& g, const Epilogue& epilogue) {
    const typename P::reg zero = P::splat(0.0f);
    for (std::size_t row = 0; row < g.rows; ++row)
        for (std::size_t u = 0; u < Units; u += P::lanes) {
            const std::size_t count = Units - u < P::lanes ? Units - u : P::lanes;
            const typename P::reg best = load_some<P>(g.y.first + row * g.y.stride + u, count);
            typename P::reg left = load_some<P>(g.dy.first + row * g.dy.stride + u, count);
            for (std::size_t j = 0; j < Pieces; ++j) {
                const std::size_t unit = u * UnitStep + j * PieceStep;
                const float* const x = g.x.first + row * g.x.stride + unit;
                float* const dx = g.dx.first + row * g.dx.stride + unit;
                const typename P::mask less = P::less(load_some<P>(x, count), best);
                const typename P::reg gradient = P::select(less, zero, left);
                left = P::select(less, left, zero);
                store_some<P>(dx, finished<P>(epilogue, gradient, dx, unit), count);
            }
        }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
