// SPDX-License-Identifier: MIT
#pragma once

// A layer along another axis than the last: sum(axis<0>), softmax(axis<1>). Needs a layer that
// appends one node. Promises to append three, of which those cost nothing that move nothing: the
// axis becomes the last one, and afterwards again what it was.

#include <cstddef>
#include <utility>

#include "../base/compiler.hpp"
#include "../ir/builder.hpp"
#include "../ir/kind/table.hpp"
#include "branches.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

// An axis of a row, from 0 on.
template <std::size_t Axis>
struct axis_t {};
template <std::size_t Axis>
inline constexpr axis_t<Axis> axis{};

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {

template <class Layer, std::size_t Axis>
struct along : layer_base {
    static constexpr bool starts = false;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const std::size_t rank = to.output(value).rank;
        if (rank != 0 && Axis >= rank) to.refuse({ir::mistake_kind::axis_outside, Axis, rank});
        ir::node exchange = {.kind = ir::op::transpose};
        exchange.axes.rank = rank;
        for (std::size_t k = 0; k < rank; ++k)
            exchange.axes.extent[k] = k;
        if (Axis < rank) std::swap(exchange.axes.extent[Axis], exchange.axes.extent[rank - 1]);
        const std::size_t turned = to.append(exchange, value);
        return to.append(exchange, detail::appends<Layer>::to(to, turned));
    }
};

// The largest of all units.
struct largest : layer_base {
    static constexpr bool starts = false;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        return to.append(ir::largest_of(width(to.output(value))), value);
    }

    template <std::size_t Axis>
    constexpr along<largest, Axis> operator()(axis_t<Axis>) const {
        return {};
    }
};

} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {
inline constexpr layers::largest largest{};
} // namespace laminate::inline LAMINATE_ISA
