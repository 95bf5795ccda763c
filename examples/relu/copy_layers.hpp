// SPDX-License-Identifier: MIT
#pragma once

// Copies parameters from one model to another. Needs layers of equal shapes. Promises every weight,
// bias and slope as it is.

#include <cstddef>
#include <utility>

namespace relu {

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

} // namespace relu
