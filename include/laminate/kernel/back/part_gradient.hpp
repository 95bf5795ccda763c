// SPDX-License-Identifier: MIT
#pragma once

// Gradients of values that are parts of others: of what a concat consists of, and of what a slice
// is taken from. Rows lie anywhere, and only the units of the part are read and written.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// A part of a concat: its gradient is a part of that of all, which starts at dy.
template <class P, std::size_t Units, class Epilogue>
constexpr void part_gradient(const float* dy, std::size_t dy_stride, float* dx,
                             std::size_t dx_stride, std::size_t rows, const Epilogue& epilogue) {
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < Units; i += P::lanes) {
            const std::size_t count = Units - i < P::lanes ? Units - i : P::lanes;
            float* const to = dx + row * dx_stride + i;
            const typename P::reg gradient = load_some<P>(dy + row * dy_stride + i, count);
            store_some<P>(to, finished<P>(epilogue, gradient, to, i), count);
        }
}

// A value of Width units, of which a slice has Units from Begin on: its gradient is that of the
// slice, added to what is there if Adds; else that and zeros.
template <class P, std::size_t Width, std::size_t Begin, std::size_t Units, bool Adds>
constexpr void slice_gradient(const float* dy, std::size_t dy_stride, float* dx,
                              std::size_t dx_stride, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        float* const all = dx + row * dx_stride;
        if constexpr (!Adds)
            for (std::size_t i = 0; i < Width; ++i)
                all[i] = 0.0f;
        for (std::size_t i = 0; i < Units; i += P::lanes) {
            const std::size_t count = Units - i < P::lanes ? Units - i : P::lanes;
            float* const to = all + Begin + i;
            typename P::reg gradient = load_some<P>(dy + row * dy_stride + i, count);
            if constexpr (Adds) gradient = P::add(load_some<P>(to, count), gradient);
            store_some<P>(to, gradient, count);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
