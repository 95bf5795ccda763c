// SPDX-License-Identifier: MIT
#pragma once

// Where a run went wrong: the first layer, in the order of computing, that holds a number which is
// infinite or NaN. Needs the trainer of the step, and its rows. Promises a phrase for people.

#include <algorithm>
#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "layer_values.hpp"
#include "trainer.hpp"

namespace laminate {

namespace detail {

template <class Parameters>
bool is_finite(const Parameters& p) {
    if constexpr (requires { p.weights; })
        for (std::size_t o = 0; o < p.weights.outputs(); ++o)
            for (std::size_t i = 0; i < p.weights.inputs(); ++i)
                if (!std::isfinite(p.weights(o, i))) return false;
    if constexpr (requires { p.bias; })
        for (std::size_t o = 0; o < p.bias.size(); ++o)
            if (!std::isfinite(p.bias[o])) return false;
    if constexpr (requires { p.slope; })
        for (std::size_t o = 0; o < p.slope.size(); ++o)
            if (!std::isfinite(p.slope[o])) return false;
    return true;
}

// The places of the first and the last layer whose parameters, or gradients, aren't finite; both
// are `none` if all are.
struct not_finite {
    std::size_t first = ir::none;
    std::size_t last = ir::none;
};
template <class Layers>
not_finite find_not_finite(const Layers& layers) {
    not_finite found;
    std::size_t index = 0;
    boost::hana::for_each(layers, [&](const auto& parameters) {
        if (!is_finite(parameters)) {
            if (found.first == ir::none) found.first = index;
            found.last = index;
        }
        ++index;
    });
    return found;
}

// Views of numbers that are packed as a model's parameters are, such as gradients.
template <declared Network>
auto layers_at(const float* packed) {
    constexpr const auto& plan = plan_of<Network, ir::fusion::on>;
    return []<std::size_t... I>(const float* at, std::index_sequence<I...>) {
        return boost::hana::make_tuple(parameters_of<plan, I + 1>(at)...);
    }
    (packed, std::make_index_sequence<plan.nodes.size() - 1>{});
}

template <declared Network>
std::string layer_text(std::size_t index) {
    return sentence("layer ", index, ", ",
                    ir::text::layer(plan_of<Network, ir::fusion::on>.nodes[index + 1]));
}

template <declared Network, template <std::size_t> class Storage>
std::size_t first_value_not_finite(const basic_model<Network, Storage>& model,
                                   std::span<const float> x) {
    layer_values<Network> values(x.size() / basic_model<Network, Storage>::inputs);
    values.run(model, x);
    for (std::size_t s = 0; s < values.count; ++s)
        for (std::size_t row = 0; row < values.rows(); ++row)
            for (std::size_t unit = 0; unit < values.units(s); ++unit)
                if (!std::isfinite(values(s, row, unit))) return values.layer(s);
    return ir::none;
}

} // namespace detail

// After a step whose result wasn't finite, on the rows of that step: "the output of layer 2, relu".
template <class Network, template <std::size_t> class Storage, loss Loss, optimiser Optimiser,
          pack::words P>
[[nodiscard]] std::string
first_divergence(const trainer<basic_model<Network, Storage>, Loss, Optimiser, P>& trainer,
                 std::span<const float> x) {
    const auto finite = [](float v) { return std::isfinite(v); };
    if (!std::all_of(x.begin(), x.end(), finite)) return "the inputs";
    const auto& model = std::as_const(trainer.model());
    if (const auto bad = detail::find_not_finite(model.layers()); bad.first != ir::none)
        return "the parameters of " + detail::layer_text<Network>(bad.first);
    if (const std::size_t layer = detail::first_value_not_finite(model, x); layer != ir::none)
        return "the output of " + detail::layer_text<Network>(layer);
    // Gradients come from behind.
    if (const auto bad =
            detail::find_not_finite(detail::layers_at<Network>(trainer.gradient().data()));
        bad.last != ir::none)
        return "the gradient of " + detail::layer_text<Network>(bad.last);
    return "the loss";
}

} // namespace laminate
