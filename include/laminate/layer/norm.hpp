// SPDX-License-Identifier: MIT
#pragma once

// layer_norm: (x - m) / sqrt(v + E) * scale + shift, where m and v are mean and variance of the
// row; rms_norm: x / sqrt(s + E) * scale, where s is the mean of its squares. E is 1e-5 unless
// given: layer_norm(epsilon<1e-3f>); with groups<G> each of G parts of the row is normalised by
// itself. sum, mean, mean_square and largest make one
// unit of a row, sum(axis<0>) one of another axis than the last. rsqrt(epsilon<E>) is 1 / sqrt(x +
// E); E is 0 unless given. Needs nothing. Promises the order of sums that
// kernel/forward/reduction.hpp states.

#include <cstddef>

#include "../base/compiler.hpp"
#include "along.hpp"
#include "options.hpp"
#include "softmax.hpp"

namespace laminate::layers {
struct sum : layer_base {
    static constexpr ir::node node = {.kind = ir::op::sum};

    template <std::size_t Axis>
    constexpr along<sum, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};
struct mean : layer_base {
    static constexpr ir::node node = {.kind = ir::op::mean};

    template <std::size_t Axis>
    constexpr along<mean, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};
// The mean of squares.
struct mean_square : layer_base {
    static constexpr ir::node node = {.kind = ir::op::mean_square};

    template <std::size_t Axis>
    constexpr along<mean_square, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};

template <ir::op Kind, std::size_t Groups = 1,
          activation_options Options = activation_options{.alpha = 1e-5f}>
struct norm : layer_base {
    static constexpr ir::node node = {.kind = Kind, .groups = Groups, .alpha = Options.alpha};

    template <std::size_t Count, class... Given>
    constexpr auto operator()(groups_t<Count>, Given... given) const {
        return norm<Kind, Count, Options>{}(given...);
    }
    template <class... Given>
    constexpr auto operator()(Given...) const {
        return norm<Kind, Groups, detail::with<norm, Given...>(Options)>{};
    }
};

template <activation_options Options = activation_options{}>
struct rsqrt : layer_base {
    static constexpr ir::node node = {.kind = ir::op::rsqrt, .alpha = Options.alpha};

    template <class... Given>
    constexpr auto operator()(Given...) const {
        return rsqrt<detail::with<rsqrt, Given...>(Options)>{};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <activation_options O, float V>
inline constexpr bool takes<layers::rsqrt<O>, layers::epsilon<V>> = true;
template <ir::op K, std::size_t G, activation_options O, float V>
inline constexpr bool takes<layers::norm<K, G, O>, layers::epsilon<V>> = true;
} // namespace detail

inline constexpr layers::norm<ir::op::layer_norm> layer_norm{};
inline constexpr layers::norm<ir::op::rms_norm> rms_norm{};
inline constexpr layers::sum sum{};
inline constexpr layers::mean mean{};
inline constexpr layers::mean_square mean_square{};
inline constexpr layers::rsqrt<> rsqrt{};

} // namespace laminate::inline LAMINATE_ISA
