// SPDX-License-Identifier: MIT
#pragma once

// Softmax of a row: y[i] = exp(x[i] - m) / sum over j of exp(x[j] - m), where m is the row's
// maximum; or of each of Groups equal parts of a row. Needs at least one unit. Reads and writes
// exactly Width floats of each row; y may be x.
//
// The contract on bits: the sum is 16 partial sums, term i in partial sum i % 16 in rising order,
// added as a tree (l and l + 8, then + 4, + 2, + 1). Subtracting the maximum keeps every exp in
// [0, 1], so nothing overflows; padded lanes take no part. A NaN or +inf anywhere, or -inf
// everywhere, gives NaN everywhere (in its group), as in PyTorch.
//
// Error: that of exp, of the subtraction (|x[i] - m| / 2 ulp of y[i] at most), of the sum (4 +
// Width / 16 roundings) and of the division.

#include <cstddef>
#include <limits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../pack/group.hpp"
#include "beside.hpp"
#include "exp.hpp"
#include "fold.hpp"
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

inline constexpr std::size_t partial_sums = 16;

// The least power of two that is Count or more, and 16 at most.
constexpr std::size_t places(std::size_t count) {
    std::size_t n = 1;
    while (n < count && n < partial_sums)
        n *= 2;
    return n;
}

// Rows that fit a register together: Rows of them, `places` lanes for each.
template <class P, std::size_t Width, std::size_t Rows>
struct rows_together {
    static constexpr std::size_t width = P::lanes / Rows;

    template <std::size_t First, std::size_t Count>
    static LAMINATE_INLINE typename P::reg load(const float* x, std::size_t stride) {
        if constexpr (Count == 1) {
            return P::load_first(x + First * stride, Width);
        } else {
            constexpr std::size_t half = Count / 2;
            return P::template joined<half * width>(load<First, half>(x, stride),
                                                    load<First + half, half>(x, stride));
        }
    }
    template <std::size_t First>
    static LAMINATE_INLINE void store(float* y, std::size_t stride, typename P::reg a) {
        P::store_first(y + First * stride, a, Width);
        if constexpr (First + 1 < Rows) store<First + 1>(y, stride, P::template shifted<width>(a));
    }
};

