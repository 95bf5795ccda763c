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

    // f of each number, output by output.
    template <class Function>
    constexpr void each(Function f) const {
        for (std::size_t o = 0; o < Outputs; ++o)
            for (std::size_t i = 0; i < Inputs; ++i)
                f((*this)(o, i));
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

    template <class Function>
    constexpr void each(Function f) const {
        for (std::size_t u = 0; u < Units; ++u)
            f((*this)[u]);
    }

private:
    Float* packed_;
};

// each(f): f of each tensor's view, in the order of ir::of(kind).learned.
template <class Weights, class Bias>
struct dense_parameters {
    Weights weights;
    Bias bias;

    template <class Function>
    constexpr void each(const Function& f) const {
        f(weights);
        f(bias);
    }
};
template <class Weights>
struct dense_weights {
    Weights weights;

    template <class Function>
    constexpr void each(const Function& f) const {
        f(weights);
    }
};
template <class Slope>
struct prelu_parameters {
    Slope slope;

    template <class Function>
    constexpr void each(const Function& f) const {
        f(slope);
    }
};
template <class Vector>
struct affine_parameters {
    Vector scale;
    Vector shift;

    template <class Function>
    constexpr void each(const Function& f) const {
        f(scale);
        f(shift);
    }
};
template <class Vector>
struct scale_parameters {
    Vector scale;

    template <class Function>
    constexpr void each(const Function& f) const {
        f(scale);
    }
};
struct no_parameters {
    template <class Function>
    constexpr void each(const Function&) const {}
};
// Of a layer that isn't there, so that no second error follows.
struct any_parameters : no_parameters {
    matrix_view<float, 1, 1, 1> weights{nullptr};
    vector_view<float, 1, 1> bias{nullptr};
    vector_view<float, 1, 1> slope{nullptr};
    vector_view<float, 1, 1> scale{nullptr};
    vector_view<float, 1, 1> shift{nullptr};
};

namespace detail {

// The view of tensor K of node Index of Plan on parameters that start at `packed`.
template <class Plan, std::size_t Index, std::size_t K, class Float>
constexpr auto tensor_view(Float* packed) {
    constexpr ir::tensor t = Plan::value.tensor_of(Index, K);
    constexpr std::size_t pieces = Plan::value.values[Index].pieces;
    if constexpr (t.how == ir::packing::panels)
        return matrix_view<Float, t.extents.extent[0], t.extents.extent[1], pieces>(packed +
                                                                                    t.begin);
    else
        return vector_view < Float, t.extents.size(),
               t.how == ir::packing::units ? pieces : 1 > (packed + t.begin);
}

// That of the whole node.
template <class Plan, std::size_t Index, class Float>
constexpr auto views_of(Float* packed) {
    constexpr ir::node n = Plan::value.nodes[Index];
    if constexpr (n.kind == ir::op::dense && n.bias) {
        return dense_parameters{tensor_view<Plan, Index, 0>(packed),
                                tensor_view<Plan, Index, 1>(packed)};
    } else if constexpr (n.kind == ir::op::dense) {
        return dense_weights{tensor_view<Plan, Index, 0>(packed)};
    } else if constexpr (n.kind == ir::op::affine || n.kind == ir::op::layer_norm) {
        return affine_parameters{tensor_view<Plan, Index, 0>(packed),
                                 tensor_view<Plan, Index, 1>(packed)};
    } else if constexpr (n.kind == ir::op::rms_norm) {
        return scale_parameters{tensor_view<Plan, Index, 0>(packed)};
    } else if constexpr (n.kind == ir::op::prelu) {
        return prelu_parameters{tensor_view<Plan, Index, 0>(packed)};
    } else {
        static_assert(Plan::value.tensors_of(Index) == 0,
                      "Laminate: model/views.hpp lacks the view of a kind that learns; add it");
        return no_parameters{};
    }
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA
