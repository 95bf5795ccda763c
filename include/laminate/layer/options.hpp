// SPDX-License-Identifier: MIT
#pragma once

// Named options of layers, as in relu(max_value<6.0f>, threshold<1.0f>). Needs float template
// arguments. Promises one readable error for an option that a layer doesn't have.

#include <limits>

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

// The numbers that an activation may have; each layer names those it takes.
struct activation_options {
    float alpha = 0.0f;
    float beta = 0.0f;
    float min_value = -std::numeric_limits<float>::infinity();
    float max_value = std::numeric_limits<float>::infinity();
    float threshold = 0.0f;
};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
template <float Value>
struct max_value {
    static constexpr void set(activation_options& o) { o.max_value = Value; }
};
template <float Value>
struct threshold {
    static constexpr void set(activation_options& o) { o.threshold = Value; }
};
template <float Value>
struct negative_slope {
    static constexpr void set(activation_options& o) { o.alpha = Value; }
};
template <float Value>
struct alpha {
    static constexpr void set(activation_options& o) { o.alpha = Value; }
};
template <float Value>
struct epsilon {
    static constexpr void set(activation_options& o) { o.alpha = Value; }
};
template <float Value>
struct beta {
    static constexpr void set(activation_options& o) { o.beta = Value; }
};
template <float Value>
struct min_value {
    static constexpr void set(activation_options& o) { o.min_value = Value; }
};
template <float Value>
struct lambd {
    static constexpr void set(activation_options& o) { o.threshold = Value; }
};
template <float Value>
struct bias {
    static constexpr void set(activation_options& o) { o.beta = Value; }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

template <float Value>
inline constexpr layers::max_value<Value> max_value{};
template <float Value>
inline constexpr layers::threshold<Value> threshold{};
template <float Value>
inline constexpr layers::negative_slope<Value> negative_slope{};
template <float Value>
inline constexpr layers::alpha<Value> alpha{};
template <float Value>
inline constexpr layers::epsilon<Value> epsilon{};
template <float Value>
inline constexpr layers::beta<Value> beta{};
template <float Value>
inline constexpr layers::min_value<Value> min_value{};
template <float Value>
inline constexpr layers::lambd<Value> lambd{};
template <float Value>
inline constexpr layers::bias<Value> bias{};

namespace detail {

template <class Layer, class Option>
inline constexpr bool takes = false;

// NaN differs from itself.
consteval bool are_numbers(const activation_options& o) {
    return o.alpha == o.alpha && o.beta == o.beta && o.min_value == o.min_value &&
           o.max_value == o.max_value && o.threshold == o.threshold;
}

template <class Layer, class... Given>
consteval activation_options with(activation_options options) {
    static_assert(
        (takes<Layer, Given> && ...),
        "Laminate: this layer doesn't have that option; relu takes max_value<>, "
        "negative_slope<> and threshold<>, leaky_relu negative_slope<>, elu, celu, swish "
        "and thresholded_relu alpha<>, hard_sigmoid alpha<> and beta<>, clip min_value<> "
        "and max_value<>, shrink lambd<> and bias<>, rsqrt, layer_norm and rms_norm epsilon<>, pad "
        "value<>");
    if constexpr ((takes<Layer, Given> && ...)) {
        constexpr bool numbers = are_numbers([] {
            activation_options given;
            (Given::set(given), ...);
            return given;
        }());
        static_assert(numbers, "Laminate: an option of this layer is NaN; write a number, or leave "
                               "the option out");
        if constexpr (numbers) (Given::set(options), ...);
    }
    return options;
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
