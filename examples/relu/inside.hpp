// SPDX-License-Identifier: MIT
#pragma once

// What goes on inside a model: the values behind any of its layers, and copies of layers from one
// model to another. Needs a model of a plain stack. Promises the bits that the whole model
// computes.

#include <laminate/laminate.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace relu {

namespace detail {

template <class... Layers, std::size_t... I>
constexpr auto first_layers(laminate::stack<Layers...>, std::index_sequence<I...>) {
    return laminate::stack<std::tuple_element_t<I, std::tuple<Layers...>>...>{};
}

} // namespace detail

/// Both are what model.layer<I>() gives, of equal shapes.
template <class To, class From>
void copy_layer(To to, const From& from) {
    if constexpr (requires { to.weights; })
        for (std::size_t o = 0; o < to.weights.outputs(); ++o)
            for (std::size_t i = 0; i < to.weights.inputs(); ++i)
                to.weights(o, i) = from.weights(o, i);
    if constexpr (requires { to.bias; })
        for (std::size_t i = 0; i < to.bias.size(); ++i)
            to.bias[i] = from.bias[i];
    if constexpr (requires { to.slope; })
        for (std::size_t i = 0; i < to.slope.size(); ++i)
            to.slope[i] = from.slope[i];
}
/// The first Count layers, counted after the input.
template <std::size_t Count, class To, class From>
void copy_layers(To& to, const From& from) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (copy_layer(to.template layer<I>(), from.template layer<I>()), ...);
    }
    (std::make_index_sequence<Count>{});
}

/// Values behind layer Last (counted as in model.layer<Last>()), unit by unit, one row behind the
/// other.
template <std::size_t Last, class Network>
std::vector<float> values_behind(const laminate::model<Network>& model, std::span<const float> x) {
    laminate::model part(detail::first_layers(Network{}, std::make_index_sequence<Last + 2>{}));
    copy_layers<Last + 1>(part, model);
    using part_type = decltype(part);
    std::vector<float> out(x.size() / part_type::inputs * part_type::outputs);
    part.batch(x, out);
    return out;
}

/// The share of values that are 0.
inline double share_of_zeros(const std::vector<float>& values) {
    return static_cast<double>(std::count(values.begin(), values.end(), 0.0f)) /
           static_cast<double>(values.size());
}
/// The share of units that are above 0 for no row.
inline double share_never_positive(const std::vector<float>& values, std::size_t units) {
    std::size_t never = 0;
    for (std::size_t u = 0; u < units; ++u) {
        bool positive = false;
        for (std::size_t i = u; i < values.size(); i += units)
            positive = positive || values[i] > 0;
        never += positive ? 0U : 1U;
    }
    return static_cast<double>(never) / static_cast<double>(units);
}

} // namespace relu
