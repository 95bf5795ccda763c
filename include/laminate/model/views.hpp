// SPDX-License-Identifier: MIT
#pragma once

// A model's parameters as users know them: weights(output, input), bias[output], slope[unit],
// whatever their packed order. Needs the plan's placement. Promises views that read and write the
// model's own memory and never its padding; no index is checked.

#include <cstddef>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "../ir/plan.hpp"

namespace laminate::inline LAMINATE_ISA {

// W [Outputs, Inputs]
template <class Float, std::size_t Outputs, std::size_t Inputs, std::size_t Pieces>
class matrix_view {
public:
    constexpr explicit matrix_view(Float* packed) : packed_(packed) {}

    static constexpr std::size_t outputs() { return Outputs; }
    static constexpr std::size_t inputs() { return Inputs; }

    constexpr Float& operator()(std::size_t output, std::size_t input) const {
        constexpr std::size_t stored =
            Pieces == 1 ? Outputs : Pieces * piece_stride(Outputs, Pieces);
        return packed_[weight_position(Inputs, stored, ir::panels(stored),
                                       unit_position(Outputs, Pieces, output), input)];
    }

private:
    Float* packed_;
};

// One number per unit.
template <class Float, std::size_t Units, std::size_t Pieces>
class vector_view {
public:
    constexpr explicit vector_view(Float* packed) : packed_(packed) {}

    static constexpr std::size_t size() { return Units; }

    constexpr Float& operator[](std::size_t unit) const {
        return packed_[unit_position(Units, Pieces, unit)];
    }

private:
    Float* packed_;
};

template <class Weights, class Bias>
struct dense_parameters {
    Weights weights;
    Bias bias;
};
template <class Weights>
struct dense_weights {
    Weights weights;
};
template <class Slope>
struct prelu_parameters {
    Slope slope;
};
template <class Vector>
struct affine_parameters {
    Vector scale;
    Vector shift;
};
struct no_parameters {};

namespace detail {

// The view of node Index of Plan on parameters that start at `packed`.
template <class Plan, std::size_t Index, class Float>
constexpr auto parameters_of(Float* packed) {
    constexpr ir::node n = Plan::value.nodes[Index];
    constexpr ir::parameters at = Plan::value.placed[Index];
    constexpr std::size_t pieces = Plan::value.flows[Index].pieces;
    constexpr std::size_t units = n.output.size();
    using vector = vector_view<Float, units, pieces>;
    if constexpr (n.kind == ir::op::dense) {
        constexpr std::size_t inputs = Plan::value.nodes[n.inputs[0]].output.size();
        const matrix_view<Float, units, inputs, pieces> weights(packed + at.weights);
        if constexpr (n.bias)
            return dense_parameters{weights, vector(packed + at.bias)};
        else
            return dense_weights{weights};
    } else if constexpr (n.kind == ir::op::affine) {
        return affine_parameters{vector(packed + at.slope), vector(packed + at.bias)};
    } else if constexpr (n.kind == ir::op::prelu && n.shared) {
        return prelu_parameters{vector_view<Float, 1, 1>(packed + at.slope)};
    } else if constexpr (n.kind == ir::op::prelu) {
        return prelu_parameters{vector(packed + at.slope)};
    } else {
        return no_parameters{};
    }
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
