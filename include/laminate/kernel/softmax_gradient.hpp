// SPDX-License-Identifier: MIT
#pragma once

// The gradient of softmax's inputs: dx[i] = y[i] * (dy[i] - sum over j of y[j] * dy[j]). Needs rows
// in whole lines, zeros in the padding of dy. Reads and writes exactly Width floats of each row; dx
// may be dy.
//
// The contract on bits: the sum is 16 chains of fma, term i in chain i % 16 in rising order, added
// as a tree (l and l + 8, then + 4, + 2, + 1).

#include <cstddef>

#include "../base/compiler.hpp"
#include "maxout_gradient.hpp"
#include "softmax.hpp"

namespace laminate::kernel {

template <class P, std::size_t Width>
LAMINATE_INLINE typename P::reg weighted_sum(const float* y, const float* dy) {
    constexpr std::size_t registers = partial_sums / P::lanes;
    typename P::reg sum[registers] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
    for (std::size_t i = 0; i < Width; i += P::lanes) {
        const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
        typename P::reg a = load_some<P>(y + i, count);
        typename P::reg b = load_some<P>(dy + i, count);
        if (count < P::lanes) {
            a = P::select(P::first(count), a, P::splat(0.0f));
            b = P::select(P::first(count), b, P::splat(0.0f));
        }
        const std::size_t g = i / P::lanes % registers;
        sum[g] = P::fma(a, b, sum[g]);
    }
    return fold_sum<P, partial_sums>(sum);
}

template <class P, std::size_t Width, class Epilogue>
constexpr void softmax_gradient(const float* y, const float* dy, std::size_t y_stride, float* dx,
                                std::size_t dx_stride, std::size_t rows, const Epilogue& epilogue) {
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const out = y + row * y_stride;
        const float* const gradient = dy + row * y_stride;
        float* const to = dx + row * dx_stride;
        const typename P::reg sum = weighted_sum<P, Width>(out, gradient);
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            const typename P::reg in = P::mul(load_some<P>(out + i, count),
                                              P::sub(load_some<P>(gradient + i, count), sum));
            store_some<P>(to + i, finished<P>(epilogue, in, to + i, i), count);
        }
    }
}

} // namespace laminate::kernel
