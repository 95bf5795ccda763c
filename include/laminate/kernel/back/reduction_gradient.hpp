// SPDX-License-Identifier: MIT
#pragma once

// The gradient of what a sum, a mean or a mean of squares is taken over
// (kernel/forward/reduction.hpp): of every unit that of the result, that over Width, or that over
// Width times twice the unit. Reads and writes exactly Width floats of each row, and one of the
// result's; dx lies as x does.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../forward/chain.hpp"
#include "backward_rows.hpp"
#include "some.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

template <class P, std::size_t Width, bool Mean, bool Squares, class Epilogue>
constexpr void reduction_gradient(const backward_rows& g, const Epilogue& epilogue) {
    for (std::size_t row = 0; row < g.rows; ++row) {
        typename P::reg each = P::splat(g.dy.first[row * g.dy.stride]);
        if constexpr (Mean) each = P::div(each, P::splat(static_cast<float>(Width)));
        for (std::size_t i = 0; i < Width; i += P::lanes) {
            const std::size_t count = Width - i < P::lanes ? Width - i : P::lanes;
            typename P::reg gradient = each;
            if constexpr (Squares) {
                const typename P::reg a = load_some<P>(g.x.first + row * g.x.stride + i, count);
                gradient = P::mul(each, P::add(a, a));
            }
            float* const to = g.dx.first + row * g.dx.stride + i;
            store_some<P>(to, finished<P>(epilogue, gradient, to, i), count);
        }
    }
}

template <class P, std::size_t Units, std::size_t Width, class Epilogue>
constexpr void sum_gradient(const backward_rows& g, const Epilogue& epilogue) {
    reduction_gradient<P, Width, false, false>(g, epilogue);
}
template <class P, std::size_t Units, std::size_t Width, class Epilogue>
constexpr void mean_gradient(const backward_rows& g, const Epilogue& epilogue) {
    reduction_gradient<P, Width, true, false>(g, epilogue);
}
template <class P, std::size_t Units, std::size_t Width, class Epilogue>
constexpr void mean_square_gradient(const backward_rows& g, const Epilogue& epilogue) {
    reduction_gradient<P, Width, true, true>(g, epilogue);
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
