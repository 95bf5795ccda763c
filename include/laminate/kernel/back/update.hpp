// SPDX-License-Identifier: MIT
#pragma once

// A step of an optimiser over parameters as packed: one pass that reads the gradient and writes
// parameters and moments. Needs whole lines, and moments that start as zeros. Promises each element
// on its own, so any order gives the same bits, and that padding whose gradient is 0 stays 0.

#include <cstddef>

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

// What a rule makes of gradient g: parameter w and moments m and v are changed in place.
struct sgd_rule {
    float minus_rate;
    float momentum;
    float ahead; // momentum where the step looks ahead (Nesterov), else 0
    bool nesterov;

    template <class P>
    LAMINATE_INLINE void operator()(P, typename P::reg& w, typename P::reg g, typename P::reg& m,
                                    typename P::reg&) const {
        m = P::fma(P::splat(momentum), m, g);
        const typename P::reg step = nesterov ? P::fma(P::splat(ahead), m, g) : m;
        w = P::fma(P::splat(minus_rate), step, w);
    }
};
struct rmsprop_rule {
    float minus_rate;
    float keep; // decay
    float rise; // 1 - decay
    float epsilon;

    template <class P>
    LAMINATE_INLINE void operator()(P, typename P::reg& w, typename P::reg g, typename P::reg& m,
                                    typename P::reg&) const {
        m = P::fma(P::mul(P::splat(rise), g), g, P::mul(P::splat(keep), m));
        const typename P::reg root = P::add(P::sqrt(m), P::splat(epsilon));
        w = P::fma(P::splat(minus_rate), P::div(g, root), w);
    }
};
struct adam_rule {
    float minus_rate;
    float rise1; // 1 - beta1
    float keep2; // beta2
    float rise2; // 1 - beta2
    float epsilon;

    template <class P>
    LAMINATE_INLINE void operator()(P, typename P::reg& w, typename P::reg g, typename P::reg& m,
                                    typename P::reg& v) const {
        m = P::fma(P::splat(rise1), P::sub(g, m), m);
        v = P::fma(P::mul(P::splat(rise2), g), g, P::mul(P::splat(keep2), v));
        const typename P::reg root = P::add(P::sqrt(v), P::splat(epsilon));
        w = P::fma(P::splat(minus_rate), P::div(m, root), w);
    }
};

// What comes before the rule. Of parameters that don't decay, all but the first two are 0.
struct penalty {
    float scale; // of the gradient; 1 is none
    float bound; // on each number of it
    float l1;
    float l2;
    float decay; // share of the parameter that is taken off it
};

template <class P>
LAMINATE_INLINE typename P::reg penalised(typename P::reg g, typename P::reg w, const penalty& p) {
    const typename P::reg zero = P::splat(0.0f);
    g = P::mul(g, P::splat(p.scale));
    g = P::max(P::splat(-p.bound), P::min(P::splat(p.bound), g));
    g = P::fma(P::splat(p.l2), w, g);
    const typename P::reg sign_of = P::copysign(P::splat(p.l1), w);
    return P::add(g, P::select(P::less(zero, P::abs(w)), sign_of, zero));
}

// `floats` parameters at w, whole lines. Rules with one moment leave v alone; it may be null.
template <class P, std::size_t Moments, class Rule>
constexpr void update(float* w, const float* g, float* m, float* v, std::size_t floats,
                      const Rule rule, const penalty p) {
    for (std::size_t i = 0; i < floats; i += P::lanes) {
        typename P::reg weight = P::load(w + i);
        typename P::reg first = P::load(m + i);
        typename P::reg second = first;
        if constexpr (Moments > 1) second = P::load(v + i);
        const typename P::reg gradient = penalised<P>(P::load(g + i), weight, p);
        weight = P::fma(P::splat(-p.decay), weight, weight);
        rule(P{}, weight, gradient, first, second);
        P::store(w + i, weight);
        P::store(m + i, first);
        if constexpr (Moments > 1) P::store(v + i, second);
    }
}

// to += from: `floats` of both, whole lines.
template <class P>
constexpr void add_to(float* to, const float* from, std::size_t floats) {
    for (std::size_t i = 0; i < floats; i += P::lanes)
        P::store(to + i, P::add(P::load(to + i), P::load(from + i)));
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
