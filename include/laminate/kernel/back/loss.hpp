// SPDX-License-Identifier: MIT
#pragma once

// Losses that are a sum over the numbers of a row, and their gradients. Needs rows in whole lines,
// and targets one row behind the other. Reads exactly Width floats of each row of outputs and
// targets; writes exactly Width gradients of each row, times the row's scale.
//
// The contract on bits: a row's loss is 16 chains of fma, term i in chain i % 16 in rising order,
// added as a tree (l and l + 8, then + 4, + 2, + 1).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "../forward/exp.hpp"
#include "../forward/log.hpp"
#include "../forward/sigmoid.hpp"
#include "../forward/softmax.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What a number adds to its row's loss is a product, so that it is added by fma.
template <class P>
struct loss_term {
    typename P::reg value;
    typename P::reg times;
    typename P::reg gradient; // by the output
};

// (y - t)^2
struct squared_error {
    template <class P>
    LAMINATE_INLINE loss_term<P> operator()(P, typename P::reg y, typename P::reg t, std::size_t,
                                            std::size_t) const {
        const typename P::reg e = P::sub(y, t);
        return {e, e, P::add(e, e)};
    }
};

// |y - t|, whose slope at 0 is taken as 0
struct absolute_error {
    template <class P>
    LAMINATE_INLINE loss_term<P> operator()(P, typename P::reg y, typename P::reg t, std::size_t,
                                            std::size_t) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg e = P::sub(y, t);
        const typename P::reg size = P::abs(e);
        const typename P::reg sign_of = P::copysign(P::splat(1.0f), e);
        return {size, P::splat(1.0f), P::select(P::less(zero, size), sign_of, zero)};
    }
};

// e^2 / 2 where |e| <= delta, else delta * (|e| - delta / 2), with e = y - t  (Huber, 1964)
struct huber_error {
    float delta;

    template <class P>
    LAMINATE_INLINE loss_term<P> operator()(P, typename P::reg y, typename P::reg t, std::size_t,
                                            std::size_t) const {
        const typename P::reg e = P::sub(y, t);
        const typename P::reg size = P::abs(e);
        const typename P::reg inside = P::min(P::splat(delta), size);
        // inside * (size - inside / 2), which is both
        return {inside, P::fma(P::splat(-0.5f), inside, size), P::copysign(inside, e)};
    }
};

// -c t ln p - (1 - t) ln(1 - p), where p = sigmoid(x), from x: with a softplus for each logarithm,
// ln(1 + e^-|x|) + max(+-x, 0), nothing overflows or is lost. c is the weight of positives, one for
// each output, or 1.
struct logistic_error {
    const float* positive; // null: 1

    template <class P>
    LAMINATE_INLINE loss_term<P> operator()(P pack, typename P::reg x, typename P::reg t,
                                            std::size_t unit, std::size_t count) const {
        const typename P::reg zero = P::splat(0.0f);
        const typename P::reg one = P::splat(1.0f);
        const typename P::reg away = P::sub(zero, P::abs(x));
        const typename P::reg rest = log_1p_of_unit(pack, exp::not_positive(pack, away));
        const typename P::reg weight =
            positive == nullptr ? one : load_some<P>(positive + unit, count);
        const typename P::reg yes = P::mul(weight, t);
        const typename P::reg no = P::sub(one, t);
        // softplus(-x) and softplus(x)
        const typename P::reg if_yes = P::add(P::max(zero, P::sub(zero, x)), rest);
        const typename P::reg if_no = P::add(P::max(zero, x), rest);
        const typename P::reg p = sigmoid{}(pack, x);
        return {P::fma(yes, if_yes, P::mul(no, if_no)), one,
                P::fma(P::fma(weight, t, no), p, P::sub(zero, yes))};
    }
};

// The losses of `rows` rows, and, unless dy is null, the gradients, which go through the epilogue.
template <class P, std::size_t Width, class Term, class Epilogue>
constexpr void row_losses(const float* y, std::size_t y_stride, const float* targets,
                          const float* scales, float* losses, float* dy, std::size_t rows,
                          const Term& term, const Epilogue& epilogue) {
    constexpr std::size_t registers = partial_sums / P::lanes;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const out = y + row * y_stride;
        const float* const target = targets + row * Width;
        const typename P::reg scale = P::splat(scales[row]);
        typename P::reg sum[registers] = {};
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = P::splat(0.0f);
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            loss_term<P> l =
                term(P{}, load_some<P>(out + i, count), load_some<P>(target + i, count), i, count);
            if (count < P::lanes) l.value = P::select(P::first(count), l.value, P::splat(0.0f));
            const std::size_t g = i / P::lanes % registers;
            sum[g] = P::fma(l.value, l.times, sum[g]);
            if (dy != nullptr) {
                float* const to = dy + row * y_stride + i;
                store_some<P>(to, finished<P>(epilogue, P::mul(l.gradient, scale), to, i), count);
            }
        }
        float lane[P::lanes] = {};
        P::store(lane, fold_sum<P, partial_sums>(sum));
        losses[row] = lane[0];
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