// What softmax makes of d = x - m and e = exp(d): e of the first pass, over the sum of all.
struct share {
    template <class P>
    static LAMINATE_INLINE typename P::reg kept(P, typename P::reg, typename P::reg e) {
        return e;
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg of_sum(P, typename P::reg sum) {
        return sum;
    }
    template <class P>
    static LAMINATE_INLINE typename P::reg result(P, typename P::reg e, typename P::reg sum) {
        return P::div(e, sum);
    }
};

// The next rows: Rows of them fit a register together, and as many registers as there are At are
// computed side by side.
template <class P, std::size_t Width, std::size_t Rows, class Form, std::size_t... At>
LAMINATE_INLINE void softmax_together(const float* x, std::size_t x_stride, float* y,
                                      std::size_t y_stride, std::index_sequence<At...>) {
    using rows = rows_together<P, Width, Rows>;
    using all = pack::group<P, sizeof...(At)>;
    using reg = typename all::reg;
    constexpr float inf = std::numeric_limits<float>::infinity();
    const auto inside = all::template first_of_each<rows::width>(Width);
    // (Were it const, GCC 12 would try to compute it, and break down where a generated source has
    // several instruction sets.)
    reg in = {{rows::template load<0, Rows>(x + At * Rows * x_stride, x_stride)...}};
    const reg maximum = fold_maximum<all, places(Width)>(all::select(inside, in, all::splat(-inf)));
    const reg d = all::sub(in, maximum);
    const reg e = all::select(inside, exp::not_positive(all{}, d), all::splat(0.0f));
    reg sum = e;
    const reg total = Form::of_sum(all{}, fold_sum<all, places(Width)>(&sum));
    const reg result = Form::result(all{}, Form::kept(all{}, d, e), total);
    (rows::template store<0>(y + At * Rows * y_stride, y_stride, result.at[At]), ...);
}

// All rows: Registers registers at once as long as there are rows for them.
template <class P, std::size_t Width, std::size_t Registers, std::size_t Rows, class Form>
LAMINATE_INLINE void softmax_short(const float* x, std::size_t x_stride, float* y,
                                   std::size_t y_stride, std::size_t rows) {
    constexpr std::size_t at_once = Registers * Rows;
    std::size_t row = 0;
    for (; row + at_once <= rows; row += at_once)
        softmax_together<P, Width, Rows, Form>(x + row * x_stride, x_stride, y + row * y_stride,
                                               y_stride, std::make_index_sequence<Registers>{});
    if constexpr (at_once > 1)
        softmax_short<P, Width, 1, Registers == 1 ? 1 : Rows, Form>(
            x + row * x_stride, x_stride, y + row * y_stride, y_stride, rows - row);
}

template <class P, class Width>
LAMINATE_INLINE typename P::reg row_maximum(Width width, const float* x) {
    constexpr std::size_t tail = units_left<P, Width>;
    const typename P::reg lowest = P::splat(-std::numeric_limits<float>::infinity());
    typename P::reg best = lowest;
    for (std::size_t i = 0; i + P::lanes <= width; i += P::lanes)
        best = P::max(best, P::load(x + i));
    if constexpr (tail > 0)
        best =
            P::max(best, P::select(P::first(tail), P::load_first(x + width - tail, tail), lowest));
    return fold_maximum<P, P::lanes>(best);
}

// Rows that fill a register at least, as many as there are At.
template <class P, class Form, class Width, std::size_t... At>
LAMINATE_INLINE void softmax_beside(Width width, const float* x, std::size_t x_stride, float* y,
                                    std::size_t y_stride, std::index_sequence<At...>) {
    using all = rows_beside<P, At...>;
    using reg = typename all::reg;
    constexpr std::size_t tail = units_left<P, Width>;
    const std::size_t whole = width - tail;
    constexpr std::size_t registers = partial_sums / P::lanes;
    const all in = {{}, x, x_stride};
    const all kept = {{}, y, y_stride};
    reg maximum = {{row_maximum<P>(width, x + At * x_stride)...}}; // (not const: see above)
    reg sum[registers] = {};
    LAMINATE_UNROLL for (std::size_t g = 0; g < registers; ++g) sum[g] = all::splat(0.0f);
    for (std::size_t i = 0; i < whole; i += P::lanes) {
        const reg d = all::sub(in.load(i), maximum);
        const reg e = exp::not_positive(all{}, d);
        const reg keeps = Form::kept(all{}, d, e);
        (P::store(y + At * y_stride + i, keeps.at[At]), ...);
        sum[i / P::lanes % registers] = all::add(sum[i / P::lanes % registers], e);
    }
    reg last = all::splat(0.0f); // kept in registers: a partial store can't forward
    if constexpr (tail > 0) {
        const reg d = all::sub(in.load_first(whole, tail), maximum);
        const reg e = all::select(all::template first_of_each<P::lanes>(tail),
                                  exp::not_positive(all{}, d), last);
        const std::size_t g = whole / P::lanes % registers;
        sum[g] = all::add(sum[g], e);
        last = Form::kept(all{}, d, e);
    }
    const reg total = Form::of_sum(all{}, fold_sum<all, partial_sums>(sum));
    for (std::size_t i = 0; i < whole; i += P::lanes) {
        const reg result = Form::result(all{}, kept.load(i), total);
        (P::store(y + At * y_stride + i, result.at[At]), ...);
    }
    if constexpr (tail > 0) {
        const reg result = Form::result(all{}, last, total);
        (P::store_first(y + At * y_stride + whole, result.at[At], tail), ...);
    }
}

template <class P, std::size_t Width, std::size_t Groups, class Form>
LAMINATE_INLINE void softmax_rows(const float* x, std::size_t x_stride, float* y,
                                  std::size_t y_stride, std::size_t rows) {
    if constexpr (Groups > 1) {
        constexpr std::size_t part = Width / Groups;
        for (std::size_t row = 0; row < rows; ++row)
            softmax_rows<P, part, 1, Form>(x + row * x_stride, part, y + row * y_stride, part,
                                           Groups);
    } else if constexpr (Width >= P::lanes) {
        constexpr std::size_t beside = pack::at_once<P>;
        std::size_t row = 0;
        for (; row + beside <= rows; row += beside)
            softmax_beside<P, Form>(constant<Width>{}, x + row * x_stride, x_stride,
                                    y + row * y_stride, y_stride,
                                    std::make_index_sequence<beside>{});
        for (; row < rows; ++row)
            softmax_beside<P, Form>(constant<Width>{}, x + row * x_stride, x_stride,
                                    y + row * y_stride, y_stride, std::index_sequence<0>{});
    } else {
        softmax_short<P, Width, pack::at_once<P>, P::lanes / places(Width), Form>(x, x_stride, y,
                                                                                  y_stride, rows);
    }
}

template <class P, class Form>
LAMINATE_INLINE void softmax_rows(const run_time_sizes& sizes, const float* x, std::size_t x_stride,
                                  float* y, std::size_t y_stride, std::size_t rows) {
    const std::size_t width = sizes.get<0>();
    const std::size_t part = over(width, sizes.get<1>());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t unit = 0; unit < width; unit += part)
            softmax_beside<P, Form>(part, x + row * x_stride + unit, part,
                                    y + row * y_stride + unit, part, std::index_sequence<0>{});
}

template <class P>
LAMINATE_INLINE void softmax(const run_time_sizes& sizes, const float* x, std::size_t x_stride,
                             float* y, std::size_t y_stride, std::size_t rows) {
    softmax_rows<P, share>(sizes, x, x_stride, y, y_stride, rows);
}
template <class P, std::size_t Width, std::size_t Groups = 1>
LAMINATE_INLINE void softmax(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                             std::size_t rows) {
    softmax_rows<P, Width, Groups, share>(x, x_stride, y, y_stride, rows);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
