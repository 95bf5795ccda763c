// SPDX-License-Identifier: MIT
#pragma once

// The gradient of what layer_norm and rms_norm normalise (kernel/forward/norm.hpp). With z the
// normalised row, r what it was multiplied with and g = dy * scale, it is r (g - m - z p), where p
// is the mean of g z, and m that of g for layer_norm, else 0; of each of Groups equal parts of a
// row. Needs z in whole lines. Reads and writes exactly Width floats of each row; dx lies as x
// does.
//
// The contract on bits: means are those of kernel/forward/reduction.hpp, g and g z rounded first;
// what is multiplied with r is (g - m) - z p with one rounding for each sign.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "../forward/norm.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// Of Width units of a row; what each pointer points to begins at the first of them.
template <class P, std::size_t Width, bool Centred>
LAMINATE_INLINE void normalise_part_gradient(const float* x, const float* z, const float* scale,
                                             const float* dy, float* dx, float epsilon) {
    constexpr constant<Width> width{};
    typename P::reg square = P::splat(0.0f);
    if constexpr (Centred)
        square = row_mean<P>(width, x, add_centred_square<P>{row_mean<P>(width, x, add_unit{})});
    else
        square = row_mean<P>(width, x, add_square{});
    const typename P::reg r = inverse_root<P>(square, epsilon);
    float g[Width] = {};
    float gz[Width] = {};
    for (std::size_t i = 0; i < Width; i += P::lanes) {
        const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
        const typename P::reg each =
            P::mul(load_some<P>(dy + i, count), load_some<P>(scale + i, count));
        store_some<P>(g + i, each, count);
        store_some<P>(gz + i, P::mul(each, load_some<P>(z + i, count)), count);
    }
    const typename P::reg p = P::sub(P::splat(0.0f), row_mean<P>(width, gz, add_unit{}));
    typename P::reg m = P::splat(0.0f);
    if constexpr (Centred) m = row_mean<P>(width, g, add_unit{});
    for (std::size_t i = 0; i < Width; i += P::lanes) {
        const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
        const typename P::reg left = P::sub(load_some<P>(g + i, count), m);
        store_some<P>(dx + i, P::mul(r, P::fma(load_some<P>(z + i, count), p, left)), count);
    }
}

template <class P, std::size_t Width, std::size_t Groups, bool Centred, class Epilogue>
constexpr void normalise_gradient(const float* x, std::size_t x_stride, const float* z,
                                  const float* scale, const float* dy, std::size_t y_stride,
                                  float* dx, std::size_t dx_stride, std::size_t rows, float epsilon,
                                  const Epilogue& epilogue) {
    constexpr std::size_t part = Width / Groups;
    // Parts begin within a line, epilogues want whole ones: they come afterwards.
    alignas(64) float in[whole_lines(Width)] = {};
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t u = 0; u < Width; u += part)
            normalise_part_gradient<P, part, Centred>(x + row * x_stride + u,
                                                      z + row * y_stride + u, scale + u,
                                                      dy + row * y_stride + u, in + u, epsilon);
        float* const to = dx + row * dx_stride;
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            store_some<P>(to + i, finished<P>(epilogue, P::load(in + i), to + i, i), count);
        }
    }
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
