// SPDX-License-Identifier: MIT
#pragma once

// Moves numbers: y[i][j][k] = x[Begin + i * stride + j * stride + k * stride] over three axes, of
// which each may begin and end with elements that are filled in. Axes are given by their extent in
// y, their stride in x, how many elements are filled in first, and how many then come from x.
// Writes exactly Units floats of each row, and reads none but those that it moves. Bits stay.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "sizes.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Floats one behind the other, or with a stride.
template <class P, class Stride, class Count>
LAMINATE_INLINE void move_line(Stride stride, Count count, const float* x, float* y) {
    std::size_t i = 0;
    if (stride == 1)
        for (; i + P::lanes <= count; i += P::lanes)
            P::store(y + i, P::load(x + i));
    for (; i < count; ++i)
        y[i] = x[i * stride];
}
LAMINATE_INLINE void fill_line(float* y, std::size_t count, float value) {
    for (std::size_t i = 0; i < count; ++i)
        y[i] = value;
}

// An axis, the sizes from number First on.
template <std::size_t First, class Sizes>
struct moved_axis {
    decltype(Sizes{}.template get<First>()) extent;
    decltype(Sizes{}.template get<First + 1>()) stride;
    decltype(Sizes{}.template get<First + 2>()) before;
    decltype(Sizes{}.template get<First + 3>()) inside;
};
template <std::size_t First, class Sizes>
LAMINATE_INLINE moved_axis<First, Sizes> axis_in(const Sizes& sizes) {
    return {sizes.template get<First>(), sizes.template get<First + 1>(),
            sizes.template get<First + 2>(), sizes.template get<First + 3>()};
}

template <class P, class Sizes>
LAMINATE_INLINE void move(const Sizes& sizes, const float* x, std::size_t x_stride, float* y,
                          std::size_t y_stride, std::size_t rows, float filling) {
    const auto outer = axis_in<2>(sizes);
    const auto middle = axis_in<6>(sizes);
    const auto inner = axis_in<10>(sizes);
    const std::size_t after = inner.extent - inner.before - inner.inside;
    for (std::size_t row = 0; row < rows; ++row) {
        const float* const from = x + row * x_stride + sizes.template get<1>();
        float* to = y + row * y_stride;
        for (std::size_t i = 0; i < outer.extent; ++i) {
            for (std::size_t j = 0; j < middle.extent; ++j, to += inner.extent) {
                // An index before the first wraps around, and is no smaller than any extent.
                const bool inside =
                    i - outer.before < outer.inside && j - middle.before < middle.inside;
                if (!inside) {
                    fill_line(to, inner.extent, filling);
                    continue;
                }
                const float* const line =
                    from + (i - outer.before) * outer.stride + (j - middle.before) * middle.stride;
                fill_line(to, inner.before, filling);
                move_line<P>(inner.stride, inner.inside, line, to + inner.before);
                fill_line(to + inner.before + inner.inside, after, filling);
            }
        }
    }
}

template <class P, std::size_t Units, std::size_t Begin, std::size_t Extent0, std::size_t Stride0,
          std::size_t Before0, std::size_t Inside0, std::size_t Extent1, std::size_t Stride1,
          std::size_t Before1, std::size_t Inside1, std::size_t Extent2, std::size_t Stride2,
          std::size_t Before2, std::size_t Inside2>
constexpr void move(const float* x, std::size_t x_stride, float* y, std::size_t y_stride,
                    std::size_t rows, float filling) {
    static_assert(Units == Extent0 * Extent1 * Extent2, "Laminate: a move writes all units");
    using sizes = constants<Units, Begin, Extent0, Stride0, Before0, Inside0, Extent1, Stride1,
                            Before1, Inside1, Extent2, Stride2, Before2, Inside2>;
    move<P>(sizes{}, x, x_stride, y, y_stride, rows, filling);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
