// SPDX-License-Identifier: MIT
#pragma once

// Starting weights whose rows, or columns if there are fewer, are orthogonal and of length 1, times
// a gain: signals keep their length however deep the network. Needs normal numbers. Promises the
// same bits everywhere, because every sum is a chain of fma in double.
// Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning", 2014.

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../base/standard.hpp"
#include "normal.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

inline double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum = std::fma(a[i], b[i], sum);
    return sum;
}

// Modified Gram-Schmidt, twice, since once leaves what cancellation leaves (Giraud et al., 2005:
// twice is enough).
inline void orthogonalise(std::span<double> vectors, std::size_t count, std::size_t length) {
    for (std::size_t v = 0; v < count; ++v) {
        const std::span<double> one = vectors.subspan(v * length, length);
        for (int turn = 0; turn < 2; ++turn) {
            for (std::size_t w = 0; w < v; ++w) {
                const std::span<const double> other = vectors.subspan(w * length, length);
                const double along = dot(one, other);
                for (std::size_t i = 0; i < length; ++i)
                    one[i] = std::fma(-along, other[i], one[i]);
            }
        }
        const double size = std::sqrt(dot(one, one));
        for (double& x : one)
            x /= size;
    }
}

} // namespace detail

struct orthogonal {
    template <class Weights>
    static void fill(Weights weights, double gain, random_source& random) {
        constexpr std::size_t inputs = Weights::inputs();
        constexpr std::size_t outputs = Weights::outputs();
        constexpr bool by_rows = outputs <= inputs;
        constexpr std::size_t count = by_rows ? outputs : inputs;
        constexpr std::size_t length = by_rows ? inputs : outputs;
        std::vector<double> vectors(count * length);
        for (double& x : vectors)
            x = normal(random);
        detail::orthogonalise(vectors, count, length);
        for (std::size_t v = 0; v < count; ++v)
            for (std::size_t i = 0; i < length; ++i)
                (by_rows ? weights(v, i) : weights(i, v)) =
                    static_cast<float>(gain * vectors[v * length + i]);
    }
};

} // namespace laminate::inline LAMINATE_ISA
