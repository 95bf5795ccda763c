// SPDX-License-Identifier: MIT
#pragma once

// Elementwise functors on single floats, on any pack. Needs a functor f(pack, x, unit).
// Promises to fail where the lanes of a register disagree.

#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/random.hpp"

#include <array>
#include <limits>
#include <vector>

namespace laminate::test {

// Lane 0 of a register whose lanes must agree.
template <class P>
float one_lane(typename P::reg a) {
    std::array<float, P::lanes> y = {};
    P::store(y.data(), a);
    for (float lane : y)
        if (!same_bits(lane, y[0])) FAIL("lanes differ");
    return y[0];
}

// f(x)
template <class P, class Function>
float apply(const Function& f, float x) {
    return one_lane<P>(f(P{}, P::splat(x), 0));
}

// f'(x); where the functor says that it doesn't need x, it gets NaN.
template <class P, class Function>
float derivative(const Function& f, float x) {
    const float given =
        Function::derivative_needs_input ? x : std::numeric_limits<float>::quiet_NaN();
    return one_lane<P>(f.derivative(P{}, P::splat(given), f(P{}, P::splat(x), 0), 0));
}

// Special floats, common ones, and any.
inline std::vector<float> all_sorts() {
    using limits = std::numeric_limits<float>;
    std::vector<float> x;
    for (float f : {0.0f, limits::infinity(), limits::quiet_NaN(), 1.0f, 3.0f, 6.0f, 0.5f,
                    limits::denorm_min(), limits::min(), limits::max()})
        x.insert(x.end(), {f, -f});
    random r(7);
    for (int i = 0; i < 20'000; ++i)
        x.push_back(i % 2 == 0 ? r.any() : r.uniform(8.0f));
    return x;
}

// The number of floats of all sorts where `f` differs from `formula`.
template <class P, class Function, class Formula>
int differences(const Function& f, const Formula& formula) {
    int found = 0;
    for (float x : all_sorts()) {
        const float y = apply<P>(f, x);
        if (!same_bits(y, formula(x)) && found++ < 5)
            UNSCOPED_INFO(std::hexfloat << "f(" << x << ") is " << y << ", not " << formula(x));
    }
    return found;
}

} // namespace laminate::test
