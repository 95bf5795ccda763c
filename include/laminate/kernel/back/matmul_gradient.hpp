// SPDX-License-Identifier: MIT
#pragma once

// Matrix products of two values while training, where each row of a matrix begins a line, and the
// ways back: y = s a b gives da = s dy b' and db = s a' dy. Needs Count matrices of each operand in
// every row, a [Rows, Inner] and b [Inner, Columns].
//
// The contract on bits: y as kernel/forward/matmul.hpp has it; each element of da is one chain of
// fma over Columns, each of db one over Rows, in rising order from 0 on, times s.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../../pack/scalar.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <std::size_t Count, std::size_t Rows, std::size_t Inner, std::size_t Columns>
struct padded_matmul {
    static constexpr std::size_t left = whole_lines(Inner); // floats from a row of a to the next
    static constexpr std::size_t right = whole_lines(Columns);
    static constexpr std::size_t a_floats = Count * Rows * left;
    static constexpr std::size_t b_floats = Count * Inner * right;
    static constexpr std::size_t y_floats = Count * Rows * right;
    using one = pack::scalar;

    template <class P>
    static void forward(const float* a, const float* b, float* y, std::size_t rows, float scale) {
        for (std::size_t c = 0; c < rows * Count; ++c, a += Rows * left, b += Inner * right)
            for (std::size_t i = 0; i < Rows; ++i, y += right)
                for (std::size_t j = 0; j < right; j += P::lanes) {
                    typename P::reg sum = P::splat(0.0f);
                    for (std::size_t k = 0; k < Inner; ++k)
                        sum = P::fma(P::splat(a[i * left + k]), P::load(b + k * right + j), sum);
                    P::store(y + j, P::mul(sum, P::splat(scale)));
                }
    }

    template <bool Adds>
    static void to_left(const float* dy, const float* b, float* da, std::size_t rows, float scale) {
        for (std::size_t c = 0; c < rows * Count; ++c, dy += Rows * right, b += Inner * right)
            for (std::size_t i = 0; i < Rows; ++i, da += left)
                for (std::size_t k = 0; k < Inner; ++k) {
                    float sum = 0.0f;
                    for (std::size_t j = 0; j < Columns; ++j)
                        sum = one::fma(dy[i * right + j], b[k * right + j], sum);
                    const float all = one::mul(sum, scale);
                    da[k] = Adds ? one::add(da[k], all) : all;
                }
    }

    template <class P, bool Adds>
    static void to_right(const float* dy, const float* a, float* db, std::size_t rows,
                         float scale) {
        for (std::size_t c = 0; c < rows * Count; ++c, dy += Rows * right, a += Rows * left)
            for (std::size_t k = 0; k < Inner; ++k, db += right)
                for (std::size_t j = 0; j < right; j += P::lanes) {
                    typename P::reg sum = P::splat(0.0f);
                    for (std::size_t i = 0; i < Rows; ++i)
                        sum = P::fma(P::splat(a[i * left + k]), P::load(dy + i * right + j), sum);
                    const typename P::reg all = P::mul(sum, P::splat(scale));
                    P::store(db + j, Adds ? P::add(P::load(db + j), all) : all);
                }
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
