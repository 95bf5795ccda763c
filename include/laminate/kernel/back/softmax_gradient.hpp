// SPDX-License-Identifier: MIT
#pragma once

// Gradients of the inputs of softmax, dx[i] = y[i] * (dy[i] - sum over j of y[j] * dy[j]), and of
// log_softmax, dx[i] = dy[i] - exp(y[i]) * sum over j of dy[j]; or of each of Groups equal parts of
// a row. Needs rows in whole lines, zeros in the padding of dy. Writes exactly Width floats of each
// row; dx may be dy.
//
// The contract on bits: the sum is 16 chains of fma, term i in chain i % 16 in rising order, added
// as a tree (l and l + 8, then + 4, + 2, + 1).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../forward/chain.hpp"
#include "../forward/exp.hpp"
#include "../forward/softmax.hpp"
#include "backward_rows.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What each makes of y and dy: a term of the sum, and the result with the sum.
struct share_gradient {
    template <class P>
    static LAMINATE_INLINE typename P::reg add(P, typename P::reg y, typename P::reg dy,
                                               typename P::reg sum) {
        return P::fma(y, dy, sum);
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg result(P, typename P::reg y, typename P::reg dy,
                                                  typename P::reg sum) {
        return P::mul(y, P::sub(dy, sum));
    }
};
struct log_share_gradient {
    template <class P>
    static LAMINATE_INLINE typename P::reg add(P, typename P::reg, typename P::reg dy,
                                               typename P::reg sum) {
        return P::add(dy, sum);
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg result(P pack, typename P::reg y, typename P::reg dy,
                                                  typename P::reg sum) {
        return P::fma(exp::not_positive(pack, y), P::sub(P::splat(0.0f), sum), dy);
    }
};

template <class P, std::size_t Width, class Form>
LAMINATE_INLINE typename P::reg gradient_sum(const float* y, const float* dy) {
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
        sum[g] = Form::add(P{}, a, b, sum[g]);
    }
    return fold_sum<P, partial_sums>(sum);
}

template <class P, std::size_t Width, std::size_t Groups, class Form, class Epilogue>
constexpr void softmax_gradient(const float* y, const float* dy, std::size_t y_stride, float* dx,
                                std::size_t dx_stride, std::size_t rows, const Epilogue& epilogue) {
    if constexpr (Groups > 1) {
        // Groups begin within a line, epilogues want whole ones: they come afterwards.
        constexpr std::size_t part = Width / Groups;
        alignas(64) float in[whole_lines(Width)] = {};
        for (std::size_t row = 0; row < rows; ++row) {
            float* const to = dx + row * dx_stride;
            softmax_gradient<P, part, 1, Form>(y + row * y_stride, dy + row * y_stride, part, in,
                                               part, Groups, compose());
            for (std::size_t i = 0; i < Width; i += P::lanes) {
                const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
                store_some<P>(to + i, finished<P>(epilogue, P::load(in + i), to + i, i), count);
            }
        }
    } else {
        for (std::size_t row = 0; row < rows; ++row) {
            const float* const out = y + row * y_stride;
            const float* const gradient = dy + row * y_stride;
            float* const to = dx + row * dx_stride;
            const typename P::reg sum = gradient_sum<P, Width, Form>(out, gradient);
            for (std::size_t i = 0; i < Width; i += P::lanes) {
                const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
                const typename P::reg in = Form::result(P{}, load_some<P>(out + i, count),
                                                        load_some<P>(gradient + i, count), sum);
                store_some<P>(to + i, finished<P>(epilogue, in, to + i, i), count);
            }
        }
    }
}

template <class P, std::size_t Width, std::size_t Groups, class Epilogue>
constexpr void softmax_gradient(const backward_rows& g, const Epilogue& epilogue) {
    softmax_gradient<P, Width, Groups, share_gradient>(g.y.first, g.dy.first, g.y.stride,
                                                       g.dx.first, g.dx.stride, g.rows, epilogue);
}
template <class P, std::size_t Width, std::size_t Groups, class Epilogue>
constexpr void log_softmax_gradient(const backward_rows& g, const Epilogue& epilogue) {
    softmax_gradient<P, Width, Groups, log_share_gradient>(
        g.y.first, g.dy.first, g.y.stride, g.dx.first, g.dx.stride, g.rows, epilogue);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
