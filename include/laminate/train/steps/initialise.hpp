// SPDX-License-Identifier: MIT
#pragma once

// Starting values for a model's parameters, from a seed. Needs a model. Promises the same bits for
// the same seed on every machine, also in constant expressions (but for orthogonal).

#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../base/random.hpp"
#include "../../model/model.hpp"
#include "gain.hpp"
#include "orthogonal.hpp"
#include "spread.hpp"

namespace laminate::inline LAMINATE_ISA {

struct start_options {
    float bias = 0.0f; // a small positive one, such as 0.1, lets every ReLU begin active
};

namespace detail {

constexpr void check(start_options options) {
    if (!(options.bias >= -std::numeric_limits<float>::max() &&
          options.bias <= std::numeric_limits<float>::max()))
        raise({"initialise: expected a finite bias in start_options, found NaN or an infinity"});
}

template <class Rule>
struct initialiser {
    random_source& random;
    start_options options;
    double gain = 1.0; // of the layer's activation, on top of the rule

    constexpr void operator()(no_parameters) const {}
    template <class Slope>
    constexpr void operator()(prelu_parameters<Slope> p) const {
        for (std::size_t i = 0; i < p.slope.size(); ++i)
            p.slope[i] = ir::kind::prelu::start;
    }
    template <class Vector>
    constexpr void operator()(affine_parameters<Vector> p) const {
        for (std::size_t i = 0; i < p.scale.size(); ++i) {
            p.scale[i] = 1.0f;
            p.shift[i] = 0.0f;
        }
    }
    template <class Vector>
    constexpr void operator()(scale_parameters<Vector> p) const {
        for (std::size_t i = 0; i < p.scale.size(); ++i)
            p.scale[i] = 1.0f;
    }
    template <class Weights>
    constexpr void operator()(dense_weights<Weights> p) const {
        start_weights<Rule>(p.weights, gain, random);
    }
    template <class Weights, class Bias>
    constexpr void operator()(dense_parameters<Weights, Bias> p) const {
        start_weights<Rule>(p.weights, gain, random);
        for (std::size_t i = 0; i < Bias::size(); ++i)
            p.bias[i] = options.bias;
    }
};

// The rule of layer Index: He's with the activation's gain where a rectifier follows, else
// Glorot's.
template <std::size_t Index, class Model>
constexpr void start_layer(Model& model, random_source& random, start_options options) {
    constexpr const auto& plan = plan_of<typename Model::network, ir::fusion::on>;
    constexpr ir::node follows = activation_after(plan.nodes, Index + 1);
    if constexpr (ir::of(follows.kind).is.rectifier) {
        constexpr double gain = relu_gain(follows);
        initialiser<lecun_uniform>{random, options, gain}(model.template layer<Index>());
    } else {
        initialiser<glorot_uniform>{random, options}(model.template layer<Index>());
    }
}

} // namespace detail

// Sets every parameter: weights by Rule, biases as asked, slopes of prelu to 0.25 (He et al.,
// 2015), affine layers to the identity. Throws laminate::exception if the bias isn't finite.
template <class Rule = he_uniform, declared Network, template <std::size_t> class Storage>
constexpr void initialise(basic_model<Network, Storage>& model, std::uint64_t seed,
                          start_options options = {}) {
    detail::check(options);
    random_source random(seed);
    boost::hana::for_each(model.layers(), detail::initialiser<Rule>{random, options});
}

// The same, where each dense layer's rule is that of the activation behind it: see gain.hpp.
template <declared Network, template <std::size_t> class Storage>
constexpr void initialise_auto(basic_model<Network, Storage>& model, std::uint64_t seed,
                               start_options options = {}) {
    detail::check(options);
    random_source random(seed);
    constexpr std::size_t layers = detail::plan_of<Network, ir::fusion::on>.nodes.size() - 1;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (detail::start_layer<I>(model, random, options), ...);
    }
    (std::make_index_sequence<layers>{});
}

// A new model of `network` that starts so.
template <declared Network>
[[nodiscard]] model<Network> initialised(Network, std::uint64_t seed, start_options options = {}) {
    model<Network> m;
    initialise_auto(m, seed, options);
    return m;
}

} // namespace laminate::inline LAMINATE_ISA
