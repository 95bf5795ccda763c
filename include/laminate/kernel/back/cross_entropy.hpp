// SPDX-License-Identifier: MIT
#pragma once

// The loss of class scores x against a class or probabilities t, -sum of t[k] ln p[k] with
// p = softmax(x), and its gradient by x, p - t. Needs p, and rows in whole lines. Reads exactly
// Width floats of each row; writes exactly Width gradients, times the row's scale.
//
// No logarithm is taken of a p that may have underflowed: -ln p[k] is also
// (largest x - x[k]) - ln(largest p).

#include <cstddef>
#include <cstdint>

#include "../../base/compiler.hpp"
#include "../forward/log.hpp"
#include "../forward/softmax.hpp"
#include "softmax_gradient.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// The rows of a batch, as cross_entropy reads them. dy is null where only the loss is asked for.
struct class_scores {
    const float* x;
    const float* p;
    std::size_t stride;
    const float* scales; // of each row's gradient
    float* losses;       // of each row
    float* dy;
    std::size_t rows;
};

// `a` in lane 0.
template <class P>
LAMINATE_INLINE float first_lane(typename P::reg a) {
    float lane[P::lanes] = {};
    P::store(lane, a);
    return lane[0];
}

// losses[r] = losses[r] - totals[r] * ln(arguments[r]), a register of rows at a time.
template <class P>
LAMINATE_INLINE void subtract_logs(float* losses, const float* arguments, const float* totals,
                                   std::size_t rows) {
    const auto some = [&](std::size_t r, std::size_t count) LAMINATE_INLINE_LAMBDA {
        const typename P::reg log = kernel::log{}(P{}, load_some<P>(arguments + r, count));
        const typename P::reg total = load_some<P>(totals + r, count);
        const typename P::reg loss = load_some<P>(losses + r, count);
        store_some<P>(losses + r, P::fma(P::sub(P::splat(0.0f), total), log, loss), count);
    };
    std::size_t r = 0;
    for (; r + P::lanes <= rows; r += P::lanes)
        some(r, P::lanes);
    if (r < rows) some(r, rows - r);
}

// Rows whose logarithms are taken together.
inline constexpr std::size_t log_rows = 16;

// dy = scale * p, and less the scale at the right class.
template <class P, std::size_t Width>
LAMINATE_INLINE void scaled_row(const float* p, float scale, float* dy) {
    for (std::size_t i = 0; i < Width; i += P::lanes) {
        const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
        store_some<P>(dy + i, P::mul(load_some<P>(p + i, count), P::splat(scale)), count);
    }
}

// Against the class of each row, below Width.
template <class P, std::size_t Width>
constexpr void cross_entropy(const class_scores& s, const std::uint32_t* labels) {
    constexpr float smallest = 0x1p-100f;
    for (std::size_t first = 0; first < s.rows; first += log_rows) {
        const std::size_t rows = s.rows - first < log_rows ? s.rows - first : log_rows;
        float arguments[log_rows] = {};
        float totals[log_rows] = {};
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t row = first + r;
            const float* const x = s.x + row * s.stride;
            const float* const p = s.p + row * s.stride;
            const std::size_t label = labels[row];
            totals[r] = 1.0f;
            arguments[r] = p[label];
            s.losses[row] = 0.0f;
            if (!(p[label] > smallest)) {
                arguments[r] = first_lane<P>(row_maximum<P>(constant<Width>{}, p));
                s.losses[row] = first_lane<P>(row_maximum<P>(constant<Width>{}, x)) - x[label];
            }
            if (s.dy == nullptr) continue;
            float* const dy = s.dy + row * s.stride;
            const float right = (p[label] - 1.0f) * s.scales[row];
            scaled_row<P, Width>(p, s.scales[row], dy);
            dy[label] = right;
        }
        subtract_logs<P>(s.losses + first, arguments, totals, rows);
    }
}

// Against the probabilities of each row, one row behind the other, each times the weight of its
// class where `weights` isn't null.
template <class P, std::size_t Width>
constexpr void cross_entropy(const class_scores& s, const float* targets, const float* weights) {
    constexpr std::size_t registers = partial_sums / P::lanes;
    const typename P::reg zero = P::splat(0.0f);
    for (std::size_t row = 0; row < s.rows; ++row) {
        const float* const x = s.x + row * s.stride;
        const float* const p = s.p + row * s.stride;
        const float* const t = targets + row * Width;
        const typename P::reg highest = row_maximum<P>(constant<Width>{}, x);
        const auto weight = [&](std::size_t i, std::size_t count) LAMINATE_INLINE_LAMBDA {
            return weights == nullptr ? P::splat(1.0f) : load_some<P>(weights + i, count);
        };
        typename P::reg total[registers] = {};
        typename P::reg below[registers] = {};
        LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) total[g] = below[g] = zero;
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            const typename P::reg target = load_some<P>(t + i, count);
            const typename P::reg of_class = weight(i, count);
            const typename P::reg depth = P::sub(highest, load_some<P>(x + i, count));
            const std::size_t g = i / P::lanes % registers; // lanes behind the targets have 0
            total[g] = P::fma(target, of_class, total[g]);
            below[g] = P::fma(P::mul(target, of_class), depth, below[g]);
        }
        const typename P::reg sum = fold_sum<P, partial_sums>(total);
        const float argument = first_lane<P>(row_maximum<P>(constant<Width>{}, p));
        const float all = first_lane<P>(sum);
        s.losses[row] = first_lane<P>(fold_sum<P, partial_sums>(below));
        subtract_logs<P>(s.losses + row, &argument, &all, 1);
        if (s.dy == nullptr) continue;
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            const typename P::reg target = P::sub(zero, load_some<P>(t + i, count));
            const typename P::reg off =
                P::fma(load_some<P>(p + i, count), sum, P::mul(target, weight(i, count)));
            store_some<P>(s.dy + row * s.stride + i, P::mul(off, P::splat(s.scales[row])), count);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
