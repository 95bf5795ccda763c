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
    static constexpr std::size_t reached() { return Outputs; } // outputs, by one input

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

// W [Outputs, Inputs, window], an index for each.
template <class Float, ir::tensor T, ir::node Node>
class window_view {
public:
    constexpr explicit window_view(Float* packed) : packed_(packed) {}

    static constexpr shape extents() { return T.extents; }
    // Of a window's matrix, from which starting values are drawn.
    static constexpr std::size_t outputs() { return T.extents.extent[0]; }
    static constexpr std::size_t inputs() { return ir::inputs_of_window(T); }
    static constexpr std::size_t reached() { return T.extents.extent[0] * ir::taps_of(T); }

    // weights(output, input, column) of maps of one axis, weights(output, input, row, column).
    template <class... Index>
        requires(sizeof...(Index) == T.extents.rank)
    constexpr Float& operator()(Index... index) const {
        std::size_t k = 0;
        std::size_t axis = 0;
        ((k = k * T.extents.extent[axis++] + static_cast<std::size_t>(index)), ...);
        return element(k);
    }
    // Input number `input` of the window's, in the order of the extents.
    constexpr Float& operator()(std::size_t output, std::size_t input) const
        requires(T.extents.rank != 2) {
        return element(output * inputs() + input);
    }

    // f of each number, output by output.
    template <class Function>
    constexpr void each(Function f) const {
        for (std::size_t k = 0; k < T.extents.size(); ++k)
            f(element(k));
    }

private:
    constexpr Float& element(std::size_t k) const {
        return packed_[ir::packed_position(T, Node, ir::value{}, k)];
    }

    Float* packed_;
};

// One number per unit, each group of them in whole lines.
template <class Float, std::size_t Units, std::size_t Groups>
class grouped_view {
public:
    constexpr explicit grouped_view(Float* packed) : packed_(packed) {}

    static constexpr std::size_t size() { return Units; }

    constexpr Float& operator[](std::size_t unit) const {
        constexpr std::size_t of_group = Units / Groups;
        return packed_[unit / of_group * whole_lines(of_group) + unit % of_group];
    }

    template <class Function>
    constexpr void each(Function f) const {
        for (std::size_t u = 0; u < Units; ++u)
            f((*this)[u]);
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

// What where a weight lies depends on, so that equal layers have one view.
constexpr ir::tensor without_names(const ir::tensor& t) {
    return {.extents = t.extents, .how = t.how};
}
constexpr ir::node without_places(const ir::node& n) {
    return {.kind = n.kind, .output = n.output, .groups = n.groups};
}

// The view of tensor K of node Index of Plan on parameters that start at `packed`.
template <class Plan, std::size_t Index, std::size_t K, class Float>
constexpr auto tensor_view(Float* packed) {
    constexpr ir::tensor t = Plan::value.tensor_of(Index, K);
    constexpr std::size_t pieces = Plan::value.values[Index].pieces;
    if constexpr (t.how == ir::packing::panels)
        return matrix_view<Float, t.extents.extent[0], t.extents.extent[1], pieces>(packed +
                                                                                    t.begin);
    else if constexpr (t.how == ir::packing::windows || t.how == ir::packing::taps)
        return window_view<Float, without_names(t), without_places(Plan::value.nodes[Index])>(
            packed + t.begin);
    else if constexpr (t.how == ir::packing::grouped)
        return grouped_view<Float, t.extents.size(), Plan::value.nodes[Index].groups>(packed +
                                                                                      t.begin);
    else
        return vector_view < Float, t.extents.size(),
               t.how == ir::packing::units ? pieces : 1 > (packed + t.begin);
}

// That of the whole node.
template <class Plan, std::size_t Index, class Float>
constexpr auto views_of(Float* packed) {
    constexpr ir::node n = Plan::value.nodes[Index];
    constexpr bool has_weights =
        n.kind == ir::op::dense || n.kind == ir::op::conv || n.kind == ir::op::depthwise_conv;
    if constexpr (has_weights && n.bias) {
        return dense_parameters{tensor_view<Plan, Index, 0>(packed),
                                tensor_view<Plan, Index, 1>(packed)};
    } else if constexpr (has_weights) {
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
