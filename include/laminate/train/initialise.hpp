// SPDX-License-Identifier: MIT
#pragma once

// Starting values for a model's parameters, from a seed. Needs a model. Promises the same bits for
// the same seed on every machine, also in constant expressions.

#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <cstdint>

#include "../model/model.hpp"
#include "random.hpp"

namespace laminate {

namespace detail {

// The square root by Newton's method from above, until it no longer falls. (std::sqrt isn't
// constexpr in C++20.)
constexpr double square_root(double x) {
    double root = x < 1.0 ? 1.0 : x;
    for (double next = 0.5 * (root + x / root); next < root; next = 0.5 * (root + x / root))
        root = next;
    return root;
}

} // namespace detail

// How wide the weights of a dense layer spread, evenly in [-limit, limit).
struct he_uniform { // sqrt(6 / inputs), for the ReLU family (He et al., 2015)
    static constexpr double limit(std::size_t inputs, std::size_t) {
        return detail::square_root(6.0 / static_cast<double>(inputs));
    }
};
struct glorot_uniform { // sqrt(6 / (inputs + outputs)), for tanh and sigmoid (Glorot, Bengio, 2010)
    static constexpr double limit(std::size_t inputs, std::size_t outputs) {
        return detail::square_root(6.0 / static_cast<double>(inputs + outputs));
    }
};

namespace detail {

template <class Rule>
struct initialiser {
    random_source& random;

    constexpr void operator()(no_parameters) const {}
    template <class Slope>
    constexpr void operator()(prelu_parameters<Slope> p) const {
        for (std::size_t i = 0; i < p.slope.size(); ++i)
            p.slope[i] = 0.25f;
    }
    template <class Vector>
    constexpr void operator()(affine_parameters<Vector> p) const {
        for (std::size_t i = 0; i < p.scale.size(); ++i) {
            p.scale[i] = 1.0f;
            p.shift[i] = 0.0f;
        }
    }
    template <class Weights>
    constexpr void operator()(dense_weights<Weights> p) const {
        const auto limit = static_cast<float>(Rule::limit(Weights::inputs(), Weights::outputs()));
        for (std::size_t o = 0; o < Weights::outputs(); ++o)
            for (std::size_t i = 0; i < Weights::inputs(); ++i)
                p.weights(o, i) = random.uniform(limit);
    }
    template <class Weights, class Bias>
    constexpr void operator()(dense_parameters<Weights, Bias> p) const {
        (*this)(dense_weights<Weights>{p.weights});
        for (std::size_t i = 0; i < Bias::size(); ++i)
            p.bias[i] = 0.0f;
    }
};

} // namespace detail

// Sets every parameter: weights by Rule, biases to 0, slopes of prelu to 0.25 (He et al., 2015),
// affine layers to the identity.
template <class Rule = he_uniform, declared Network, template <std::size_t> class Storage>
constexpr void initialise(basic_model<Network, Storage>& model, std::uint64_t seed) {
    random_source random(seed);
    boost::hana::for_each(model.layers(), detail::initialiser<Rule>{random});
}

} // namespace laminate
