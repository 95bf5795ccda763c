// SPDX-License-Identifier: MIT
#pragma once

// softmax: exp(x[i]) / sum of all exp(x[j]), computed as kernel/forward/softmax.hpp says.
// log_softmax: its logarithm. softmax(groups<N>) cuts the row into N groups of equal length, each
// of which is normalised by itself; softmax(axis<0>) is along another axis than the last. Needs
// groups of at least two units. Promises that a NaN makes every output of its group NaN.

#include <cstddef>

#include "../base/compiler.hpp"
#include "along.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

template <std::size_t Count>
struct groups_t {};
template <std::size_t Count>
inline constexpr groups_t<Count> groups{};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
template <std::size_t Groups = 1>
struct softmax : layer_base {
    static constexpr ir::node node = {.kind = ir::op::softmax, .groups = Groups};

    template <std::size_t Count>
    constexpr softmax<Count> operator()(groups_t<Count>) const {
        return {};
    }
    template <std::size_t Axis>
    constexpr along<softmax<Groups>, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};
template <std::size_t Groups = 1>
struct log_softmax : layer_base {
    static constexpr ir::node node = {.kind = ir::op::log_softmax, .groups = Groups};

    template <std::size_t Count>
    constexpr log_softmax<Count> operator()(groups_t<Count>) const {
        return {};
    }
    template <std::size_t Axis>
    constexpr along<log_softmax<Groups>, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::softmax<> softmax{};
inline constexpr layers::log_softmax<> log_softmax{};

} // namespace laminate::inline LAMINATE_ISA
