// SPDX-License-Identifier: MIT
#pragma once

// The gradient of what a sum, a mean or a mean of squares is taken over
// (kernel/forward/reduction.hpp): of every unit that of the result, that over Width, or that over
// Width times twice the unit. Reads and writes exactly Width floats of each row, and one of the
// result's; dx lies as x does.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, std::size_t Width, bool Mean, bool Squares, class Epilogue>
constexpr void reduction_gradient(const float* x, std::size_t x_stride, const float* dy,
                                  std::size_t dy_stride, float* dx, std::size_t dx_stride,
                                  std::size_t rows, const Epilogue& epilogue) {
    for (std::size_t row = 0; row < rows; ++row) {
        typename P::reg each = P::splat(dy[row * dy_stride]);
        if constexpr (Mean) each = P::div(each, P::splat(static_cast<float>(Width)));
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            typename P::reg gradient = each;
            if constexpr (Squares) {
                const typename P::reg a = load_some<P>(x + row * x_stride + i, count);
                gradient = P::mul(each, P::add(a, a));
            }
            float* const to = dx + row * dx_stride + i;
            store_some<P>(to, finished<P>(epilogue, gradient, to, i), count);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
